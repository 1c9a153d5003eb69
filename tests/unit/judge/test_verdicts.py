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
from tracer.judge.verdicts import judge
from tracer.model.claims import Claim
from tracer.model.edges import Unresolved
from tracer.model.evidence import ScenarioRun
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


def verdicts_of(linked: Program, *runs: ScenarioRun, **documented: Any) -> dict[str, Verdict]:
    found = judge(derive(linked, **documented), linked, evidence(*runs), is_own=is_own)
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
    found = judge((), linked, evidence(*runs), is_own=is_own)
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


def test_reads_are_static():
    assert write_verdict(run("demo"), kind="reads", subject="tower").outcome == "static"


# --- guard -----------------------------------------------------------------------------------------------------------

#  10  if flag:
#  11      load()
#  12  else:
#  13      build()
GUARD = guard(MAIN, 10, "flag", "true")
GUARDED = call(MAIN, LOAD, 11, must=False, guards=(GUARD,))
ELSE = replace(GUARD, branch=False)


def guard_verdict(arcs: list[tuple[int, int]], edge: Any = GUARDED, text: str = "flag") -> Verdict:
    lines = sorted({line for arc in arcs for line in arc if line > 0})
    observed = run("demo", lines={"app.py": lines} if lines else None, arcs={"app.py": tuple(arcs)})
    return verdicts_of(program(entry("demo", MAIN, edge)), observed, **SEQUENCE)[f"guard {MAIN}: {text}"]


def with_value(edge: Any, value: str, *, branch: bool = True) -> Any:
    return replace(edge, guards=(replace(GUARD, value=value, branch=branch),))


@pytest.mark.parametrize(
    ("arcs", "actual"),
    [
        ([(10, 11), (11, -9)], ("true",)),
        ([(10, 13), (13, -9)], ("false",)),
        ([(10, -9)], ("false",)),
        ([(8, 10), (10, 8)], ("false",)),
        ([(10, 11), (10, 13)], ("true", "false")),
        ([(9, 10), (10, 11), (11, 10), (10, 14)], ("true",)),
    ],
    ids=["taken", "else", "fell out of the function", "back to the loop", "both ways", "a loop that ends"],
)
def test_guard_value_follows_the_jumps(arcs, actual):
    for claimed in ("true", "false"):
        verdict = guard_verdict(arcs, with_value(GUARDED, claimed))
        assert verdict.actual == actual
        assert verdict.outcome == ("confirmed" if (claimed,) == actual else "refuted")


#  10  if flag:
#  11      return
#  12  value = 1
#  13  load()
@pytest.mark.parametrize(
    ("arcs", "actual"), [([(10, 11), (11, -9)], ("true",)), ([(10, 12), (12, 13), (13, -9)], ("false",))]
)
def test_guard_of_an_early_return(arcs, actual):
    after = with_value(call(MAIN, LOAD, 13), "true", branch=False)
    assert guard_verdict(arcs, after).actual == actual


def test_refuted_guard_says_how_it_came_out():
    assert guard_verdict([(10, 13)]).reason == "came out false (demo on cpu)"
    assert guard_verdict([(10, 11), (10, 13)]).reason == "came out true and false (demo on cpu)"


def test_undecided_guard_stays_undecided_and_shows_what_was_seen():
    edge = replace(GUARDED, guards=(replace(GUARD, value="undecided", reason="depends on argv"),))
    verdict = guard_verdict([(10, 11)], edge)
    assert (*outcome(verdict), verdict.actual) == ("undecided", "depends on argv", ("true",))
    silent = verdicts_of(program(entry("demo", MAIN, edge)), **SEQUENCE)[f"guard {MAIN}: flag"]
    assert outcome(silent) == ("undecided", "depends on argv")


def test_guard_never_tested_is_not_exercised():
    assert outcome(guard_verdict([(1, 2)])) == ("not exercised", "the condition was not tested")
    assert outcome(guard_verdict([])) == ("not exercised", "no record of executed lines")


def test_guard_on_its_own_line_cannot_be_told():
    inline = call(MAIN, LOAD, 10, must=False, guards=(GUARD,))
    assert guard_verdict([(10, 11)], inline).reason.startswith("part of an expression on one line")


def test_guard_of_a_changed_file_is_stale():
    observed = run("demo", lines=LINES, arcs={"app.py": ((10, 11),)}, files={"app.py": "1" * 64})
    linked = program(entry("demo", MAIN, GUARDED))
    assert verdicts_of(linked, observed, **SEQUENCE)[f"guard {MAIN}: flag"].outcome == "stale"


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


def test_dispatch_in_a_changed_file_is_stale():
    linked = program(entry("demo", MAIN, call(MAIN, BUILD, 3), dispatches=(Dispatch("demo", BUILD, (MODEL,), ()),)))
    observed = run("demo", returns={BUILD: (MODEL,)}, files={"app.py": "1" * 64})
    assert verdicts_of(linked, observed)[f"dispatch {BUILD}"].outcome == "stale"


ENDS_IN = PredictedRaise("demo", "AttributeError", "no is_loaded", site(MAIN, 9), (), certain=True)
RAISED = {"outcome": "raised", "exception": raised("builtins:AttributeError", MAIN, line=9)}


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
    assert crash.reason == "raised builtins:AttributeError: boom (demo on cpu)"
    assert crash.actual == ("AttributeError", MAIN)
    late = verdicts_of(linked, run("demo", outcome="timeout", reason="after 300 s"))["raises -"]
    assert late.reason == "demo on cpu ended otherwise: timeout (after 300 s)"


def test_excerpt_holds_in_source():
    linked = program(entry("demo", MAIN, TO_LOAD, TO_TOWER))
    assert verdicts_of(linked, **FLOW)["excerpt app.py: line 3"].outcome == "holds in source"


def test_without_evidence_nothing_is_claimed_to_be_proven():
    linked = program(entry("demo", MAIN, TO_LOAD, TO_TOWER, first_writes=(first("demo", SET, TO_LOAD),)))
    outcomes = {v.outcome for v in verdicts_of(linked, **FLOW, **ATTRIBUTE, classes=()).values()}
    assert outcomes == {"not exercised", "holds in source", "static"}


def test_a_run_of_an_entry_that_was_not_analysed_proves_nothing_about_it():
    claim = Claim("raises", "app", "lost", "-", ("completes",))
    (verdict,) = judge((claim,), program(), evidence(run("lost")), is_own=is_own)
    assert outcome(verdict) == ("not exercised", "lost was not analysed")


def test_frames_helper_ends_in_the_callee():
    assert [frame.symbol for frame in frames(MAIN, TO_LOAD)] == [MAIN, LOAD]
