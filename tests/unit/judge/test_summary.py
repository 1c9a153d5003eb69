"""Counts, precision and recall as exact fractions, and the list of what is not proven."""

from __future__ import annotations

from fractions import Fraction

from tests.unit.programs import call, entry, evidence, program, run, seen
from tracer.judge.summary import summarise
from tracer.judge.verdicts import judge
from tracer.model.claims import Claim
from tracer.model.evidence import Evidence
from tracer.model.program import Program
from tracer.model.verdicts import Ratio, Summary

MAIN, LOAD, BUILD = "app:main", "app:load", "app:build"
HIT, WRONG, IDLE = call(MAIN, LOAD, 3), call(MAIN, BUILD, 4, must=False), call(MAIN, BUILD, 90)
INSIDE = call("lib:a", "lib:b", 7)
INTO = call(MAIN, "lib:a", 5)
PROGRAM = program(entry("demo", MAIN, HIT, WRONG, IDLE, INTO, INSIDE))
LINES = {"app.py": range(1, 40), "lib.py": range(1, 40)}
MISSED = call(LOAD, BUILD, 20)


def is_own(symbol: str) -> bool:
    return symbol.startswith("app")


def summary_of(observed: tuple[Evidence, ...], *claims: Claim, linked: Program = PROGRAM) -> Summary:
    verdicts = judge(claims, linked, observed, is_own=is_own, lines_of=lambda _path: None)
    return summarise(verdicts, linked, observed, is_own=is_own)


def test_precision_counts_predicted_calls_at_executed_sites():
    """Line 90 did not run: it says nothing about the prediction."""
    summary = summary_of(evidence(run("demo", seen(HIT), seen(INTO), seen(INSIDE), lines=LINES)))
    assert summary.precision_own == Ratio(2, 3)
    assert summary.precision_own.fraction == Fraction(2, 3)
    assert summary.precision_followed == Ratio(1, 1)


def test_recall_counts_observed_calls_that_were_predicted():
    library_miss = call("lib:b", "lib:c", 9)
    summary = summary_of(evidence(run("demo", seen(HIT), seen(MISSED), seen(INSIDE), seen(library_miss))))
    assert (summary.recall_own, summary.recall_followed) == (Ratio(1, 2), Ratio(1, 2))


def test_two_devices_count_a_call_once():
    cpu, gpu = run("demo", seen(HIT), lines=LINES), run("demo", seen(HIT), seen(MISSED), lines=LINES, device="gpu")
    summary = summary_of(evidence(cpu, gpu))
    assert (summary.recall_own, summary.precision_own.hits) == (Ratio(1, 2), 1)


def test_without_evidence_there_is_nothing_to_divide():
    summary = summary_of(())
    assert summary.precision_own == Ratio(0, 0)
    assert summary.recall_own.fraction is None


def test_evidence_for_other_bytes_is_left_out():
    summary = summary_of(evidence(run("demo", seen(HIT), seen(MISSED), lines=LINES, files={"app.py": "1" * 64})))
    assert (summary.precision_own, summary.recall_own) == (Ratio(0, 0), Ratio(0, 0))


def test_a_run_that_recording_changed_is_left_out():
    summary = summary_of(evidence(run("demo", seen(MISSED), identical=False)))
    assert (summary.recall_own.total, summary.precision_own.total) == (0, 0)


def test_counts_are_per_kind_and_outcome_and_open_items_carry_reasons():
    completes = Claim("raises", "app", "demo", "-", ("completes",))
    lost = Claim("raises", "app", "train", "-", ("completes",))
    summary = summary_of(evidence(run("demo", seen(MISSED))), completes, lost)
    assert summary.counts == (("call", "unpredicted", 1), ("raises", "confirmed", 1), ("raises", "not exercised", 1))
    assert summary.count_of("confirmed") == 1
    assert summary.count_of("confirmed", "call") == 0
    assert [(item.outcome, item.reason) for item in summary.open_items] == [
        ("unpredicted", "no call predicted here"),
        ("not exercised", "no evidence of scenario train"),
    ]
