"""Every outcome that every kind of claim can have: the claim, the run, the verdict and its reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.programs import (
    HASH,
    call,
    entry,
    evidence,
    first,
    frames,
    guard,
    linearisation,
    loaded,
    loaded_from,
    program,
    raised,
    reached,
    run,
    seen,
    site,
    span,
    stored,
    write,
)
from tracer.claim.claims import derive_claims
from tracer.judge.conditions import LinesOf
from tracer.judge.summary import summarise
from tracer.judge.verdicts import judge
from tracer.model.claims import Claim, Step
from tracer.model.edges import Unresolved
from tracer.model.evidence import ScenarioRun
from tracer.model.names import Span
from tracer.model.program import Dispatch, PredictedRaise, Program
from tracer.model.targets import Documented, Target
from tracer.model.verdicts import Verdict

MAIN, LOAD, BUILD, TOWER = "app:main", "app:load", "app:build", "app:Model.tower"
MODEL, OTHER = "app:Model", "app:Other"
LINES = {"app.py": range(1, 40)}


def is_own(symbol: str) -> bool:
    return symbol.startswith("app")


def derive(linked: Program, **documented: Any) -> tuple[Claim, ...]:
    target = Target("app", ".", ("app",), documented=Documented(**documented))
    return derive_claims(linked, target, lambda place: f"line {place.span.line}")


def numbered(path: str) -> tuple[str, ...]:
    """A file in which every line says its number."""
    return tuple(f"    line {number}" for number in range(1, 60)) if path == "app.py" else ()


def verdicts_of(
    linked: Program, *runs: ScenarioRun, lines_of: LinesOf = numbered, **documented: Any
) -> dict[str, Verdict]:
    found = judge(derive(linked, **documented), linked, evidence(*runs), is_own=is_own, lines_of=lines_of)
    return {f"{verdict.claim.kind} {verdict.claim.subject}": verdict for verdict in found}


def outcome(verdict: Verdict) -> tuple[str, str]:
    return (verdict.outcome, verdict.reason)


# --- call ------------------------------------------------------------------------------------------------------------

SEQUENCE = {"sequences": (("t", "demo", MAIN),)}
TO_LOAD = call(MAIN, LOAD, 3)
CALL = f"call {MAIN} -> {LOAD}"


def call_verdict(edge: Any, observed: ScenarioRun, subject: str = CALL, *others: Any) -> Verdict:
    return verdicts_of(program(entry("demo", MAIN, edge, *others)), observed, **SEQUENCE)[subject]


def test_call_seen_is_confirmed():
    verdict = call_verdict(TO_LOAD, run("demo", seen(TO_LOAD), lines=LINES))
    assert (verdict.outcome, verdict.actual, verdict.scenarios) == ("confirmed", (LOAD,), ("demo",))


def test_call_is_matched_by_its_end_not_its_start():
    """Bytecode starts of multi-line method chains differ from the syntax."""
    edge = call(MAIN, LOAD, 3, end_line=5)
    shifted = edge.site.span._replace(line=5, column=0)
    assert call_verdict(edge, run("demo", _at(edge, shifted))).outcome == "confirmed"


def _at(edge: Any, place: Any) -> Any:
    return replace(seen(edge), span=place)


def test_implicit_call_is_matched_by_containment():
    """3.11 reports a whole ``with`` statement where 3.13 reports its expression."""
    edge = call(MAIN, LOAD, 3, form="with")
    whole = edge.site.span._replace(end_line=9, end_column=0)
    assert call_verdict(edge, run("demo", _at(edge, whole))).outcome == "confirmed"


def test_explicit_call_is_not_matched_by_containment():
    whole = TO_LOAD.site.span._replace(end_line=9, end_column=0)
    assert call_verdict(TO_LOAD, run("demo", _at(TO_LOAD, whole), lines=LINES)).outcome == "refuted"


def test_must_call_is_refuted_by_another_callee():
    verdict = call_verdict(TO_LOAD, run("demo", seen(TO_LOAD, callee=BUILD), lines=LINES))
    assert outcome(verdict) == ("refuted", f"called {BUILD} instead (demo on cpu)")
    assert verdict.actual == (BUILD,)


def test_must_call_is_refuted_by_silence_of_an_executed_line():
    verdict = call_verdict(TO_LOAD, run("demo", lines=LINES))
    assert outcome(verdict) == ("refuted", "the line ran and nothing in scope was called (demo on cpu)")


def test_must_call_is_refuted_by_another_receiver():
    edge = call(MAIN, TOWER, 3, receiver=MODEL)
    verdict = call_verdict(edge, run("demo", seen(edge, receiver=OTHER), lines=LINES), f"call {MAIN} -> {TOWER}")
    assert outcome(verdict) == ("refuted", f"ran on {OTHER} (demo on cpu)")


def test_may_call_is_not_observed_where_its_line_ran():
    verdict = call_verdict(replace(TO_LOAD, must=False), run("demo", lines=LINES))
    assert outcome(verdict) == ("not observed", "the line ran and this call was not seen")


@pytest.mark.parametrize(
    ("observed", "reason"),
    [
        (run("demo", lines={"app.py": [1]}), "the line did not run"),
        (run("demo"), "no record of executed lines"),
        (run("demo", lines=LINES, partial=True, outcome="killed"), "the recording of demo on cpu stopped early"),
        (
            run("demo", lines=LINES, outcome="raised", exception=raised("ValueError", MAIN, line=3)),
            "demo on cpu raised on this line",
        ),
        (run("train", lines=LINES), "no evidence of scenario demo"),
    ],
)
def test_call_that_had_no_chance_is_not_exercised(observed, reason):
    assert outcome(call_verdict(TO_LOAD, observed)) == ("not exercised", reason)


def test_call_inside_a_conditional_expression_is_counted_apart():
    maybe = replace(TO_LOAD, must=False, guards=(guard(MAIN, 3, "flag", "undecided"),))
    reason = "part of a conditional expression: line evidence cannot tell whether it ran"
    assert outcome(call_verdict(maybe, run("demo", lines=LINES))) == ("not exercised", reason)


def test_call_on_a_receiver_whose_caller_never_ran_is_not_exercised():
    """The same line ran, but for another class."""
    on_model = [call(MAIN, BUILD, 2, receiver=MODEL), call(BUILD, TOWER, 9, receiver=MODEL, caller_receiver=MODEL)]
    on_other = [replace(edge, receiver=OTHER, caller_receiver=edge.caller_receiver and OTHER) for edge in on_model]
    observed = run("demo", *(seen(edge) for edge in on_model), lines=LINES)
    verdict = call_verdict(on_model[0], observed, f"call {BUILD} -> {TOWER} on {OTHER}", on_model[1], *on_other)
    assert outcome(verdict) == ("not exercised", f"{BUILD} did not run on {OTHER}")


def test_call_in_a_changed_file_is_stale_even_if_seen():
    observed = run("demo", seen(TO_LOAD), lines=LINES, files={"app.py": "1" * 64})
    assert outcome(call_verdict(TO_LOAD, observed)) == ("stale", "recorded for other bytes of app.py")


# --- several runs ----------------------------------------------------------------------------------------------------


def test_any_confirming_device_is_enough():
    gpu = run("demo", seen(TO_LOAD), device="gpu")
    linked = program(entry("demo", MAIN, TO_LOAD))
    assert verdicts_of(linked, run("demo", lines={"app.py": [1]}), gpu, **SEQUENCE)[CALL].outcome == "confirmed"


def test_a_conflict_is_refuted_and_names_both():
    gpu = run("demo", seen(TO_LOAD), lines=LINES, device="gpu")
    linked = program(entry("demo", MAIN, TO_LOAD))
    verdict = verdicts_of(linked, run("demo", lines=LINES), gpu, **SEQUENCE)[CALL]
    assert outcome(verdict) == (
        "refuted", "the line ran and nothing in scope was called (demo on cpu); but confirmed by demo on gpu",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("now", "then", "reason"),
    [
        ({"argv": "[]", "seed": "0"}, {"argv": '["a"]', "seed": "0"}, "the scenario's argv has changed since"),
        ({"entry": "a:b"}, {"entry": "a:c"}, "the scenario's entry has changed since"),
        ({"data a.json": "1", "seed": "0"}, {"seed": "0"}, "the scenario's data a.json has changed since"),
        ({"seed": "0"}, {"seed": "0", "setup": "a:b"}, "the scenario's setup has changed since"),
        (
            {"setup code a.py": "1", "seed": "0", "script": "a"},
            {"setup code a.py": "2", "seed": "1", "script": "b"},
            "the scenario's script has changed since (and 2 more of its settings)",
        ),
        ({"seed": "0"}, {}, "recorded before evidence said how its scenario was configured"),
        (None, {"seed": "0"}, "scenario demo is no longer configured"),
    ],
)
def test_evidence_of_a_scenario_told_otherwise_is_stale(now, then, reason):
    linked = program(entry("demo", MAIN, TO_LOAD), scenarios={} if now is None else {"demo": now})
    observed = run("demo", seen(TO_LOAD), seen(TO_LOAD, callee=BUILD), lines=LINES, configured=then)
    verdicts = verdicts_of(linked, observed, **SEQUENCE)
    assert outcome(verdicts[CALL]) == ("stale", reason)
    assert {verdict.outcome for verdict in verdicts.values()} == {"stale"}
    counted = summarise(tuple(verdicts.values()), linked, evidence(observed), is_own=is_own)
    assert (counted.precision_own.total, counted.recall_own.total) == (0, 0)


def test_evidence_of_a_scenario_told_the_same_counts():
    linked = program(entry("demo", MAIN, TO_LOAD), scenarios={"demo": {"argv": "[]"}})
    observed = run("demo", seen(TO_LOAD), configured={"argv": "[]"})
    assert verdicts_of(linked, observed, **SEQUENCE)[CALL].outcome == "confirmed"


def test_stale_evidence_counts_only_where_nothing_else_speaks():
    old = run("demo", files={"app.py": "1" * 64}, lines=LINES)
    linked = program(entry("demo", MAIN, TO_LOAD))
    fresh = run("demo", seen(TO_LOAD), device="gpu")
    assert verdicts_of(linked, old, fresh, **SEQUENCE)[CALL].outcome == "confirmed"
    silent = run("demo", lines={"app.py": [1]}, device="gpu")
    assert verdicts_of(linked, old, silent, **SEQUENCE)[CALL].outcome == "stale"


def test_runs_of_another_target_do_not_speak():
    other = replace(run("demo", seen(TO_LOAD)), target="elsewhere")
    assert verdicts_of(program(entry("demo", MAIN, TO_LOAD)), other, **SEQUENCE)[CALL].outcome == "not exercised"


# --- unpredicted calls -----------------------------------------------------------------------------------------------


def unpredicted(linked: Program, *runs: ScenarioRun) -> list[tuple[str, str]]:
    found = judge((), linked, evidence(*runs), is_own=is_own, lines_of=numbered)
    assert {verdict.outcome for verdict in found} <= {"unpredicted"}
    return [(verdict.claim.subject, verdict.reason) for verdict in found]


def test_seen_and_not_predicted_is_published():
    extra = call(MAIN, BUILD, 5)
    observed = run("demo", seen(TO_LOAD), seen(extra), seen(call(MAIN, BUILD, 6)))
    assert unpredicted(program(entry("demo", MAIN, TO_LOAD)), observed) == [
        (f"unpredicted {MAIN} -> {BUILD}", "no call predicted here"),
        (f"unpredicted {MAIN} -> {BUILD} #2", "no call predicted here"),
    ]


def test_an_unpredicted_callee_or_receiver_says_what_was_predicted():
    edge = call(MAIN, TOWER, 4, receiver=MODEL)
    observed = run("demo", seen(TO_LOAD, callee=BUILD), seen(edge, receiver=OTHER))
    assert [reason for _, reason in unpredicted(program(entry("demo", MAIN, TO_LOAD, edge)), observed)] == [
        f"predicted {LOAD} here",
        f"ran on {OTHER}, predicted on {MODEL}",
    ]


def test_an_unpredicted_call_gives_the_reason_the_analysis_gave():
    lost = call(MAIN, BUILD, 5)
    trace = entry("demo", MAIN, TO_LOAD, unresolved=(Unresolved(lost.site, "handler", "value of getattr(x, name)"),))
    assert unpredicted(program(trace), run("demo", seen(lost)))[0][1] == (
        "could not be followed: value of getattr(x, name)"
    )


def test_calls_by_libraries_or_in_changed_files_are_not_listed():
    linked = program(entry("demo", MAIN, TO_LOAD))
    assert unpredicted(linked, run("demo", seen(call("lib:a", "lib:b", 1)))) == []
    assert unpredicted(linked, run("demo", seen(call(MAIN, BUILD, 5)), files={"app.py": "1" * 64})) == []


def test_a_file_that_ran_and_was_never_analysed_is_a_miss():
    linked = program(entry("demo", MAIN, TO_LOAD))
    assert unpredicted(linked, run("demo", seen(call("app.plugin:f", BUILD, 5)))) == [
        (f"unpredicted app.plugin:f -> {BUILD}", "no call predicted here")
    ]


def test_the_same_miss_on_two_devices_is_listed_once():
    extra = seen(call(MAIN, BUILD, 5))
    assert len(unpredicted(program(entry("demo", MAIN)), run("demo", extra), run("demo", extra, device="gpu"))) == 1


# --- flow ------------------------------------------------------------------------------------------------------------

TO_TOWER = call(LOAD, TOWER, 11, receiver=MODEL)
FLOW = {"flows": ((TOWER, "demo"),)}


def flow_verdict(observed: ScenarioRun, *edges: Any) -> Verdict:
    linked = program(entry("demo", MAIN, *(edges or (TO_LOAD, TO_TOWER))))
    return verdicts_of(linked, observed, **FLOW)[f"flow {TOWER}"]


def test_flow_equal_to_the_stack_is_confirmed():
    verdict = flow_verdict(run("demo", flows=(reached(MAIN, TO_LOAD, TO_TOWER),)))
    assert (verdict.outcome, verdict.actual) == ("confirmed", (MAIN, LOAD, f"{TOWER} [{MODEL}]"))


def test_flow_is_refuted_by_what_really_happened():
    detour = call(LOAD, BUILD, 10)
    from_build = call(BUILD, TOWER, 15, receiver=MODEL)
    verdict = flow_verdict(run("demo", flows=(reached(MAIN, TO_LOAD, detour, from_build),)))
    assert outcome(verdict) == ("refuted", f"step 2 is {BUILD}, not {TOWER} [{MODEL}] (demo on cpu)")


def test_flow_on_another_class_is_refuted():
    verdict = flow_verdict(run("demo", flows=(reached(MAIN, TO_LOAD, replace(TO_TOWER, receiver=OTHER)),)))
    assert outcome(verdict) == ("refuted", f"step 2, {TOWER}, ran on {OTHER}, not {MODEL} (demo on cpu)")


def test_the_earliest_of_several_first_starts_decides():
    early, late = call(MAIN, TOWER, 2, receiver=OTHER), call(LOAD, TOWER, 11, receiver=MODEL)
    flows = (reached(MAIN, TO_LOAD, late), reached(MAIN, early))
    observed = run("demo", seen(early, order=1), seen(late, order=5), flows=flows)
    assert flow_verdict(observed).outcome == "refuted"
    observed = run("demo", seen(early, order=5), seen(late, order=1), flows=flows)
    assert flow_verdict(observed).outcome == "confirmed"


def test_uncertain_flow_is_not_refuted_by_another_predicted_chain():
    maybe = replace(TO_TOWER, must=False, guards=(guard(LOAD, 10, "flag", "undecided"),))
    direct = call(MAIN, TOWER, 20, receiver=MODEL)
    verdict = flow_verdict(run("demo", flows=(reached(MAIN, direct),)), TO_LOAD, maybe, direct)
    assert verdict.outcome == "not observed"
    assert verdict.reason.startswith("another predicted chain came first")


def test_uncertain_flow_is_refuted_by_a_chain_nobody_predicted():
    maybe = replace(TO_TOWER, must=False, guards=(guard(LOAD, 10, "flag", "undecided"),))
    unknown = call(MAIN, TOWER, 20, receiver=MODEL)
    assert flow_verdict(run("demo", flows=(reached(MAIN, unknown),)), TO_LOAD, maybe).outcome == "refuted"


def test_flow_never_started_is_refuted_only_if_certain():
    assert outcome(flow_verdict(run("demo"))) == ("refuted", "never started in demo on cpu (demo on cpu)")
    maybe = replace(TO_TOWER, guards=(guard(LOAD, 10, "flag", "undecided"),))
    assert outcome(flow_verdict(run("demo"), TO_LOAD, maybe)) == ("not exercised", "never started in demo on cpu")


def test_flow_of_a_run_that_ended_early_is_not_exercised():
    verdict = flow_verdict(run("demo", outcome="timeout"))
    assert outcome(verdict) == ("not exercised", "demo on cpu ended (timeout) before it started")


def test_flow_whose_stack_was_not_recorded_is_not_exercised():
    assert flow_verdict(run("demo", seen(TO_TOWER))).reason == "it ran, but its first stack was not recorded"


def test_flow_is_stale_if_a_file_on_the_real_stack_changed():
    elsewhere = call(MAIN, "app.new:helper", 7), call("app.new:helper", TOWER, 3, receiver=MODEL)
    observed = run("demo", flows=(reached(MAIN, *elsewhere),), files={"app/new.py": "1" * 64})
    linked = program(entry("demo", MAIN, TO_LOAD, TO_TOWER), files={"app/new.py": HASH})
    assert verdicts_of(linked, observed, **FLOW)[f"flow {TOWER}"].outcome == "stale"


def test_flow_that_is_not_predicted_is_undecided_or_refuted():
    assert flow_verdict(run("demo"), TO_LOAD, call(BUILD, TOWER, 1)).outcome == "undecided"
    observed = run("demo", flows=(reached(MAIN, TO_LOAD, TO_TOWER),))
    assert flow_verdict(observed, TO_LOAD, call(BUILD, TOWER, 1)).outcome == "refuted"


# --- first-write and writes ------------------------------------------------------------------------------------------

SET = write("tower", MODEL, LOAD, 12)
ATTRIBUTE = {"attributes": ("tower",)}


def write_verdict(observed: ScenarioRun, *firsts: Any, kind: str = "first-write", subject: str = "") -> Verdict:
    firsts = firsts or (first("demo", SET, TO_LOAD),)
    writes = tuple(known.access for known in firsts)
    linked = program(entry("demo", MAIN, TO_LOAD, TO_TOWER, first_writes=firsts, writes=writes))
    return verdicts_of(linked, observed, **ATTRIBUTE)[f"{kind} {subject or f'{MODEL} tower'}"]


def test_first_write_at_its_site_by_its_chain_is_confirmed():
    observed = run("demo", writes=(stored(SET, start=MAIN, chain=(TO_LOAD,)), stored(SET, order=2, span=span(30))))
    verdict = write_verdict(observed)
    assert (verdict.outcome, verdict.actual[0]) == ("confirmed", f"{LOAD} at app.py:12")


def test_first_write_without_a_stack_says_so():
    verdict = write_verdict(run("demo", writes=(stored(SET),)))
    assert outcome(verdict) == ("confirmed", "the chain of calls was not recorded")


def test_first_write_of_the_store_instruction_inside_the_statement_is_the_same_place():
    narrow = SET.site.span._replace(end_column=SET.site.span.end_column - 3)
    assert write_verdict(run("demo", writes=(stored(SET, span=narrow),))).outcome == "confirmed"


def test_first_write_elsewhere_is_refuted_by_name():
    other = write("tower", MODEL, BUILD, 40)
    observed = run("demo", writes=(stored(SET, order=9), stored(other, order=1)))
    verdict = write_verdict(observed)
    assert outcome(verdict) == ("refuted", f"first set in {BUILD} (demo on cpu)")
    assert verdict.actual == (f"{BUILD} at app.py:40",)


def test_first_write_by_another_chain_is_refuted():
    observed = run("demo", writes=(stored(SET, start=MAIN, chain=(call(MAIN, BUILD, 4), call(BUILD, LOAD, 9))),))
    assert write_verdict(observed).reason == f"step 1 is {BUILD}, not {LOAD} (demo on cpu)"


def test_first_write_on_another_class_is_refuted():
    assert (
        write_verdict(run("demo", writes=(stored(SET, owner=OTHER),))).reason == f"set there on {OTHER} (demo on cpu)"
    )


def test_alternatives_of_a_first_write_share_one_outcome_each():
    other = write("tower", MODEL, BUILD, 40)
    firsts = (first("demo", SET, TO_LOAD), first("demo", other))
    observed = run("demo", writes=(stored(other),))
    assert write_verdict(observed, *firsts, subject=f"{MODEL} tower #2").outcome == "confirmed"
    assert outcome(write_verdict(observed, *firsts)) == ("not observed", "another predicted write came first")


def test_a_generic_store_that_came_first_does_not_refute_an_uncertain_first_write():
    generic = write("*", MODEL, BUILD, 40, "setattr", generic=True)
    firsts = (first("demo", generic, certain=False), first("demo", SET, TO_LOAD))
    real = stored(replace(generic, attribute="tower"))
    assert write_verdict(run("demo", writes=(real,)), *firsts).outcome == "not observed"


def test_first_write_that_never_happened():
    assert outcome(write_verdict(run("demo"))) == ("refuted", "never set in demo on cpu (demo on cpu)")
    uncertain = first("demo", SET, TO_LOAD, certain=False)
    assert write_verdict(run("demo"), uncertain).outcome == "not exercised"
    early = write_verdict(run("demo", outcome="raised", exception=raised("ValueError", MAIN)))
    assert outcome(early) == ("not exercised", "demo on cpu ended (raised) before it was set")


def test_first_write_is_stale_if_its_file_or_the_real_writer_changed():
    observed = run("demo", writes=(stored(SET),), files={"app.py": "1" * 64})
    assert write_verdict(observed).outcome == "stale"
    elsewhere = write("tower", MODEL, "app.new:f", 1)
    linked = program(entry("demo", MAIN, first_writes=(first("demo", SET),)), files={"app/new.py": HASH})
    observed = run("demo", writes=(stored(elsewhere),), files={"app/new.py": "1" * 64})
    assert verdicts_of(linked, observed, **ATTRIBUTE)[f"first-write {MODEL} tower"].outcome == "stale"


def test_writes_inside_the_claimed_set_are_confirmed_and_an_extra_writer_is_named():
    inside = run("demo", writes=(stored(SET),))
    assert write_verdict(inside, kind="writes", subject="tower").outcome == "confirmed"
    extra = run("demo", writes=(stored(SET), stored(write("tower", OTHER, BUILD, 40))))
    verdict = write_verdict(extra, kind="writes", subject="tower")
    assert outcome(verdict) == ("refuted", f"also written by {BUILD} at app.py:40 (demo on cpu)")


def test_writes_of_one_class_ignore_the_others():
    linked = program(entry("demo", MAIN, writes=(SET,)), classes=(linearisation(MODEL, (MODEL,)),))
    observed = run("demo", writes=(stored(SET), stored(write("tower", OTHER, BUILD, 40))))
    assert verdicts_of(linked, observed, attributes=("Model.tower",))["writes Model.tower"].outcome == "confirmed"


def test_writes_nobody_made_are_not_exercised_and_other_bytes_are_stale():
    assert write_verdict(run("demo"), kind="writes", subject="tower").reason == "demo on cpu does not write it"
    linked = program(entry("demo", MAIN, writes=(SET,)), files={"app.py": HASH, "app/other.py": HASH})
    observed = run("demo", writes=(stored(SET),), files={"app/other.py": "1" * 64})
    assert verdicts_of(linked, observed, **ATTRIBUTE)["writes tower"].outcome == "stale"


ASKED = write("tower", MODEL, BUILD, 12, "hasattr")
LOADED = write("tower", MODEL, LOAD, 14, "load")


def read_verdict(*reads, documented="tower", **more):
    linked = program(
        entry("demo", MAIN, reads=(ASKED, LOADED)),
        files={"app.py": HASH},
        classes=(linearisation(MODEL, (MODEL,)), linearisation(OTHER, (OTHER,))),
    )
    observed = run("demo", reads=reads, **{"files": {"app.py": HASH}, **more})
    return verdicts_of(linked, observed, attributes=(documented,))[f"reads {documented}"]


def test_reads_within_the_claimed_set_are_confirmed():
    verdict = read_verdict(loaded_from(ASKED), loaded_from(LOADED, owner=OTHER))
    assert verdict.outcome == "confirmed"
    assert verdict.actual == (f"{BUILD} at app.py:12", f"{LOAD} at app.py:14")


def test_a_read_outside_the_claimed_set_is_unpredicted():
    verdict = read_verdict(loaded_from(ASKED), loaded_from(LOADED, symbol=MAIN))
    assert outcome(verdict) == ("unpredicted", f"also read by {MAIN} at app.py:14 (demo on cpu)")


def test_a_read_is_known_by_its_exact_place():
    """Unlike an implicit call's, a load's range is the same on every version of Python."""
    within = ASKED.site.span._replace(column=ASKED.site.span.column + 1, end_column=ASKED.site.span.end_column - 1)
    assert read_verdict(loaded_from(ASKED, span=within)).outcome == "unpredicted"


def test_reads_of_an_attribute_of_one_class_are_those_of_its_objects():
    elsewhere = loaded_from(LOADED, symbol=MAIN, owner=OTHER)
    assert read_verdict(loaded_from(ASKED), elsewhere, documented="Model.tower").outcome == "confirmed"
    assert read_verdict(elsewhere, documented="Model.tower").outcome == "not exercised"


def test_reads_nobody_made_are_not_exercised_and_other_bytes_are_stale():
    assert outcome(read_verdict()) == ("not exercised", "demo on cpu does not read it")
    assert read_verdict(loaded_from(ASKED), files={"app.py": "1" * 64}).outcome == "stale"


@pytest.mark.parametrize("kind", ["first-write", "writes", "reads"])
def test_a_run_that_did_not_watch_the_attribute_says_nothing_about_it(kind):
    verdict = write_verdict(
        run("demo", watched=("other",)), kind=kind, subject="" if kind == "first-write" else "tower"
    )
    assert outcome(verdict) == ("stale", "recorded without watching tower")


# --- guard -----------------------------------------------------------------------------------------------------------

# What judging makes of each kind of condition is in test_branches.py; here the test is that of an ``if``:
#  10      if flag:
#  11          load()
#  12      else:
#  13          build()
SOURCE = ["def main(flag):", *["    pass"] * 8, "    if flag:", "        load()", "    else:", "        build()"]
GUARD = guard(MAIN, 10, "flag", "true")
GUARDED = call(MAIN, LOAD, 11, must=False, guards=(GUARD,))


def source_of(path: str) -> tuple[str, ...]:
    return tuple(SOURCE) if path == "app.py" else ()


def guard_verdict(arcs: list[tuple[int, int]], *, value: str = "true", reason: str = "", **more: Any) -> Verdict:
    lines = sorted({line for arc in arcs for line in arc if line > 0})
    observed = run("demo", lines={"app.py": lines} if lines else None, arcs={"app.py": tuple(arcs)}, **more)
    test = replace(GUARD, value=value, reason=reason, span=Span(10, 7, 10, 11))
    linked = program(entry("demo", MAIN, replace(GUARDED, guards=(test,))))
    return verdicts_of(linked, observed, lines_of=source_of, **SEQUENCE)[f"guard {MAIN}: flag"]


@pytest.mark.parametrize(
    ("arcs", "actual"),
    [([(10, 11)], ("true",)), ([(10, 13)], ("false",)), ([(10, 11), (10, 13)], ("true", "false"))],
)
def test_guard_value_follows_the_jumps(arcs, actual):
    for claimed in ("true", "false"):
        verdict = guard_verdict(arcs, value=claimed)
        assert verdict.actual == actual
        assert verdict.outcome == ("confirmed" if (claimed,) == actual else "refuted")


def test_refuted_guard_says_how_it_came_out():
    assert guard_verdict([(10, 13)]).reason == "came out false (demo on cpu)"
    assert guard_verdict([(10, 11), (10, 13)]).reason == "came out true and false (demo on cpu)"


def test_undecided_guard_stays_undecided_and_shows_what_was_seen():
    verdict = guard_verdict([(10, 11)], value="undecided", reason="depends on argv")
    assert (*outcome(verdict), verdict.actual) == ("undecided", "depends on argv", ("true",))
    silent = guard_verdict([], value="undecided", reason="depends on argv")
    assert outcome(silent) == ("undecided", "depends on argv")


def test_guard_never_tested_is_not_exercised():
    assert outcome(guard_verdict([(1, 2)])) == ("not exercised", "the condition was not tested")
    assert outcome(guard_verdict([])) == ("not exercised", "no record of executed lines")


def test_guard_is_not_decided_by_the_lines_that_ran():
    """The run may have ended in the test, or before the line that would tell."""
    reason = "no jump from the test was recorded that tells how it came out"
    assert outcome(guard_verdict([(9, 10), (11, 12)])) == ("not exercised", reason)


def test_guard_of_a_changed_file_is_stale():
    assert guard_verdict([(10, 11)], files={"app.py": "1" * 64}).outcome == "stale"


# --- mro and method --------------------------------------------------------------------------------------------------

CLASS = linearisation(MODEL, (MODEL, "lib:Base"), {"tower": TOWER})


def class_verdict(kind: str, observed: Any, known: Any = CLASS, **more: Any) -> Verdict:
    parts = {"classes": (observed,) if observed else (), **more}
    linked = program(entry("demo", MAIN), classes=(known,), libraries={"lib": "5.0"})
    return verdicts_of(linked, run("demo", **parts), classes=(MODEL,))[f"{kind} {MODEL}{' tower' * (kind == 'method')}"]


def test_mro_equal_is_confirmed_and_different_is_refuted_with_the_difference():
    assert class_verdict("mro", loaded(MODEL, (MODEL, "lib:Base"))).outcome == "confirmed"
    mixed = class_verdict("mro", loaded(MODEL, (MODEL, "app:Mixin")))
    assert outcome(mixed) == ("refuted", "also has app:Mixin; has no lib:Base (demo on cpu)")
    assert mixed.actual == (MODEL, "app:Mixin")
    assert class_verdict("mro", loaded(MODEL, ("lib:Base", MODEL))).reason == "the order differs (demo on cpu)"


def test_method_is_judged_by_its_supplier():
    assert class_verdict("method", loaded(MODEL, (), {"tower": TOWER})).outcome == "confirmed"
    patched = class_verdict("method", loaded(MODEL, (), {"tower": "app:patched"}))
    assert outcome(patched) == ("refuted", "supplied by app:patched (demo on cpu)")
    assert class_verdict("method", loaded(MODEL, ())).reason == "the loaded class has no method tower (demo on cpu)"


def test_a_method_defined_several_times_is_seen_without_its_number():
    typed = linearisation(MODEL, (MODEL,), {"tower": f"{TOWER}#3"})
    assert class_verdict("method", loaded(MODEL, (), {"tower": TOWER}), typed).outcome == "confirmed"
    assert class_verdict("method", loaded(MODEL, (), {"tower": f"{TOWER}#2"}), typed).outcome == "refuted"


def test_a_method_with_alternatives_is_supplied_by_one_of_them():
    either = linearisation(MODEL, (MODEL,), {"tower": TOWER}, alternatives={"tower": (TOWER, f"{TOWER}#2")})
    verdict = class_verdict("method", loaded(MODEL, (), {"tower": f"{TOWER}#2"}), either)
    assert (verdict.outcome, verdict.claim.expected) == ("confirmed", (TOWER, f"{TOWER}#2"))
    assert class_verdict("method", loaded(MODEL, (), {"tower": "app:x"}), either).outcome == "refuted"


@pytest.mark.parametrize("kind", ["mro", "method"])
def test_class_not_loaded_is_not_exercised(kind):
    assert outcome(class_verdict(kind, None)) == ("not exercised", "demo on cpu does not load the class")


def test_class_of_another_library_version_is_stale():
    verdict = class_verdict("mro", loaded(MODEL, (MODEL,)), libraries={"lib": "4.0"})
    assert outcome(verdict) == ("stale", "recorded with another library version: lib 4.0 -> 5.0")


@pytest.mark.parametrize("kind", ["mro", "method"])
def test_class_of_a_changed_file_is_stale(kind):
    assert class_verdict(kind, loaded(MODEL, (MODEL,)), files={"app.py": "1" * 64}).outcome == "stale"


@pytest.mark.parametrize("kind", ["mro", "method"])
def test_incomplete_linearisation_is_undecided_not_refuted(kind):
    broken = linearisation(MODEL, (MODEL,), {"tower": TOWER}, unresolved=(("Odd", "computed"),))
    verdict = class_verdict(kind, loaded(MODEL, (MODEL, "odd:Odd"), {"tower": "odd:Odd.tower"}), broken)
    assert verdict.outcome == "undecided"
    assert verdict.reason.startswith("base Odd: computed")


def test_missing_class_is_undecided():
    linked = program(entry("demo", MAIN))
    assert verdicts_of(linked, classes=("Gone",))["mro Gone"].outcome == "undecided"


# --- dispatch, raises, excerpt ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claimed", "returned", "expected"),
    [
        ((MODEL,), (MODEL,), ("confirmed", "")),
        ((MODEL,), (OTHER,), ("refuted", f"returned {OTHER} (demo on cpu)")),
        ((MODEL, OTHER), (MODEL,), ("not observed", f"did not return {OTHER}")),
        ((MODEL,), (), ("not exercised", "demo on cpu did not see it return")),
    ],
)
def test_dispatch(claimed, returned, expected):
    linked = program(entry("demo", MAIN, dispatches=(Dispatch("demo", BUILD, claimed, ()),)))
    observed = run("demo", returns={BUILD: returned} if returned else {})
    assert outcome(verdicts_of(linked, observed)[f"dispatch {BUILD}"]) == expected


def test_dispatch_that_could_not_be_followed_whole_is_never_refuted():
    def verdict(classes: tuple[str, ...], *returned: str) -> Verdict:
        dispatch = Dispatch("demo", BUILD, classes, (), complete=False)
        linked = program(entry("demo", MAIN, call(MAIN, BUILD, 3), dispatches=(dispatch,)))
        observed = run("demo", returns={BUILD: returned} if returned else {})
        return verdicts_of(linked, observed, flows=((BUILD, "demo"),))[f"dispatch {BUILD}"]

    reason = "what it returns could not be followed on every way"
    assert verdict((MODEL,), MODEL).outcome == "confirmed"
    assert outcome(verdict((MODEL,), OTHER)) == ("undecided", reason)
    assert (*outcome(verdict((), OTHER)), verdict((), OTHER).actual) == ("undecided", reason, (OTHER,))
    assert outcome(verdict(())) == ("undecided", reason)


def test_dispatch_of_a_flow_that_returns_none():
    dispatch = Dispatch("demo", TOWER, ("builtins:NoneType",), ())
    linked = program(entry("demo", MAIN, TO_LOAD, TO_TOWER, dispatches=(dispatch,)))
    for returned, expected in ((("builtins:NoneType",), "confirmed"), ((MODEL,), "refuted")):
        found = verdicts_of(linked, run("demo", returns={TOWER: returned}), **FLOW)
        assert found[f"dispatch {TOWER}"].outcome == expected


def test_dispatch_in_a_changed_file_is_stale():
    linked = program(entry("demo", MAIN, call(MAIN, BUILD, 3), dispatches=(Dispatch("demo", BUILD, (MODEL,), ()),)))
    observed = run("demo", returns={BUILD: (MODEL,)}, files={"app.py": "1" * 64})
    assert verdicts_of(linked, observed)[f"dispatch {BUILD}"].outcome == "stale"


NO_ATTRIBUTE = "'NoneType' object has no attribute 'is_loaded'"
ENDS_IN = PredictedRaise("demo", "builtins:AttributeError", NO_ATTRIBUTE, site(MAIN, 9), (), certain=True)
RAISED = {"outcome": "raised", "exception": raised("AttributeError", MAIN, line=9, message=NO_ATTRIBUTE)}


@pytest.mark.parametrize(
    ("raises", "observed", "expected"),
    [
        ((ENDS_IN,), run("demo", **RAISED), "confirmed"),
        ((ENDS_IN,), run("demo"), "refuted"),
        ((ENDS_IN,), run("demo", outcome="raised", exception=raised("ValueError", MAIN)), "refuted"),
        ((ENDS_IN,), run("demo", outcome="raised", exception=raised("AttributeError", LOAD)), "refuted"),
        ((ENDS_IN,), run("demo", outcome="timeout", reason="after 300 s"), "not exercised"),
        ((), run("demo"), "confirmed"),
        ((), run("demo", **RAISED), "unpredicted"),
        ((replace(ENDS_IN, certain=False),), run("demo", **RAISED), "undecided"),
        ((replace(ENDS_IN, certain=False, site=site(MAIN, 8)),), run("demo", **RAISED), "unpredicted"),
        ((), run("demo", files={"app.py": "1" * 64}), "stale"),
    ],
)
def test_ending(raises, observed, expected):
    verdicts = verdicts_of(program(entry("demo", MAIN, raises=raises), files={"app.py": HASH}), observed)
    (ending,) = (verdict for verdict in verdicts.values() if verdict.claim.kind == "raises")
    assert ending.outcome == expected


def test_ending_reasons_say_what_happened():
    linked = program(entry("demo", MAIN))
    crash = verdicts_of(linked, run("demo", **RAISED))["raises -"]
    assert crash.reason == f"raised AttributeError: {NO_ATTRIBUTE} (demo on cpu)"
    assert crash.actual == ("AttributeError", MAIN)
    late = verdicts_of(linked, run("demo", outcome="timeout", reason="after 300 s"))["raises -"]
    assert late.reason == "demo on cpu ended otherwise: timeout (after 300 s)"


def ending_verdict(observed: Any, predicted: PredictedRaise = ENDS_IN) -> Verdict:
    linked = program(entry("demo", MAIN, raises=(predicted,)), files={"app.py": HASH})
    crash = run("demo", outcome="raised", exception=observed)
    return verdicts_of(linked, crash)[f"raises {predicted.exception}"]


def test_the_same_exception_at_another_line_is_another_exception():
    verdict = ending_verdict(raised("AttributeError", MAIN, line=8, message=NO_ATTRIBUTE))
    assert outcome(verdict) == ("refuted", f"raised at app.py:8, not at app.py:9: {NO_ATTRIBUTE} (demo on cpu)")


def test_the_same_exception_in_another_function_names_its_place():
    verdict = ending_verdict(raised("AttributeError", LOAD, line=30, message="boom"))
    assert outcome(verdict) == ("refuted", f"raised AttributeError in {LOAD} at app.py:30: boom (demo on cpu)")


def test_another_line_of_the_same_statement_is_the_same_place():
    long = replace(ENDS_IN, site=site(MAIN, 8, end_line=10))
    assert ending_verdict(RAISED["exception"], long).outcome == "confirmed"


def test_an_exception_that_says_something_else_is_refuted():
    verdict = ending_verdict(raised("AttributeError", MAIN, line=9, message="module 'os' has no attribute 'x'"))
    assert verdict.reason.startswith("raised with another message: \"module 'os' has no attribute 'x'\", not ")


@pytest.mark.parametrize(
    ("exception", "message"),
    [
        ("builtins:AttributeError", ""),
        ("builtins:AttributeError", "has no attribute 'is_loaded'"),
        ("builtins:AssertionError", "count == 2"),
        ("app:OwnError", "formatted by the class"),
    ],
)
def test_messages_are_compared_where_both_are_known(exception, message):
    predicted = replace(ENDS_IN, exception=exception, message=message)
    seen_ = raised(exception.partition(":")[2], MAIN, line=9, message=NO_ATTRIBUTE)
    assert ending_verdict(seen_, predicted).outcome == "confirmed"


def test_excerpt_holds_in_source():
    linked = program(entry("demo", MAIN, TO_LOAD, TO_TOWER))
    assert verdicts_of(linked, **FLOW)["excerpt app.py: line 3"].outcome == "holds in source"


def test_excerpt_of_a_line_that_reads_otherwise_does_not_hold():
    linked = program(entry("demo", MAIN, TO_LOAD, TO_TOWER))
    edited = verdicts_of(linked, lines_of=lambda _: ("a", "b", "  x = 1  "), **FLOW)
    verdict = edited["excerpt app.py: line 3"]
    assert (*outcome(verdict), verdict.actual) == ("refuted", "does not hold: app.py:3 reads 'x = 1'", ("x = 1",))
    assert edited["excerpt app.py: line 11"].reason == "does not hold: there is no app.py:11"


# --- evidence that proves nothing ------------------------------------------------------------------------------------


def test_a_run_that_recording_changed_proves_nothing():
    observed = run("demo", seen(TO_LOAD), seen(call(MAIN, BUILD, 5)), lines=LINES, identical=False)
    found = verdicts_of(program(entry("demo", MAIN, TO_LOAD)), observed, **SEQUENCE)
    reason = "demo puts out other bytes when it is recorded, so its recording is no proof"
    assert {outcome(verdict) for verdict in found.values()} == {("stale", reason)}


def stale_claims(changed: str, *claims: Claim, linked: Program) -> set[str]:
    files = {"app.py": HASH, "base.py": HASH, "tower/__init__.py": HASH, changed: "1" * 64}
    observed = run("demo", files=files, returns={"tower:make": ("base:Base",)})
    found = judge(claims, linked, evidence(observed), is_own=is_own, lines_of=numbered)
    return {verdict.claim.kind for verdict in found if verdict.outcome == "stale"}


def test_evidence_is_stale_if_the_file_of_any_symbol_named_has_changed():
    linked = program(
        entry("demo", MAIN),
        classes=(linearisation("app:Leaf", ("app:Leaf", "base:Base"), {"run": "base:Base.run", "go": "app:Leaf.go"}),),
        files={"app.py": HASH, "base.py": HASH, "tower/__init__.py": HASH},
    )
    to_base = call(MAIN, "base:Base.run", 3, receiver="app:Leaf")
    step = Step(MAIN, "base:Base.run", "app:Leaf", (), to_base.site)
    claims = (
        Claim("mro", "app", None, "app:Leaf", ("app:Leaf", "base:Base"), (site(MAIN, 1),)),
        Claim("method", "app", None, "app:Leaf go", ("app:Leaf.go",), (site(MAIN, 1),)),
        Claim("call", "app", "demo", f"{MAIN} -> base:Base.run", ("app:Leaf", "must"), (to_base.site,), (step,)),
        Claim("flow", "app", "demo", "base:Base.run", ("base:Base.run [app:Leaf]",), (to_base.site,), (step,)),
        Claim("first-write", "app", "demo", "base:Base x", (MAIN, "attribute"), (site(MAIN, 3),)),
        Claim("dispatch", "app", "demo", "tower:make", ("app:Leaf",), (site(MAIN, 3),)),
    )
    assert stale_claims("base.py", *claims, linked=linked) == {"mro", "method", "call", "flow", "first-write"}
    assert stale_claims("tower/__init__.py", *claims, linked=linked) == {"dispatch"}
    assert stale_claims("other.py", *claims, linked=linked) == set()


def test_without_evidence_nothing_is_claimed_to_be_proven():
    linked = program(entry("demo", MAIN, TO_LOAD, TO_TOWER, first_writes=(first("demo", SET, TO_LOAD),)))
    outcomes = {v.outcome for v in verdicts_of(linked, **FLOW, **ATTRIBUTE, classes=()).values()}
    assert outcomes == {"not exercised", "holds in source", "undecided"}


def test_a_run_of_an_entry_that_was_not_analysed_proves_nothing_about_it():
    claim = Claim("raises", "app", "lost", "-", ("completes",))
    (verdict,) = judge((claim,), program(), evidence(run("lost")), is_own=is_own, lines_of=numbered)
    assert outcome(verdict) == ("not exercised", "lost was not analysed")


def test_frames_helper_ends_in_the_callee():
    assert [frame.symbol for frame in frames(MAIN, TO_LOAD)] == [MAIN, LOAD]
