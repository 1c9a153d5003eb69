"""A run of a scenario, indexed once for all the claims that ask about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tracer.judge.places import is_same_place
from tracer.model.edges import Site
from tracer.model.evidence import (
    Evidence,
    ObservedClass,
    ObservedEdge,
    ObservedFlow,
    ObservedRead,
    ObservedWrite,
    ScenarioRun,
)
from tracer.model.names import SymbolId

_Key = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class IndexedRun:
    """A run with its edges by place and by caller, its frames that ran, its executed lines as sets."""

    run: ScenarioRun
    edges_by_key: Mapping[_Key, tuple[ObservedEdge, ...]]
    edges_by_caller: Mapping[SymbolId, tuple[ObservedEdge, ...]]
    started: Mapping[SymbolId, frozenset[SymbolId | None]]
    executed: Mapping[str, frozenset[int]]
    classes: Mapping[SymbolId, ObservedClass]

    @property
    def label(self) -> str:
        """How reasons name the run: ``scenario on device``."""
        return f"{self.run.scenario} on {self.run.device}"

    def edges_at(self, site: Site) -> tuple[ObservedEdge, ...]:
        """The observed calls made at a claimed site, in no particular order."""
        exact = self.edges_by_key.get(site.key, ())
        held = self.edges_by_caller.get(site.owner, ())
        return exact or tuple(edge for edge in held if is_same_place(site, edge.path, edge.span))

    def is_executed(self, site: Site) -> bool | None:
        """Whether the second pass ran a line of the site; None where that pass has nothing on a file that ran."""
        lines = self.executed.get(site.path)
        if lines is None:
            return None if not self.executed or site.path in self.run.files else False
        return any(line in lines for line in range(site.span.line, site.span.end_line + 1))

    def has_started(self, symbol: SymbolId, receivers: Iterable[SymbolId | None]) -> bool:
        """Whether the function ran on one of the receivers; a None on either side matches any."""
        wanted = set(receivers)
        seen = self.started.get(symbol, frozenset())
        return bool(seen) and (None in wanted or None in seen or bool(seen & wanted))

    def flows_to(self, symbol: SymbolId) -> tuple[ObservedFlow, ...]:
        """The recorded first starts of a function, one per receiver, earliest first."""
        orders: dict[SymbolId | None, int] = {}
        for edge in self.run.edges:
            if edge.callee == symbol:
                orders[edge.receiver] = min(edge.order, orders.get(edge.receiver, edge.order))
        flows = [flow for flow in self.run.flows if flow.symbol == symbol]
        return tuple(sorted(flows, key=lambda flow: (orders.get(flow.receiver, len(self.run.edges)), repr(flow))))

    def writes_of(self, attribute: str) -> tuple[ObservedWrite, ...]:
        """The stores to an attribute, earliest first."""
        found = (write for write in self.run.writes if write.attribute == attribute)
        return tuple(sorted(found, key=lambda write: write.order))

    def reads_of(self, attribute: str) -> tuple[ObservedRead, ...]:
        """The loads of an attribute, earliest first."""
        found = (read for read in self.run.reads if read.attribute == attribute)
        return tuple(sorted(found, key=lambda read: read.order))


def index_run(run: ScenarioRun) -> IndexedRun:
    """Index one run."""
    by_key: dict[_Key, list[ObservedEdge]] = {}
    by_caller: dict[SymbolId, list[ObservedEdge]] = {}
    started: dict[SymbolId, set[SymbolId | None]] = {}
    for edge in run.edges:
        by_key.setdefault((edge.path, edge.span.end_line, edge.span.end_column), []).append(edge)
        by_caller.setdefault(edge.caller, []).append(edge)
        started.setdefault(edge.caller, set()).add(edge.caller_receiver)
        started.setdefault(edge.callee, set()).add(edge.receiver)
    return IndexedRun(
        run,
        {key: tuple(edges) for key, edges in by_key.items()},
        {caller: tuple(edges) for caller, edges in by_caller.items()},
        {symbol: frozenset(receivers) for symbol, receivers in started.items()},
        {path: frozenset(lines) for path, lines in run.executed.items()},
        {observed.symbol: observed for observed in run.classes},
    )


def index_runs(evidence: Iterable[Evidence], target: str) -> tuple[IndexedRun, ...]:
    """Index the runs of a target on all devices, sorted by scenario and device."""
    runs = [run for part in evidence for run in part.runs if run.target == target]
    return tuple(index_run(run) for run in sorted(runs, key=lambda run: (run.scenario, run.device)))
