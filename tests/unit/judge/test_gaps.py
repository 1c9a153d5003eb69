"""What a check says when there is nothing to compare with, or nothing that proves."""

from __future__ import annotations

import json
from typing import Any

from tests.unit.programs import evidence, run, site
from tracer.judge.formats import format_json, format_text
from tracer.judge.gaps import find_gaps
from tracer.judge.report import Finding, holds
from tracer.model.claims import Claim, LockedClaim
from tracer.model.targets import Scenario, Target
from tracer.model.verdicts import Verdict

TARGET = Target("app", ".", ("app",), scenarios=(Scenario("demo", "app", entry="app:main"),))
TWO = Target("app", ".", ("app",), scenarios=(*TARGET.scenarios, Scenario("train", "app", entry="app:train")))
CALL = Claim("call", "app", "demo", "app:main -> app:load", ("-", "must"), (site("app:main", 7),))
LOCKED = LockedClaim("call", "app", "demo", "app:main -> app:load", ("-", "must"))


def gaps(*runs: Any, target: Target = TARGET, locked: Any = (LOCKED,), outcome: str = "confirmed") -> list[Finding]:
    return list(find_gaps((target,), locked, (CALL,), (Verdict(CALL, outcome),), evidence(*runs)))


def told(*runs: Any, **more: Any) -> list[tuple[str, str]]:
    return [(finding.level, finding.message) for finding in gaps(*runs, **more)]


def test_nothing_is_missing():
    assert told(run("demo")) == []


def test_a_target_whose_scenarios_never_ran():
    assert told() == [("error", "no evidence of any scenario of target app: its claims are not proven")]
    assert told(target=Target("app", ".", ("app",))) == []
    assert told(run("demo", outcome="failed", reason="setup")) == told()


def test_one_scenario_that_never_ran():
    message = "no evidence of scenario train of target app: its claims are not proven"
    assert told(run("demo"), target=TWO) == [("error", message)]


def test_a_lock_that_states_nothing_about_a_target():
    expected = [("error", "the lock states nothing about target app, which has 1 claim now")]
    assert told(run("demo"), locked=()) == expected
    other = LockedClaim("call", "elsewhere", None, "x", ())
    assert told(run("demo"), locked=(other,)) == expected


def test_a_run_that_recording_changed_is_named():
    (finding,) = gaps(run("demo", identical=False), outcome="stale")
    assert finding.level == "error"
    assert finding.message.startswith("scenario demo of target app puts out other bytes when it is recorded on cpu")


def test_evidence_for_other_bytes_is_counted_and_no_error():
    (finding,) = gaps(run("demo"), outcome="stale")
    assert finding.message == "1 claim of target app rests on evidence for other bytes or settings"
    assert "tracer observe" in finding.advice
    assert holds((finding,))


def test_a_gap_is_about_no_claim():
    findings = gaps()
    assert format_text(findings) == (
        "error: no evidence of any scenario of target app: its claims are not proven\n"
        "    to do: run `tracer trace` and commit docs/evidence and the pages\n"
    )
    (only,) = json.loads(format_json(findings))["findings"]
    assert (only["rule"], only["claim"]) == ("no-evidence", None)
