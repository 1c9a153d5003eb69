"""Counting: how many verdicts of each outcome, and how good the prediction of calls is.

Precision and recall are over all predicted and observed calls of all traced scenarios, not over the documented ones
alone, and are exact fractions. Each call counts once per scenario, whatever the number of devices it ran on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from tracer.judge.calls import judge_edge
from tracer.judge.freshness import changed_files, files_of, refusal_of
from tracer.judge.runs import IndexedRun, index_runs
from tracer.judge.traces import IndexedTrace, index_trace
from tracer.judge.unpredicted import SeenCall, fresh_edges, is_predicted
from tracer.model.evidence import Evidence
from tracer.model.names import SymbolId
from tracer.model.program import Program
from tracer.model.verdicts import (
    CONFIRMED,
    HOLDS,
    NOT_OBSERVED,
    OBSERVED,
    OUTCOMES,
    REFUTED,
    STATIC,
    Ratio,
    Summary,
    Verdict,
)

_SETTLED = (CONFIRMED, OBSERVED, HOLDS, STATIC)


def summarise(
    verdicts: Sequence[Verdict],
    program: Program,
    evidence: tuple[Evidence, ...],
    *,
    is_own: Callable[[SymbolId], bool],
) -> Summary:
    """Count a target's verdicts and measure precision and recall of its predicted calls."""
    counts = Counter((verdict.claim.kind, verdict.outcome) for verdict in verdicts)
    runs = index_runs(evidence, program.target)
    traces = {name: index_trace(trace) for name, trace in program.traces.items()}
    precision = _precision(program, runs, traces, is_own)
    recall = _recall(program, runs, traces, is_own)
    open_items = [verdict for verdict in verdicts if verdict.outcome not in _SETTLED]
    return Summary(
        counts=tuple((kind, outcome, number) for (kind, outcome), number in sorted(counts.items())),
        precision_own=precision[True],
        precision_followed=precision[False],
        recall_own=recall[True],
        recall_followed=recall[False],
        open_items=tuple(sorted(open_items, key=lambda v: (OUTCOMES.index(v.outcome), v.claim.key))),
    )


def _precision(
    program: Program,
    runs: Sequence[IndexedRun],
    traces: dict[str, IndexedTrace],
    is_own: Callable[[SymbolId], bool],
) -> dict[bool, Ratio]:
    hits: Counter[bool] = Counter()
    totals: Counter[bool] = Counter()
    for scenario, trace in traces.items():
        speaking = [run for run in runs if run.run.scenario == scenario and not refusal_of(run.run, program)]
        for edge, outcomes in _outcomes_of(program, trace, speaking).items():
            if outcomes & {CONFIRMED, REFUTED, NOT_OBSERVED}:
                own = is_own(edge[0])
                totals[own] += 1
                hits[own] += CONFIRMED in outcomes
    return {own: Ratio(hits[own], totals[own]) for own in (True, False)}


def _outcomes_of(
    program: Program, trace: IndexedTrace, runs: Sequence[IndexedRun]
) -> dict[tuple[SymbolId, object, SymbolId, SymbolId | None], set[str]]:
    """What each distinct predicted call came to in the runs that are about the same bytes."""
    found: dict[tuple[SymbolId, object, SymbolId, SymbolId | None], set[str]] = {}
    for run in runs:
        outdated = set(changed_files(run.run.files, run.run, program))
        # Edges also lead into the bodies of imported modules; no run records an import as a call.
        for edge in (edge for edge in trace.edges if ":" in edge.callee):
            if outdated.isdisjoint((edge.site.path, *files_of(edge.callee))):
                call = (edge.caller, edge.site, edge.callee, edge.receiver)
                found.setdefault(call, set()).add(judge_edge(edge, run, trace).outcome)
    return found


def _recall(
    program: Program,
    runs: Sequence[IndexedRun],
    traces: dict[str, IndexedTrace],
    is_own: Callable[[SymbolId], bool],
) -> dict[bool, Ratio]:
    seen: dict[SeenCall, bool] = {}
    for run in runs:
        trace = traces.get(run.run.scenario)
        for call, edge in fresh_edges(run, program) if trace else ():
            if trace and call not in seen:
                seen[call] = is_predicted(edge, trace)
    owned = {call: is_own(call[3]) for call in seen}
    return {
        own: Ratio(sum(hit for call, hit in seen.items() if owned[call] == own), Counter(owned.values())[own])
        for own in (True, False)
    }
