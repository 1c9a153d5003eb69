"""Dispatch claims: in this entry, this factory returns an instance of exactly these classes.

Claimed for factories that the target's own code holds or that a documented way calls; a library's own factories are
its own business.
"""

from __future__ import annotations

from collections.abc import Callable

from tracer.claim.guards import merge_guards, undecided_reason
from tracer.model.claims import Claim
from tracer.model.edges import CallEdge, Site
from tracer.model.names import SymbolId
from tracer.model.program import Dispatch, EntryTrace


def claim_dispatches(
    target: str, trace: EntryTrace, owns: Callable[[SymbolId], bool], documented: tuple[CallEdge, ...]
) -> tuple[Claim, ...]:
    """Claim the classes that each own or documented factory of one entry returns."""
    called = {edge.callee for edge in documented}
    groups: dict[SymbolId, list[Dispatch]] = {}
    for dispatch in trace.dispatches:
        if owns(dispatch.function) or dispatch.function in called:
            groups.setdefault(dispatch.function, []).append(dispatch)
    sites = _call_sites(trace, set(groups))
    return tuple(_claim_of(target, trace.name, symbol, groups[symbol], sites[symbol]) for symbol in sorted(groups))


def _call_sites(trace: EntryTrace, functions: set[SymbolId]) -> dict[SymbolId, tuple[Site, ...]]:
    found: dict[SymbolId, dict[Site, None]] = {symbol: {} for symbol in functions}
    for edge in trace.edges():
        if edge.callee in functions:
            found[edge.callee][edge.site] = None
    return {symbol: tuple(sorted(sites)) for symbol, sites in found.items()}


def _claim_of(target: str, entry: str, symbol: SymbolId, dispatches: list[Dispatch], sites: tuple[Site, ...]) -> Claim:
    classes = tuple(sorted({name for dispatch in dispatches for name in dispatch.classes}))
    guards = merge_guards(dispatch.guards for dispatch in dispatches)
    reason = "" if len(classes) == 1 else undecided_reason(guards) or f"one of {len(classes)} classes"
    return Claim(
        "dispatch", target, entry, symbol, classes, sites, (), guards, certain=len(classes) == 1, reason=reason
    )
