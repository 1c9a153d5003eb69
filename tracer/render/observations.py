"""What the runs of a target say about a place or a symbol: the evidence column of the pages.

Judging is not done here. A record is shown only where the run saw the same bytes of the file as the analysis, in the
scenario as it is configured now; what speaks of anything else is left to the verdict, which calls it stale.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tracer.model.edges import Site
from tracer.model.evidence import ObservedFlow, ObservedWrite, ScenarioRun
from tracer.model.names import SymbolId
from tracer.model.program import Program

EdgeKey = tuple[str, str, int, int, SymbolId]


@dataclass(frozen=True, slots=True)
class Observations:
    """Runs in (scenario, device) order and counts of calls per scenario, place and callee, then per receiver."""

    runs: tuple[ScenarioRun, ...]
    counts: Mapping[EdgeKey, Mapping[SymbolId | None, int]]

    def runs_of(self, scenario: str) -> tuple[ScenarioRun, ...]:
        """The runs of one scenario, one per device."""
        return tuple(run for run in self.runs if run.scenario == scenario)

    def count_calls(self, scenario: str, site: Site, callee: SymbolId, receiver: SymbolId | None) -> int:
        """How often a call site reached a callee on a class in a scenario; the largest count of any device.

        A run that does not know the class counts for every one, and without a class every one counts.
        """
        found = self.counts.get((scenario, *site.key, callee), {})
        return sum(count for seen, count in found.items() if receiver is None or seen in {None, receiver})

    def writes_at(self, attribute: str, site: Site) -> tuple[tuple[str, ObservedWrite], ...]:
        """The observed stores of an attribute that lie on a site's lines, with their scenarios."""
        return tuple(
            (run.scenario, write)
            for run in self.runs
            for write in run.writes
            if write.attribute == attribute and _is_on(site, write)
        )

    def find_flow(self, scenario: str, symbol: SymbolId) -> ObservedFlow | None:
        """The recorded stack of the first start of a symbol in a scenario."""
        found = (flow for run in self.runs_of(scenario) for flow in run.flows if flow.symbol == symbol)
        return next(found, None)

    def returns_of(self, scenario: str, symbol: SymbolId) -> tuple[SymbolId, ...]:
        """The classes a function returned in a scenario, sorted."""
        return tuple(sorted({cls for run in self.runs_of(scenario) for cls in run.returns.get(symbol, ())}))


def _is_on(site: Site, write: ObservedWrite) -> bool:
    return write.path == site.path and site.span.line <= write.span.line <= site.span.end_line


def collect_observations(runs: Iterable[ScenarioRun], program: Program) -> Observations:
    """Index the runs' records about files and scenarios that are still those of ``program``."""
    ordered = tuple(sorted(runs, key=lambda run: (run.scenario, run.device)))
    fresh = tuple(_drop_stale(run, program) for run in ordered)
    counts: defaultdict[EdgeKey, Counter[SymbolId | None]] = defaultdict(Counter)
    for run in fresh:
        for key, seen in _count_edges(run).items():
            counts[key] |= seen
    return Observations(fresh, dict(counts))


def _count_edges(run: ScenarioRun) -> Mapping[EdgeKey, Counter[SymbolId | None]]:
    counts: defaultdict[EdgeKey, Counter[SymbolId | None]] = defaultdict(Counter)
    for edge in run.edges:
        place = (run.scenario, edge.path, edge.span.end_line, edge.span.end_column, edge.callee)
        counts[place][edge.receiver] += edge.count
    return counts


def _drop_stale(run: ScenarioRun, program: Program) -> ScenarioRun:
    bare = replace(
        run, edges=(), flows=(), writes=(), reads=(), created=(), classes=(), returns={}, executed={}, arcs={}
    )
    if run.configured != program.scenarios.get(run.scenario):
        return bare
    stale = {path for path, digest in run.files.items() if program.files.get(path, digest) != digest}
    return (
        run
        if not stale
        else replace(
            bare,
            edges=tuple(edge for edge in run.edges if edge.path not in stale),
            flows=tuple(flow for flow in run.flows if not any(frame.path in stale for frame in flow.stack)),
            writes=tuple(write for write in run.writes if write.path not in stale),
            classes=run.classes,
            returns=run.returns,
        )
    )
