"""What became of a claim since the lock was written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.programs import site
from tracer.judge.lock import compare, find_stale_acceptances
from tracer.model.claims import Claim, LockedClaim
from tracer.model.targets import Accepted
from tracer.model.verdicts import Change, Verdict

FLOW = Claim("flow", "app", "demo", "app:tower", ("app:load", "app:tower"), (site("app:main", 3),))
LOCKED = LockedClaim("flow", "app", "demo", "app:tower", ("app:load", "app:tower"), pages=("app/flow.md",))


def test_equal_claims_make_no_change():
    assert compare((LOCKED,), (FLOW,)) == ()


def test_moved_lines_make_no_change():
    assert compare((LOCKED,), (replace(FLOW, sites=(site("app:main", 300),)),)) == ()


def test_changed_names_both_versions_and_the_pages():
    now = replace(FLOW, expected=("app:build", "app:tower"))
    assert compare((LOCKED,), (now,)) == (
        Change("changed", FLOW.key, ("app:load", "app:tower"), ("app:build", "app:tower"), now, ("app/flow.md",)),
    )


def test_losing_certainty_is_a_change():
    (change,) = compare((LOCKED,), (replace(FLOW, certain=False),))
    assert (change.kind, change.after[-1]) == ("changed", "(not certain)")


def test_new_and_gone_are_sorted_by_key():
    other = replace(FLOW, subject="app:a")
    assert [(change.kind, change.key) for change in compare((LOCKED,), (other,))] == [
        ("new", other.key),
        ("gone", FLOW.key),
    ]


@pytest.mark.parametrize(
    ("outcome", "changed", "reason"),
    [
        ("refuted", False, None),
        ("confirmed", True, None),
        ("confirmed", False, "the claim is confirmed now"),
        (None, False, "no claim has this key"),
    ],
)
def test_an_acceptance_needs_something_to_accept(outcome, changed, reason):
    acceptance = Accepted(FLOW.key, "known")
    verdicts = [Verdict(FLOW, outcome)] if outcome else []
    changes = [Change("changed", FLOW.key, (), (), FLOW)] if changed else []
    stale = find_stale_acceptances((acceptance,), verdicts, changes)
    assert stale == (((acceptance, reason),) if reason else ())
