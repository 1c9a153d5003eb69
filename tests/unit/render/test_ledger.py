from __future__ import annotations

from tests.unit.render import vita
from tracer.model.claims import Claim
from tracer.model.verdicts import Verdict
from tracer.render.ledger import build_ledger


def test_a_claim_nobody_judged_is_not_exercised() -> None:
    ledger = build_ledger(vita.CLAIMS, ())
    assert {verdict.outcome for verdict in ledger.verdicts} == {"not exercised"}
    assert len(ledger.verdicts) == len(vita.CLAIMS)


def test_a_verdict_of_the_entry_comes_before_any_other() -> None:
    verdicts = [Verdict(Claim("flow", "t", entry, "s", ()), "confirmed") for entry in ("a", "b", None)]
    ledger = build_ledger((), verdicts)
    assert [ledger.find("flow", "s", entry).claim.entry for entry in ("b", "c")] == ["b", None]


def test_calls_and_guards_are_found_by_place() -> None:
    ledger = build_ledger(vita.CLAIMS, vita.TRACED.verdicts)
    call, guard = ledger.find_call(vita.E_NEW, "demo"), ledger.find_guard(vita.HAS_TOWER, "demo")
    assert call is not None
    assert guard is not None
    assert (call.outcome, guard.outcome) == ("not observed", "confirmed")
    assert ledger.find_guard(vita.NAMED, "train") is None
