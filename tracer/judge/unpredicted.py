"""Calls that were seen and not predicted: the static half's own misses, counted as recall.

A receiver that was seen and not predicted is a miss too, unless one side does not know it. Edges in files that have
changed since the run are left out: they may well be predicted elsewhere now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from tracer.judge.freshness import changed_files, files_of, refusal_of
from tracer.judge.runs import IndexedRun
from tracer.judge.traces import IndexedTrace, is_compatible
from tracer.model.claims import Claim, call_subject
from tracer.model.edges import Site
from tracer.model.evidence import ObservedEdge
from tracer.model.names import Span, SymbolId
from tracer.model.program import Program
from tracer.model.verdicts import UNPREDICTED, Verdict

SeenCall = tuple[str, str, Span, SymbolId, SymbolId, SymbolId]
"""Scenario, path, range, caller, callee, receiver (or ``-``): one observed call, whatever the device."""


def fresh_edges(run: IndexedRun, program: Program) -> Iterator[tuple[SeenCall, ObservedEdge]]:
    """The calls a run observed in files whose bytes are still the same; none of a run that proves nothing."""
    if refusal_of(run.run, program):
        return
    outdated = set(changed_files(run.run.files, run.run, program))
    for edge in run.run.edges:
        if outdated.isdisjoint((edge.path, *files_of(edge.callee))):
            receiver = edge.receiver or "-"
            yield (run.run.scenario, edge.path, edge.span, edge.caller, edge.callee, receiver), edge


def is_predicted(edge: ObservedEdge, trace: IndexedTrace) -> bool:
    """Whether the trace has the observed call: the same place, callee and, where both know it, receiver."""
    return any(
        predicted.callee == edge.callee and is_compatible(predicted.receiver, edge.receiver)
        for predicted in trace.edges_at(edge.path, edge.span, edge.caller)
    )


def find_unpredicted(
    program: Program,
    runs: Sequence[IndexedRun],
    traces: Mapping[str, IndexedTrace],
    is_own: Callable[[SymbolId], bool],
) -> tuple[Verdict, ...]:
    """One verdict per call that the target's own code made and its entry's trace lacks, sorted by place."""
    missed: dict[SeenCall, ObservedEdge] = {}
    for run in runs:
        trace = traces.get(run.run.scenario)
        for seen, edge in fresh_edges(run, program) if trace else ():
            if is_own(edge.caller) and trace and not is_predicted(edge, trace):
                missed.setdefault(seen, edge)
    numbers: dict[tuple[str, str], int] = {}
    verdicts = []
    for seen in sorted(missed):
        subject = call_subject(seen[3], seen[4])
        number = numbers[seen[0], subject] = numbers.get((seen[0], subject), 0) + 1
        verdicts.append(_verdict_of(program, traces[seen[0]], seen[0], missed[seen], number))
    return tuple(verdicts)


def _verdict_of(program: Program, trace: IndexedTrace, scenario: str, edge: ObservedEdge, number: int) -> Verdict:
    # The prefix keeps the key apart from a claim's: a missed call may be the second of a predicted pair.
    subject = f"unpredicted {call_subject(edge.caller, edge.callee)}" + (f" #{number}" if number > 1 else "")
    library = next((known.site.library for known in trace.edges if known.site.path == edge.path), None)
    claim = Claim(
        kind="call",
        target=program.target,
        entry=scenario,
        subject=subject,
        expected=(edge.receiver or "-", *((f"via {' > '.join(edge.via)}",) if edge.via else ()), "may"),
        sites=(Site(edge.path, edge.span, edge.caller, "call", library),),
        certain=False,
    )
    return Verdict(claim, UNPREDICTED, _reason_of(edge, trace), (edge.callee,), (scenario,))


def _reason_of(edge: ObservedEdge, trace: IndexedTrace) -> str:
    predicted = trace.edges_at(edge.path, edge.span, edge.caller)
    receivers = sorted({known.receiver or "-" for known in predicted if known.callee == edge.callee})
    if receivers:
        return f"ran on {edge.receiver}, predicted on {', '.join(receivers)}"
    if predicted:
        return f"predicted {', '.join(sorted({known.callee for known in predicted}))} here"
    unresolved = next((u for u in trace.trace.unresolved if u.site.key == _key_of(edge)), None)
    return f"could not be followed: {unresolved.reason}" if unresolved else "no call predicted here"


def _key_of(edge: ObservedEdge) -> tuple[str, int, int]:
    return (edge.path, edge.span.end_line, edge.span.end_column)
