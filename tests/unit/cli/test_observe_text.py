"""The summary of a run says what was seen, and what the evidence is not worth."""

from __future__ import annotations

from tracer.cli.observe_text import caveats_of, observed_lines
from tracer.judge.outcomes import BOTH, TRUE, ConditionOutcome, ConditionOutcomes
from tracer.model.evidence import (
    ObservedClass,
    ObservedCreation,
    ObservedEdge,
    ObservedException,
    ObservedFrame,
    ObservedRead,
    ObservedWrite,
    ScenarioRun,
)
from tracer.model.names import Span

SPAN = Span(3, 4, 3, 9)
STACK = (ObservedFrame("p.m", None, "p/m.py", SPAN), ObservedFrame("p.m:f", None, "p/m.py", SPAN))
RUN = ScenarioRun(
    scenario="demo",
    target="vita",
    device="cpu",
    python="3.11.7",
    outcome="raised",
    exception=ObservedException("AttributeError", "no tower", STACK),
    libraries={"torch": "2.13.0"},
    files={"p/m.py": "0" * 64},
    edges=(
        ObservedEdge("p/m.py", SPAN, "p.m", "p.m:f", count=3, order=0),
        ObservedEdge("p/m.py", SPAN, "p.m:f", "p.m:g", via=("torch:call",), order=1),
    ),
    writes=(
        ObservedWrite("tower", "p.m:A", "p/m.py", SPAN, "p.m:A.__init__", "None", 0, 2),
        ObservedWrite("tower", "p.m:A", "p/m.py", SPAN, "p.m:A.load", "<Tower>", 1, object_first=False),
    ),
    reads=(ObservedRead("tower", "p.m:A", "p/m.py", SPAN, "p.m:f", 0, 5),),
    created=(
        ObservedCreation("p/m.py", SPAN, "p.m", "p.m:f", 3),
        ObservedCreation("p/m.py", SPAN, "p.m:f", "p.m:never"),
    ),
    classes=(ObservedClass("p.m:A", ("p.m:A", "builtins:object"), {}),),
    returns={"p.m:build": ("p.m:A", "p.m:B"), "p.m:f": ("builtins:NoneType",)},
    executed={"p/m.py": (1, 2, 3)},
    arcs={"p/m.py": ((1, 2), (1, 3), (2, 3))},
    identical=True,
)  # fmt: skip


LINES = {"p/m.py": ("", "if a:", "    while é and (b or", "        c): pass", "assert d")}
CONDITIONS = ConditionOutcomes(
    (
        ConditionOutcome("p/m.py", Span(2, 3, 2, 4), TRUE),
        ConditionOutcome("p/m.py", Span(3, 10, 4, 10), BOTH),
        ConditionOutcome("p/m.py", Span(5, 7, 5, 8), TRUE),
    ),
    untold=2,
    untested=1_200,
)
NONE = ConditionOutcomes()


def test_a_run() -> None:
    assert (
        "\n".join(observed_lines(RUN, CONDITIONS, LINES.get))
        == """\
demo: raised on cpu under Python 3.11.7
  output      the same with and without the recorder
  calls       2 edges to 2 functions, 4 calls, 1 through others
  stores      2 places, 3 stores
  loads       1 place, 5 loads
  generators  4 made at 2 places, of 2 functions, 1 of them never begun
  classes     1
  lines       3 in 1 file
  branches    1 line went on in more than one way, 1 always in the same
  conditions  2 true, 0 false, 1 both, 2 that jumps do not tell, 1,200 not tested
  files       1 named by their hash
  libraries   torch 2.13.0

ended by
  AttributeError: no tower
    p/m.py:3  p.m
    p/m.py:3  p.m:f

first stores
  p/m.py:3  tower on p.m:A  in p.m:A.__init__  None

conditions that came out both ways
  p/m.py:3  é and (b or c)

conditions that were always true
  p/m.py:2  a
  p/m.py:5  d

functions that choose a class
  p.m:build -> p.m:A, p.m:B"""
    )


def test_weak_evidence_says_so() -> None:
    run = ScenarioRun(
        "demo", "vita", "cpu", "3.11.7", "killed", "ended by signal 11; lines not measured: x", True, identical=False
    )
    assert caveats_of(run) == [
        "the recording is partial: what is not in it may still have happened",
        "the recorder changed the run: its output differs from that without the recorder",
        "ended by signal 11",
        "lines not measured: x",
    ]
    assert observed_lines(run, NONE, LINES.get)[-5] == "to bear in mind"


def test_a_run_that_never_started() -> None:
    run = ScenarioRun("demo", "vita", "cpu", "", "failed", "the script does not exist")
    lines = observed_lines(run, NONE, LINES.get)
    assert lines[0] == "demo: failed on cpu under Python ?"
    assert lines[-1] == "  the script does not exist"


def test_long_lists_are_cut() -> None:
    writes = tuple(ObservedWrite(f"a{n}", "p.m:A", "p/m.py", SPAN, "p.m:f", "1", n) for n in range(12))
    lines = observed_lines(
        ScenarioRun("demo", "vita", "cpu", "3.11.7", "completed", writes=writes, identical=True), NONE, LINES.get
    )
    assert lines[-1] == "  and 2 more"
