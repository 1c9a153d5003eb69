"""What one run showed, as lines for a person: how it ended, what was recorded, and what that is not worth.

Counts and a few names; the evidence file holds the rest. Whatever weakens the evidence (a partial recording, outputs
that changed, lines that could not be used) is said in words, never left to a missing number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tracer.cli.text import align_columns, indent, section
from tracer.model.evidence import ObservedFrame, ObservedWrite, ScenarioRun

_SHOWN = 10
"""How many names a list shows before it says how many more there are."""

_OUTPUTS = {True: "the same with and without the recorder", False: "changed by the recorder", None: "not compared"}


def observed_lines(run: ScenarioRun) -> list[str]:
    """Lines of ``tracer observe``: the ending, a table of counts, the exception, first stores, factories."""
    return [
        f"{run.scenario}: {run.outcome} on {run.device} under Python {run.python or '?'}",
        *indent(align_columns(_count_rows(run))),
        *section("ended by", _exception_lines(run)),
        *section("first stores", _first_store_lines(run.writes)),
        *section("functions that choose a class", _factory_lines(run)),
        *section("to bear in mind", caveats_of(run)),
    ]


def caveats_of(run: ScenarioRun) -> list[str]:
    """What a reader of this evidence has to know, one sentence each."""
    said = []
    if run.partial:
        said.append("the recording is partial: what is not in it may still have happened")
    if run.identical is False:
        said.append("the recorder changed the run: its output differs from that without the recorder")
    if run.identical is None:
        said.append("outputs with and without the recorder were not compared")
    said += [reason for reason in run.reason.split("; ") if reason]
    return said


def _count_rows(run: ScenarioRun) -> list[list[str]]:
    functions = {edge.callee for edge in run.edges}
    between = sum(bool(edge.via) for edge in run.edges)
    calls = sum(edge.count for edge in run.edges)
    lines = sum(map(len, run.executed.values()))
    libraries = ", ".join(f"{name} {version}" for name, version in sorted(run.libraries.items()))
    rows = [
        ["output", _OUTPUTS[run.identical]],
        [
            "calls",
            f"{len(run.edges):,} edges to {len(functions):,} functions, {calls:,} calls, {between:,} through others",
        ],
        ["stores", f"{len(run.writes):,} places, {sum(write.count for write in run.writes):,} stores"],
        ["classes", f"{len(run.classes):,}"],
        ["lines", f"{lines:,} in {len(run.executed):,} files" if run.executed else "not known"],
        ["branches", _branches_of(run)],
        ["files", f"{len(run.files):,} named by their hash"],
        ["libraries", libraries],
    ]
    return [row for row in rows if row[1]]


def _branches_of(run: ScenarioRun) -> str:
    """How many lines were left in one direction and in several; the others end a function or never ran."""
    if not run.arcs:
        return ""
    targets: dict[tuple[str, int], set[int]] = {}
    for path, arcs in run.arcs.items():
        for start, end in arcs:
            targets.setdefault((path, start), set()).add(end)
    several = sum(len(ends) > 1 for ends in targets.values())
    return f"{several:,} lines went on in more than one way, {len(targets) - several:,} always in the same"


def _exception_lines(run: ScenarioRun) -> list[str]:
    if run.exception is None:
        return []
    said = f"{run.exception.type}: {run.exception.message}".rstrip(": ")
    return [said, *indent(_stack_lines(run.exception.stack))]


def _stack_lines(stack: Sequence[ObservedFrame]) -> list[str]:
    rows = [[f"{frame.path}:{frame.span.line}", frame.symbol] for frame in stack]
    return align_columns(rows) if rows else []


def _first_store_lines(writes: Iterable[ObservedWrite]) -> list[str]:
    """The first store of each attribute on each class, as it happened."""
    first: dict[tuple[str, str], ObservedWrite] = {}
    for write in writes:
        first.setdefault((write.attribute, write.owner), write)
    rows = [
        [f"{write.path}:{write.span.line}", f"{write.attribute} on {write.owner}", f"in {write.symbol}", write.value]
        for write in sorted(first.values(), key=lambda write: write.order)
    ]
    return _shortened(align_columns(rows) if rows else [])


def _factory_lines(run: ScenarioRun) -> list[str]:
    """Functions that returned objects of more than one class."""
    return _shortened([f"{name} -> {', '.join(classes)}" for name, classes in run.returns.items() if len(classes) > 1])


def _shortened(lines: list[str]) -> list[str]:
    more = len(lines) - _SHOWN
    return lines if more <= 0 else [*lines[:_SHOWN], f"and {more} more"]
