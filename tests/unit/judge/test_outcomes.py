"""Conditions summarised: true, false, both by jumps alone; what jumps do not tell and what never ran counted apart."""

from __future__ import annotations

from tests.unit.programs import run
from tracer.judge.conditions import conditions_in
from tracer.judge.outcomes import ConditionOutcomes, outcomes_of

SOURCE = """\
def f(values):
    for value in values:
        if value > 2:
            a()
        else:
            b()
    if values: c()
    d = 1 if values else 2
    while d:
        d -= 1
    assert values
    if d:
        e()
    try:
        g()
    except ValueError:
        h()
    return 1

def never(x):
    if x:
        return 1
"""
ARCS = [(2, 3), (3, 4), (3, 6), (4, 2), (6, 2), (2, 7), (7, 8), (8, 9), (9, 10), (10, 9), (9, 11), (11, 12), (12, 14),
        (14, 15), (15, 18), (18, -1)]  # fmt: skip


def summary(*paths: str) -> ConditionOutcomes:
    observed = run("demo", lines={"app.py": [*range(1, 13), 14, 15, 18, 20]}, arcs={"app.py": tuple(ARCS)})
    return outcomes_of(observed, paths, lambda _path: conditions_in(SOURCE))


def test_every_condition_is_counted_once() -> None:
    found = summary("app.py")
    assert [(condition.span.line, condition.outcome) for condition in found.told] == [
        (3, "both"),
        (9, "true"),
        (11, "true"),
        (12, "false"),
    ]
    assert (found.untold, found.untested) == (2, 1)
    assert [found.count_of(outcome) for outcome in ("true", "false", "both")] == [2, 1, 1]


def test_a_file_that_did_not_run_was_not_tested() -> None:
    assert summary("other.py") == ConditionOutcomes(untested=7)


def test_nothing_to_summarise() -> None:
    assert summary() == ConditionOutcomes()
