"""Dispatch claims: in this entry, this function returns an instance of exactly these classes.

Claimed for factories (functions that return more than builtins' instances) that the target's own code holds, those of
the entry's module where a documented way calls them, and for whatever a documented flow leads to: there None is an
answer, too. A library's own factories are its own business. ``undecided`` among the classes stands for results that
could not be followed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tracer.claim.guards import merge_guards, undecided_reason
from tracer.model.claims import Claim
from tracer.model.edges import CallEdge, Site
from tracer.model.names import SymbolId, module_of, qualname_of
from tracer.model.program import Dispatch, EntryTrace
from tracer.model.verdicts import UNDECIDED

_UNFOLLOWED = "what it returns could not be followed on every way"
_NEVER_RETURNED = "the analysis did not see it return"


def claim_dispatches(
    target: str,
    trace: EntryTrace,
    owns: Callable[[SymbolId], bool],
    documented: tuple[CallEdge, ...],
    reached: Iterable[SymbolId] = (),
) -> tuple[Claim, ...]:
    """Claim what each factory of one entry that is the target's and each function of ``reached`` returns."""
    entry = module_of(trace.symbol)
    called = {edge.callee for edge in documented if module_of(edge.callee) == entry}
    groups: dict[SymbolId, list[Dispatch]] = {symbol: [] for symbol in reached if not _is_constructor(symbol)}
    for dispatch in trace.dispatches:
        is_claimed = is_factory(dispatch) and (owns(dispatch.function) or dispatch.function in called)
        if is_claimed or dispatch.function in groups:
            groups.setdefault(dispatch.function, []).append(dispatch)
    sites = _call_sites(trace, set(groups))
    return tuple(_claim_of(target, trace.name, symbol, groups[symbol], sites[symbol]) for symbol in sorted(groups))


def is_factory(dispatch: Dispatch) -> bool:
    """Whether a plain function makes instances of classes that somebody wrote."""
    is_plain = "." not in qualname_of(dispatch.function)
    return is_plain and any(not cls.startswith("builtins:") for cls in dispatch.classes)


def _is_constructor(symbol: SymbolId) -> bool:
    return qualname_of(symbol).rpartition(".")[2] == "__init__"


def _call_sites(trace: EntryTrace, functions: set[SymbolId]) -> dict[SymbolId, tuple[Site, ...]]:
    found: dict[SymbolId, dict[Site, None]] = {symbol: {} for symbol in functions}
    for edge in trace.edges():
        if edge.callee in functions:
            found[edge.callee][edge.site] = None
    return {symbol: tuple(sorted(sites)) for symbol, sites in found.items()}


def _claim_of(target: str, entry: str, symbol: SymbolId, dispatches: list[Dispatch], sites: tuple[Site, ...]) -> Claim:
    classes = tuple(sorted({name for dispatch in dispatches for name in dispatch.classes}))
    complete = bool(dispatches) and all(dispatch.complete for dispatch in dispatches)
    guards = merge_guards(dispatch.guards for dispatch in dispatches)
    reason = "" if len(classes) == 1 else undecided_reason(guards) or f"one of {len(classes)} classes"
    return Claim(
        kind="dispatch",
        target=target,
        entry=entry,
        subject=symbol,
        expected=classes if complete else (*classes, UNDECIDED),
        sites=sites,
        guards=guards,
        certain=complete and len(classes) == 1,
        reason=reason if complete else _UNFOLLOWED if dispatches else _NEVER_RETURNED,
    )
