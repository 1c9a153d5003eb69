"""The lock as a file: stable bytes out, clear refusals in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracer.codec.claims import decode_lock, encode_lock, lock_claims
from tracer.errors import LockError
from tracer.model.claims import Claim

MRO = Claim("mro", "app", None, "app:Model", ("app:Model", "lib:Base"))
FLOW = Claim("flow", "app", "demo", "app:tower", ("app:load",), certain=False)
PAGES = {FLOW.key: ("app/flow.md", "app/index.md")}

LOCK = """\
{
"schema": 1,
"claims": [
{"kind": "flow", "target": "app", "entry": "demo", "subject": "app:tower", "expected": ["app:load"], "certain": false, "pages": ["app/flow.md", "app/index.md"]},
{"kind": "mro", "target": "app", "entry": null, "subject": "app:Model", "expected": ["app:Model", "lib:Base"], "certain": true, "pages": []}
]
}
"""  # noqa: E501 - one claim per line is the format


def test_one_claim_per_line_sorted_by_key():
    assert encode_lock((MRO, FLOW), PAGES).decode() == LOCK
    assert encode_lock((FLOW, MRO), PAGES).decode() == LOCK


def test_an_empty_lock():
    assert json.loads(encode_lock((), {})) == {"schema": 1, "claims": []}
    assert decode_lock(encode_lock((), {})) == ()


TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
CLAIMS = st.lists(
    st.builds(
        Claim, st.sampled_from(["mro", "flow"]), TEXT, st.none() | TEXT, TEXT, st.lists(TEXT, max_size=4).map(tuple),
        certain=st.booleans(),
    ),
    max_size=5,
)  # fmt: skip


@given(CLAIMS)
def test_what_is_written_is_read_again(claims):
    assert decode_lock(encode_lock(claims, {})) == lock_claims(claims, {})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (LOCK.replace('{"kind": "mro"', '<<<<<<< HEAD\n{"kind": "mro"'), "claims.json:5: holds merge-conflict markers"),
        (LOCK.replace('"schema": 1', '"schema": 2'), "claims.json:1: schema 2 is newer than this tracer reads"),
        (LOCK.replace('"schema": 1,', ""), "claims.json:1: is not a claim lock"),
        (LOCK.replace('"claims"', '"claim"'), "claims.json:1: has no list of claims"),
        (LOCK.replace("]\n}", "]"), "claims.json:7: is not JSON"),
        (LOCK.replace('"kind": "mro", ', ""), "claims.json:5: claim 2 lacks 'kind'"),
        (LOCK.replace('"entry": "demo", ', ""), "claims.json:4: claim 1 lacks 'entry'"),
        (
            LOCK.replace('"certain": true', '"certain": "yes"'),
            "claims.json:5: claim 2 has a 'certain' of the wrong type",
        ),
        (LOCK.replace('["app:load"]', "[1]"), "claims.json:4: claim 1 holds something other than text"),
        ("[]", "claims.json:1: is not a claim lock"),
        ('{"schema": 1, "claims": [7]}', "claims.json:1: claim 1 is not an object"),
        ("", "claims.json:1: is not JSON"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_what_cannot_be_trusted_is_refused_with_its_line(content, message):
    with pytest.raises(LockError) as caught:
        decode_lock(content.encode())
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_other_bytes_are_refused_by_the_name_the_caller_gives():
    with pytest.raises(LockError, match=r"docs/claims\.json: is not UTF-8 text"):
        decode_lock(b"\xff\xfe", "docs/claims.json")


def test_a_line_is_found_in_any_layout():
    spread = json.dumps({"schema": 1, "claims": [{"kind": "a"}, {"kind": "b"}]}, indent=4)
    with pytest.raises(LockError, match=r"claims\.json:4: claim 1 lacks 'target'"):
        decode_lock(spread.encode())
