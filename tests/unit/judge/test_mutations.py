"""What a check must catch: each edit of a program, and the claim that names it. Moved lines alone change nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.programs import call, entry, first, guard, linearisation, program, write
from tracer.claim.claims import derive_claims
from tracer.codec.claims import decode_lock, encode_lock
from tracer.judge.lock import compare
from tracer.judge.report import build_report
from tracer.model.claims import Claim
from tracer.model.program import Program
from tracer.model.targets import Documented, Target

MAIN, LOAD, BUILD, TOWER = "app:main", "app:load", "app:build", "app:Model.tower"
MODEL, CONFIG, BASE = "app:Model", "app:Config", "lib:Base"
TARGET = Target(
    "app", ".", ("app",),
    documented=Documented(attributes=("tower",), flows=((TOWER, "demo"),), classes=(MODEL,)),
)  # fmt: skip


def build(  # each part of the program, as one edit would change it
    *,
    shift: int = 0,
    value: str = "true",
    callee: str = LOAD,
    bases: tuple[str, ...] = (BASE,),
    writer: str = MAIN,
    more: tuple[Any, ...] = (),
) -> Program:
    test = guard(MAIN, 2 + shift, "args.tower", value)
    to_load = call(MAIN, callee, 3 + shift, guards=(test,), must=False)
    to_tower = call(callee, TOWER, 9 + shift, receiver=MODEL)
    store = write("tower", CONFIG, writer, 5 + shift)
    trace = entry(
        "demo", MAIN, to_load, to_tower,
        writes=(store, *more), first_writes=(first("demo", store),), guards=(test,),
    )  # fmt: skip
    return program(trace, classes=(linearisation(MODEL, (MODEL, *bases), {"tower": TOWER}),))


def claims_of(linked: Program) -> tuple[Claim, ...]:
    return derive_claims(linked, TARGET, lambda place: f"source of {place.owner}")


ORIGINAL = decode_lock(encode_lock(claims_of(build()), {}))


def errors(linked: Program) -> list[str]:
    report = build_report(compare(ORIGINAL, claims_of(linked)), ())
    return [finding.message for finding in report if finding.level == "error"]


@pytest.mark.parametrize("shift", [0, 1, 500])
def test_moved_lines_are_no_change(shift):
    assert errors(build(shift=shift)) == []


@pytest.mark.parametrize(
    ("mutant", "message"),
    [
        (
            build(writer=LOAD),
            "the first write of Config tower [app demo] changed: no longer app:main; now app:load",
        ),
        (
            build(more=(write("tower", CONFIG, BUILD, 40, "setattr"),)),
            "the set of writes of tower [app] changed: now setattr in app:build",
        ),
        (
            build(more=(write("tower", CONFIG, MAIN, 40),)),
            (
                "the set of writes of tower [app] changed: no longer attribute in app:main; "
                "now attribute in app:main (2 sites)"
            ),
        ),
        (build(bases=()), "the linearisation of Model [app] changed: no longer lib:Base"),
        (build(callee=BUILD), "the call main -> load [app demo] no longer holds; instead: app:build"),
        (build(callee=BUILD), "the flow to Model.tower [app demo] changed: no longer app:load; now app:build"),
        (
            build(value="undecided"),
            "the condition main: args.tower [app demo] changed: no longer true; now undecided, (not certain)",
        ),
        (build(value="false"), "the condition main: args.tower [app demo] no longer holds"),
        (
            build(value="false"),
            (
                "the flow to Model.tower [app demo] changed: no longer app:load, app:Model.tower [app:Model]; "
                "now not reached, (not certain)"
            ),
        ),
    ],
)
def test_an_edit_is_caught_and_named(mutant, message):
    assert message in errors(mutant)


def test_renaming_everything_renames_the_claims_and_nothing_else():
    def renamed(text: str) -> str:
        return text.replace("app", "zebra").replace("tower", "mast").replace("load", "haul")

    names = {name: renamed(value) for name, value in globals().items() if name.isupper() and isinstance(value, str)}
    store = write("mast", names["CONFIG"], names["MAIN"], 5)
    test = guard(names["MAIN"], 2, "args.mast", "true")
    to_load = call(names["MAIN"], names["LOAD"], 3, guards=(test,), must=False)
    to_tower = call(names["LOAD"], names["TOWER"], 9, receiver=names["MODEL"])
    trace = entry(
        "demo", names["MAIN"], to_load, to_tower,
        writes=(store,), first_writes=(first("demo", store),), guards=(test,),
    )  # fmt: skip
    model = linearisation(names["MODEL"], (names["MODEL"], names["BASE"]), {"mast": names["TOWER"]})
    documented = Documented(attributes=("mast",), flows=((names["TOWER"], "demo"),), classes=(names["MODEL"],))
    target = Target("zebra", ".", ("zebra",), documented=documented)
    linked = replace(program(trace, classes=(model,)), target="zebra")
    claims = derive_claims(linked, target, lambda place: f"source of {place.owner}")
    assert {c.key: c.expected for c in claims} == {
        renamed(c.key): tuple(map(renamed, c.expected)) for c in claims_of(build())
    }
