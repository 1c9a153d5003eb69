"""The look-ups that verdicts make in a program's traces, built once per trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracer.judge.places import is_same_place
from tracer.model.edges import CallEdge, Site
from tracer.model.names import Span, SymbolId
from tracer.model.program import EntryTrace


@dataclass(frozen=True, slots=True)
class IndexedTrace:
    """A trace with its edges by place and by caller."""

    trace: EntryTrace
    edges: tuple[CallEdge, ...]
    edges_by_key: Mapping[tuple[str, int, int], tuple[CallEdge, ...]]
    edges_by_caller: Mapping[SymbolId, tuple[CallEdge, ...]]

    def edges_at(self, path: str, span: Span, caller: SymbolId) -> tuple[CallEdge, ...]:
        """The predicted edges at an observed place."""
        exact = self.edges_by_key.get((path, span.end_line, span.end_column), ())
        held = self.edges_by_caller.get(caller, ())
        return exact or tuple(edge for edge in held if is_same_place(edge.site, path, span))

    def caller_receivers(self, site: Site, callee: SymbolId, receiver: SymbolId | None) -> set[SymbolId | None]:
        """The classes the caller runs on where it takes this edge."""
        return {
            edge.caller_receiver
            for edge in self.edges_by_key.get(site.key, ())
            if (edge.site, edge.callee, edge.receiver) == (site, callee, receiver)
        }

    def has_path(self, steps: Sequence[tuple[SymbolId, SymbolId | None]]) -> bool:
        """Whether the trace can go from its entry through these callees, one call after the other."""
        current = {0}
        for symbol, receiver in steps:
            current = {
                call.context
                for index in current
                for call in self.trace.contexts[index].calls
                if call.edge.callee == symbol and is_compatible(call.edge.receiver, receiver)
            }
        return bool(current)


def is_compatible(left: SymbolId | None, right: SymbolId | None) -> bool:
    """Whether two receivers may be the same: equal, or one of them not known."""
    return left is None or right is None or left == right


def index_trace(trace: EntryTrace) -> IndexedTrace:
    """Index one trace."""
    edges = trace.edges()
    by_key: dict[tuple[str, int, int], list[CallEdge]] = {}
    by_caller: dict[SymbolId, list[CallEdge]] = {}
    for edge in edges:
        by_key.setdefault(edge.site.key, []).append(edge)
        by_caller.setdefault(edge.caller, []).append(edge)
    return IndexedTrace(
        trace,
        edges,
        {key: tuple(found) for key, found in by_key.items()},
        {caller: tuple(found) for caller, found in by_caller.items()},
    )
