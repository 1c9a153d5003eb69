"""What one run showed, as lines for a person: how it ended, what was recorded, and what that is not worth.

Counts and a few names; the evidence file holds the rest. Whatever weakens the evidence (a partial recording, outputs
that changed, lines that could not be used) is said in words, never left to a missing number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tracer.cli.text import align_columns, count_of, indent, section
from tracer.judge.conditions import LinesOf
from tracer.judge.outcomes import BOTH, FALSE, TRUE, ConditionOutcomes
from tracer.model.evidence import ObservedFrame, ObservedWrite, ScenarioRun
from tracer.model.names import Span

_SHOWN = 10
"""How many names a list shows before it says how many more there are."""

_OUTPUTS = {True: "the same with and without the recorder", False: "changed by the recorder", None: "not compared"}


def observed_lines(run: ScenarioRun, conditions: ConditionOutcomes, lines_of: LinesOf) -> list[str]:
    """Lines of ``tracer observe``: the ending, a table of counts, the exception, first stores, conditions, factories.

    ``conditions`` are those of the target's own code, whose files' lines ``lines_of`` gives.
    """
    return [
        f"{run.scenario}: {run.outcome} on {run.device} under Python {run.python or '?'}",
        *indent(align_columns(_count_rows(run, conditions))),
        *section("ended by", _exception_lines(run)),
        *section("first stores", _first_store_lines(run.writes)),
        *section("conditions that came out both ways", _condition_lines(conditions, BOTH, lines_of)),
        *section("conditions that were always true", _condition_lines(conditions, TRUE, lines_of)),
        *section("conditions that were always false", _condition_lines(conditions, FALSE, lines_of)),
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


def _count_rows(run: ScenarioRun, conditions: ConditionOutcomes) -> list[list[str]]:
    edges, functions = count_of(len(run.edges), "edge"), count_of(len({edge.callee for edge in run.edges}), "function")
    calls, between = count_of(sum(edge.count for edge in run.edges), "call"), sum(bool(edge.via) for edge in run.edges)
    places, stores = count_of(len(run.writes), "place"), count_of(sum(write.count for write in run.writes), "store")
    loading, loads = count_of(len(run.reads), "place"), count_of(sum(read.count for read in run.reads), "load")
    lines = sum(map(len, run.executed.values()))
    libraries = ", ".join(f"{name} {version}" for name, version in sorted(run.libraries.items()))
    rows = [
        ["output", _OUTPUTS[run.identical]],
        ["calls", f"{edges} to {functions}, {calls}, {between:,} through others"],
        ["stores", f"{places}, {stores}"],
        ["loads", f"{loading}, {loads}"],
        ["generators", _creations_of(run)],
        ["classes", f"{len(run.classes):,}"],
        ["lines", f"{lines:,} in {count_of(len(run.executed), 'file')}" if run.executed else "not known"],
        ["branches", _branches_of(run)],
        ["conditions", _conditions_of(conditions)],
        ["files", f"{len(run.files):,} named by their hash"],
        ["libraries", libraries],
    ]
    return [row for row in rows if row[1]]


def _creations_of(run: ScenarioRun) -> str:
    """How many generators and coroutines were made, and of how many functions none was seen to begin."""
    if not run.created:
        return ""
    functions = {creation.callee for creation in run.created}
    begun = {edge.callee for edge in run.edges} | {flow.symbol for flow in run.flows}
    made, places = sum(creation.count for creation in run.created), count_of(len(run.created), "place")
    of = f"of {count_of(len(functions), 'function')}, {len(functions - begun):,} of them never begun"
    return f"{made:,} made at {places}, {of}"


def _branches_of(run: ScenarioRun) -> str:
    """How many lines were left in one direction and in several; the others end a function or never ran."""
    if not run.arcs:
        return ""
    targets: dict[tuple[str, int], set[int]] = {}
    for path, arcs in run.arcs.items():
        for start, end in arcs:
            targets.setdefault((path, start), set()).add(end)
    several = sum(len(ends) > 1 for ends in targets.values())
    return f"{count_of(several, 'line')} went on in more than one way, {len(targets) - several:,} always in the same"


def _conditions_of(conditions: ConditionOutcomes) -> str:
    """How many conditions of the target's own code came out which way; nothing where none are known."""
    counts = [(conditions.count_of(outcome), outcome) for outcome in (TRUE, FALSE, BOTH)]
    counts += [(conditions.untold, "that jumps do not tell"), (conditions.untested, "not tested")]
    return ", ".join(f"{number:,} {what}" for number, what in counts) if any(number for number, _ in counts) else ""


def _condition_lines(conditions: ConditionOutcomes, outcome: str, lines_of: LinesOf) -> list[str]:
    rows = [
        [f"{condition.path}:{condition.span.line}", _text_at(condition.span, lines_of(condition.path) or ())]
        for condition in conditions.told
        if condition.outcome == outcome
    ]
    return _shortened(align_columns(rows) if rows else [])


def _text_at(span: Span, lines: Sequence[str]) -> str:
    """The source text of a range, on one line."""
    parts = [line.encode() for line in lines[span.line - 1 : span.end_line]]
    if parts:
        parts[-1] = parts[-1][: span.end_column]
        parts[0] = parts[0][span.column :]
    return " ".join(b" ".join(parts).decode(errors="replace").split())


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
