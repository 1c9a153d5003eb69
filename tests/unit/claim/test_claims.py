"""What is claimed about a small vision program, spelled out claim by claim.

``demo`` runs ``main``, which loads a model; the model's constructor builds a tower only if the config has one.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.programs import call, entry, first, guard, linearisation, program, site, write
from tracer.claim.claims import derive_claims
from tracer.errors import TargetError
from tracer.model.claims import Claim
from tracer.model.edges import CallEdge, Site
from tracer.model.program import Dispatch, EntryTrace, PredictedRaise, Program
from tracer.model.targets import Documented, Target

MAIN, LOAD, INIT, TOWER = "vis.demo:main", "vis.build:load", "vis.arch:Meta.__init__", "vis.arch:Meta.tower"
MODEL, META, CONFIG = "vis.model:Model", "vis.arch:Meta", "vis.model:Config"
HAS_TOWER = guard(INIT, 20, "hasattr(config, 'tower')", "true")

TO_LOAD = call(MAIN, LOAD, 3)
TO_INIT = call(LOAD, INIT, 11, receiver=MODEL, via=("lib:from_pretrained",))
TO_TOWER = call(INIT, TOWER, 21, receiver=MODEL, caller_receiver=MODEL, guards=(HAS_TOWER,), must=False)
IN_LIBRARY = call("lib:a", "lib:b", 7)
SET = write("tower", CONFIG, LOAD, 10)

TRACE = entry(
    "demo", MAIN, TO_LOAD, TO_INIT, TO_TOWER,
    writes=(SET,), first_writes=(first("demo", SET, TO_LOAD),), guards=(HAS_TOWER,),
    dispatches=(Dispatch("demo", LOAD, (MODEL,), ()),),
)  # fmt: skip
CLASSES = (
    linearisation(MODEL, (MODEL, META, "lib:Base"), {"__init__": INIT, "tower": TOWER, "save": "lib:Base.save"}),
    linearisation(META, (META,), {"__init__": INIT, "tower": TOWER}),
)
PROGRAM = program(TRACE, classes=CLASSES)
TARGET = Target(
    "vis", ".", ("vis",),
    documented=Documented(attributes=("tower",), flows=(("Meta.tower", "demo"),), classes=("Meta",)),
)  # fmt: skip


def text_of(place: Site) -> str:
    return f"  line of {place.owner}  "


def claims_of(linked: Program = PROGRAM, target: Target = TARGET, kind: str | None = None) -> tuple[Claim, ...]:
    return tuple(c for c in derive_claims(linked, target, text_of) if kind in (None, c.kind))


def stated(kind: str, linked: Program = PROGRAM, target: Target = TARGET) -> dict[str, tuple[str, ...]]:
    return {claim.subject: claim.expected for claim in claims_of(linked, target, kind)}


def with_trace(**parts: object) -> Program:
    return program(replace(TRACE, **parts), classes=CLASSES)


def test_a_flow_lists_its_callees_with_their_receivers():
    assert stated("flow") == {TOWER: (LOAD, f"{INIT} [{MODEL}]", f"{TOWER} [{MODEL}]")}


def test_a_flow_carries_the_steps_and_guards_a_page_shows():
    (flow,) = claims_of(kind="flow")
    assert [step.via for step in flow.steps] == [(), ("lib:from_pretrained",), ()]
    assert flow.guards == (HAS_TOWER,)
    assert flow.certain


def test_a_flow_over_an_undecided_guard_is_not_certain():
    maybe = replace(HAS_TOWER, value="undecided", reason="depends on argv")
    trace = entry("demo", MAIN, TO_LOAD, TO_INIT, replace(TO_TOWER, guards=(maybe,)))
    (flow,) = claims_of(program(trace, classes=CLASSES), kind="flow")
    assert (flow.certain, flow.reason) == (False, "hasattr(config, 'tower'): depends on argv")


def test_a_flow_over_a_site_with_two_receivers_is_not_certain():
    trace = entry("demo", MAIN, TO_LOAD, TO_INIT, replace(TO_INIT, receiver="vis.model:Other"), TO_TOWER)
    assert not claims_of(program(trace, classes=CLASSES), kind="flow")[0].certain


def test_a_flow_avoids_a_call_that_cannot_happen():
    never = guard(MAIN, 2, "args.fast", "false")
    shortcut = call(MAIN, TOWER, 2, receiver=MODEL, guards=(never,))
    trace = entry("demo", MAIN, shortcut, TO_LOAD, TO_INIT, TO_TOWER)
    assert stated("flow", program(trace, classes=CLASSES))[TOWER][0] == LOAD


def test_a_flow_that_is_no_longer_reached_stays_a_claim():
    assert stated("flow", program(entry("demo", MAIN, TO_LOAD), classes=CLASSES)) == {TOWER: ("not reached",)}


def test_a_documented_symbol_that_is_gone_becomes_a_claim_of_its_absence():
    target = replace(TARGET, documented=Documented(flows=(("Meta.gone", "demo"),), classes=("Gone",)))
    assert stated("flow", target=target) == {"Meta.gone": ("not reached",)}
    assert stated("mro", target=target) == {"Gone": ("no such class",)}


def test_a_flow_to_a_class_leads_to_its_constructor():
    target = replace(TARGET, documented=Documented(flows=((MODEL, "demo"),)))
    assert stated("flow", target=target) == {INIT: (LOAD, f"{INIT} [{MODEL}]")}


def test_calls_of_a_flow_are_claimed_one_by_one():
    assert stated("call") == {
        f"{MAIN} -> {LOAD}": ("-", "must"),
        f"{LOAD} -> {INIT}": (MODEL, "via lib:from_pretrained", "must"),
        f"{INIT} -> {TOWER}": (MODEL, "may"),
    }


def test_the_second_call_of_the_same_callee_is_numbered_in_source_order():
    again = call(MAIN, LOAD, 9)
    target = replace(TARGET, documented=Documented(sequences=(("t", "demo", MAIN),)))
    linked = program(entry("demo", MAIN, again, TO_LOAD), classes=CLASSES)
    lines = {claim.subject: claim.sites[0].span.line for claim in claims_of(linked, target, "call")}
    assert lines == {f"{MAIN} -> {LOAD}": 3, f"{MAIN} -> {LOAD} #2": 9}


def test_one_site_on_two_receivers_is_two_claims():
    other = replace(TO_INIT, receiver="vis.model:Other")
    target = replace(TARGET, documented=Documented(sequences=(("t", "demo", LOAD),)))
    linked = program(entry("demo", MAIN, TO_LOAD, TO_INIT, other), classes=CLASSES)
    assert set(stated("call", linked, target)) == {
        f"{LOAD} -> {INIT} on {MODEL}",
        f"{LOAD} -> {INIT} on vis.model:Other",
    }


def test_contexts_that_share_an_edge_make_one_claim():
    on_model = call(INIT, TOWER, 21, caller_receiver=MODEL, via=("lib:x",))
    on_other = call(INIT, TOWER, 21, caller_receiver="vis.model:Other", must=False)
    target = replace(TARGET, documented=Documented(sequences=(("t", "demo", MAIN),)))
    to_other = replace(TO_INIT, receiver="vis.model:Other")
    linked = program(entry("demo", MAIN, TO_LOAD, TO_INIT, to_other, on_model, on_other), classes=CLASSES)
    assert stated("call", linked, target)[f"{INIT} -> {TOWER}"] == ("-", "via lib:x", "may")


def test_a_sequence_shows_what_the_own_code_takes_part_in():
    into, inside, back = call(LOAD, "lib:a", 5), call("lib:a", "lib:b", 6), call("lib:b", INIT, 7, receiver=MODEL)
    aside = call("lib:a", "lib:log", 8)
    target = replace(TARGET, documented=Documented(sequences=(("t", "demo", LOAD),)))
    linked = program(entry("demo", MAIN, TO_LOAD, into, inside, back, aside), classes=CLASSES)
    assert set(stated("call", linked, target)) == {f"{LOAD} -> lib:a", "lib:a -> lib:b", f"lib:b -> {INIT}"}


def test_a_first_write_names_writer_form_chain_and_guards():
    decided = guard(LOAD, 9, "args.tower", "true")
    linked = with_trace(first_writes=(first("demo", SET, TO_LOAD, guards=(decided,)),))
    assert stated("first-write", linked) == {
        f"{CONFIG} tower": (LOAD, "attribute", f"via {LOAD}", "when args.tower is true")
    }


def test_alternatives_of_a_first_write_are_numbered_and_not_certain():
    other = write("tower", CONFIG, MAIN, 30, "setattr")
    linked = with_trace(first_writes=(first("demo", SET, TO_LOAD), first("demo", other), first("demo", other)))
    claims = claims_of(linked, kind="first-write")
    assert [claim.subject for claim in claims] == [f"{CONFIG} tower", f"{CONFIG} tower #2"]
    assert [(claim.certain, claim.reason) for claim in claims] == [(False, "one of 2 alternatives")] * 2


def test_writes_are_the_complete_set_with_generic_ones_marked():
    generic = write("*", None, "lib:Config.__init__", 5, "setattr", generic=True)
    linked = with_trace(writes=(SET, write("tower", CONFIG, LOAD, 15), generic, write("tower_lr", CONFIG, LOAD, 16)))
    assert stated("writes", linked) == {
        "tower": (f"attribute in {LOAD} (2 sites)", "generic setattr in lib:Config.__init__")
    }


def test_a_generic_store_counts_only_on_classes_that_use_the_name():
    on_config = write("*", CONFIG, "lib:Config.update", 5, "setattr", generic=True)
    elsewhere = write("*", "lib:Namespace", "lib:Namespace.parse", 9, "setattr", generic=True)
    linked = with_trace(writes=(on_config, elsewhere), reads=(write("tower", CONFIG, INIT, 20, "hasattr"),))
    assert stated("writes", linked) == {"tower": ("generic setattr in lib:Config.update",)}


def test_generic_loads_are_among_the_reads():
    by_any_name = write("*", CONFIG, "lib:Config.validate", 5, "getattr", generic=True)
    linked = with_trace(writes=(SET,), reads=(write("tower", CONFIG, INIT, 20, "hasattr"), by_any_name))
    assert stated("reads", linked) == {"tower": ("generic getattr in lib:Config.validate", f"hasattr in {INIT}")}


def test_an_earlier_generic_store_makes_a_first_write_uncertain():
    generic = write("*", CONFIG, "lib:Config.update", 5, "setattr", generic=True)
    before = first("demo", generic, certain=False)
    (claim,) = claims_of(with_trace(first_writes=(before, first("demo", SET, TO_LOAD))), kind="first-write")
    assert (claim.certain, claim.reason) == (
        False, "stored before by a name known only at run time in lib:Config.update",
    )  # fmt: skip
    (later,) = claims_of(with_trace(first_writes=(first("demo", SET, TO_LOAD), before)), kind="first-write")
    assert later.certain


def test_an_attribute_documented_for_one_class_leaves_others_out():
    target = replace(TARGET, documented=Documented(attributes=("Model.tower",)))
    linked = with_trace(writes=(SET, write("tower", MODEL, INIT, 22)))
    assert stated("writes", linked, target) == {"Model.tower": (f"attribute in {INIT}",)}


def test_reads_are_claimed_over_all_entries():
    other = entry("train", "vis.train", reads=(write("tower", MODEL, "vis.train", 4, "getattr"),))
    linked = program(replace(TRACE, reads=(write("tower", CONFIG, INIT, 20, "hasattr"),)), other, classes=CLASSES)
    assert stated("reads", linked) == {"tower": ("getattr in vis.train", f"hasattr in {INIT}")}


def test_a_guard_on_the_way_is_claimed_with_its_value():
    assert stated("guard") == {f"{INIT}: hasattr(config, 'tower')": ("true",)}


def test_a_guard_that_differs_between_calls_is_undecided():
    linked = with_trace(guards=(HAS_TOWER, replace(HAS_TOWER, value="false")))
    (claim,) = claims_of(linked, kind="guard")
    assert (claim.expected, claim.reason) == (("undecided",), "differs between calls: false, true")


def test_a_guard_has_one_value_in_every_claim_of_its_entry():
    maybe = replace(HAS_TOWER, value="undecided", reason="later")
    claims = claims_of(with_trace(guards=(maybe,)))
    seen = {guard for claim in claims for guard in claim.guards}
    assert {(guard.value, guard.reason) for guard in seen} == {("undecided", "differs between calls: true, undecided")}
    assert {"guard", "flow", "call"} <= {claim.kind for claim in claims if claim.guards}


def test_the_site_of_a_guard_carries_its_library():
    place = replace(TO_TOWER.site, library="lib")
    trace = entry("demo", MAIN, TO_LOAD, TO_INIT, replace(TO_TOWER, site=place))
    (claim,) = claims_of(program(trace, classes=CLASSES), kind="guard")
    assert claim.sites[0].library == "lib"
    assert claims_of(kind="guard")[0].sites[0].library is None


def test_the_same_text_tested_twice_is_numbered():
    again = guard(INIT, 25, HAS_TOWER.text, "false", branch=False)
    later = call(INIT, LOAD, 26, caller_receiver=MODEL, guards=(again,))
    target = replace(TARGET, documented=Documented(sequences=(("t", "demo", INIT),)))
    linked = program(entry("demo", MAIN, TO_LOAD, TO_INIT, TO_TOWER, later), classes=CLASSES)
    assert list(stated("guard", linked, target).values()) == [("true",), ("false",)]
    assert list(stated("guard", linked, target))[1].endswith(" #2")


def test_dispatch_unites_what_a_factory_may_return():
    more = (*TRACE.dispatches, Dispatch("demo", LOAD, ("vis.model:Other",), ()), Dispatch("demo", "lib:f", ("x",), ()))
    claim = claims_by_subject("dispatch", with_trace(dispatches=more))[LOAD]
    assert (claim.subject, claim.expected, claim.certain) == (LOAD, (MODEL, "vis.model:Other"), False)
    assert claim.sites == (TO_LOAD.site,)


def claims_by_subject(kind: str, linked: Program = PROGRAM) -> dict[str, Claim]:
    return {claim.subject: claim for claim in claims_of(linked, kind=kind)}


def test_what_the_function_of_a_flow_returns_is_claimed():
    """A method, and None is an answer."""
    returned = Dispatch("demo", TOWER, ("builtins:NoneType",), ())
    claim = claims_by_subject("dispatch", with_trace(dispatches=(returned,)))[TOWER]
    assert (claim.entry, claim.expected, claim.certain) == ("demo", ("builtins:NoneType",), True)
    assert claim.sites == (TO_TOWER.site,)


def test_what_could_not_be_followed_is_said_to_be_undecided():
    partly = Dispatch("demo", TOWER, (MODEL,), (), complete=False)
    claim = claims_by_subject("dispatch", with_trace(dispatches=(partly,)))[TOWER]
    assert (claim.expected, claim.certain) == ((MODEL, "undecided"), False)
    unseen = claims_by_subject("dispatch", with_trace(dispatches=()))[TOWER]
    assert (unseen.expected, unseen.reason) == (("undecided",), "the analysis did not see it return")


def test_a_factory_of_a_library_is_not_claimed_though_it_is_called():
    into = call(LOAD, "lib:make", 12)
    trace = entry("demo", MAIN, TO_LOAD, into, dispatches=(Dispatch("demo", "lib:make", ("lib:Thing",), ()),))
    target = replace(TARGET, documented=Documented(sequences=(("t", "demo", MAIN),)))
    assert stated("dispatch", program(trace, classes=CLASSES), target) == {}


def test_methods_and_makers_of_builtins_are_no_factories():
    others = (Dispatch("demo", INIT, (MODEL,), ()), Dispatch("demo", LOAD, ("builtins:str",), ()))
    assert set(stated("dispatch", with_trace(dispatches=others))) == {TOWER}


def test_no_result_is_claimed_of_a_constructor_or_of_what_is_not_reached():
    for text in (MODEL, "Meta.gone"):
        target = replace(TARGET, documented=Documented(flows=((text, "demo"),)))
        assert stated("dispatch", with_trace(dispatches=()), target) == {}


def test_an_entry_that_must_raise_ends_in_that_exception():
    wrong = PredictedRaise("demo", "AttributeError", "'NoneType' ...", site(MAIN, 5), (TO_LOAD,), certain=True)
    assert stated("raises", with_trace(raises=(wrong,))) == {"AttributeError": ("AttributeError", MAIN)}


def test_an_entry_that_may_raise_does_not_certainly_complete():
    maybe = PredictedRaise("demo", "ValueError", "", site(LOAD, 5), (), certain=False)
    (claim,) = claims_of(with_trace(raises=(maybe,)), kind="raises")
    assert (claim.expected, claim.certain, claim.reason) == (("completes",), False, f"may raise ValueError in {LOAD}")


def test_a_documented_class_states_every_method_one_on_the_way_only_what_is_used():
    assert stated("mro") == {META: (META,), MODEL: (MODEL, META, "lib:Base")}
    assert set(stated("method")) == {f"{c} {m}" for c in (META, MODEL) for m in ("__init__", "tower")}
    target = replace(TARGET, documented=Documented(classes=("Model",)))
    assert f"{MODEL} save" in stated("method", target=target)


def test_a_patched_class_states_the_patched_method_where_the_patch_was_put():
    patch = {"save": site("vis.patch", 9, "attribute")}
    base = linearisation("lib:Base", ("lib:Base",), {"save": "vis.patch:save"}, patches=patch)
    leaf = linearisation("lib:Leaf", ("lib:Leaf", "lib:Base"), {"save": "vis.patch:save"}, patches=patch)
    claims = claims_by_subject("method", program(TRACE, classes=(*CLASSES, base, leaf)))
    assert claims["lib:Base save"].expected == ("vis.patch:save",)
    assert claims["lib:Base save"].sites[0] == patch["save"]
    assert "lib:Leaf save" not in claims


def test_a_method_defined_in_one_way_or_another_is_claimed_as_either():
    either = linearisation(META, (META,), {"tower": TOWER}, alternatives={"tower": (TOWER, f"{TOWER}#2")})
    claim = claims_by_subject("method", program(TRACE, classes=(either,)))[f"{META} tower"]
    assert (claim.expected, claim.certain) == ((TOWER, f"{TOWER}#2"), True)
    assert claim.reason == "one of 2 definitions: code alone cannot tell which"


def test_an_unresolved_base_makes_a_linearisation_uncertain():
    broken = linearisation(META, (META,), unresolved=(("Odd", "computed"),))
    (mro, *_) = claims_of(program(TRACE, classes=(broken,)), kind="mro")
    assert (mro.certain, mro.reason) == (False, "base Odd: computed")


def test_excerpts_are_keyed_by_path_and_text():
    assert stated("excerpt")[f"vis/demo.py: line of {MAIN}"] == (f"line of {MAIN}",)
    assert not [claim for claim in derive_claims(PROGRAM, TARGET, lambda _: None) if claim.kind == "excerpt"]


def test_an_ambiguous_documented_name_is_an_error():
    two = (*CLASSES, linearisation("vis.more:Meta", (), {"tower": "vis.more:Meta.tower"}))
    with pytest.raises(TargetError, match=r"'Meta\.tower' is ambiguous"):
        claims_of(program(TRACE, classes=two))


def moved(trace: EntryTrace, by: int) -> EntryTrace:
    """The same trace in a file that got ``by`` lines longer at its top."""

    def shift(place: Site) -> Site:
        start = place.span
        return replace(place, span=start._replace(line=start.line + by, end_line=start.end_line + by))

    def shift_edge(edge: CallEdge) -> CallEdge:
        guards = tuple(
            replace(g, span=g.span._replace(line=g.span.line + by, end_line=g.span.end_line + by)) for g in edge.guards
        )
        return replace(edge, site=shift(edge.site), guards=guards)

    calls = [shift_edge(call.edge) for context in trace.contexts for call in context.calls]
    write_ = replace(SET, site=shift(SET.site))
    return entry(
        trace.name, trace.symbol, *calls,
        writes=(write_,), first_writes=(first("demo", write_, calls[0]),), dispatches=trace.dispatches,
    )  # fmt: skip


@given(st.integers(min_value=0, max_value=10_000))
def test_moved_lines_leave_every_claim_equal(by):
    def said(linked: Program) -> list[tuple[str, tuple[str, ...], bool]]:
        return [(claim.key, claim.expected, claim.certain) for claim in claims_of(linked)]

    assert said(program(moved(TRACE, by), classes=CLASSES)) == said(PROGRAM)


FUNCTIONS = [MAIN, LOAD, INIT, TOWER, "lib:a", "lib:b"]
CALLS = st.builds(
    lambda caller, callee, line, receiver, on: call(caller, callee, line, receiver=receiver, caller_receiver=on),
    st.sampled_from(FUNCTIONS), st.sampled_from(FUNCTIONS), st.integers(1, 4),
    st.sampled_from([None, MODEL, META]), st.sampled_from([None, MODEL]),
)  # fmt: skip


@given(st.lists(CALLS, max_size=12))
def test_keys_are_unique_and_order_is_independent_of_the_walk(calls):
    documented = Documented(sequences=(("t", "demo", MAIN),), flows=((TOWER, "demo"),))
    target = replace(TARGET, documented=documented)
    linked = program(entry("demo", MAIN, *calls), classes=CLASSES)
    trace = linked.traces["demo"]
    edges = {(e.site, e.callee, e.receiver) for e in trace.edges()}
    every = replace(target, packages=("vis", "lib"))
    claims = claims_of(linked, every)
    assert len({claim.key for claim in claims}) == len(claims)
    reachable = {(c.sites[0], c.steps[0].callee, c.steps[0].receiver) for c in claims if c.kind == "call"}
    assert reachable <= edges
    assert [c.key for c in claims] == [c.key for c in claims_of(linked, every)]
