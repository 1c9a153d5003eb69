"""Call claims: the call edges that a documented flow or sequence shows.

Several contexts of a walk may take the same edge (the same site, callee and receiver); they are one sentence on a page
and hence one claim. Where a caller calls the same callee from several places the later ones are numbered in source
order, counted over the whole trace so that documenting more does not renumber.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tracer.claim.guards import merge_guards, undecided_reason
from tracer.model.claims import Claim, Step, call_subject
from tracer.model.edges import CallEdge, Site
from tracer.model.names import SymbolId
from tracer.model.program import EntryTrace

_Taken = tuple[Site, SymbolId, SymbolId | None]


def claim_calls(target: str, trace: EntryTrace, documented: Iterable[CallEdge]) -> tuple[Claim, ...]:
    """Claim each documented edge of one entry, once per site, callee and receiver."""
    wanted = {_taken(edge) for edge in documented}
    groups: dict[_Taken, list[CallEdge]] = {}
    for edge in trace.edges():
        groups.setdefault(_taken(edge), []).append(edge)
    subjects = _subjects_of(groups)
    return tuple(
        _claim_of(target, trace.name, subjects[taken], tuple(edges))
        for taken, edges in groups.items()
        if taken in wanted
    )


def step_of(edge: CallEdge) -> Step:
    """The step of a flow that an edge is."""
    return Step(edge.caller, edge.callee, edge.receiver, edge.via, edge.site)


def sequence_edges(trace: EntryTrace, root: SymbolId, owns: Callable[[SymbolId], bool]) -> tuple[CallEdge, ...]:
    """The edges below ``root`` that a calling sequence shows, sorted.

    Shown is what the target's own code takes part in: calls from it or into it, and calls inside libraries that lie on
    a way back into it. What a library does among itself is not the target's story.
    """
    reachable = _reachable(trace, root)
    leading = _leading(trace, reachable, owns)
    shown = {
        call.edge
        for index in reachable
        for call in trace.contexts[index].calls
        if owns(call.edge.caller) or owns(call.edge.callee) or call.context in leading
    }
    return tuple(edge for edge in trace.edges() if edge in shown)


def _taken(edge: CallEdge) -> _Taken:
    return (edge.site, edge.callee, edge.receiver)


def _subjects_of(groups: Iterable[_Taken]) -> dict[_Taken, str]:
    ordinals: dict[str, dict[Site, int]] = {}
    receivers: dict[tuple[Site, SymbolId], int] = {}
    for site, callee, _ in groups:
        numbered = ordinals.setdefault(call_subject(site.owner, callee), {})
        numbered.setdefault(site, len(numbered) + 1)
        receivers[site, callee] = receivers.get((site, callee), 0) + 1
    subjects = {}
    for taken in groups:
        site, callee, receiver = taken
        subject = call_subject(site.owner, callee)
        number = ordinals[subject][site]
        if number > 1:
            subject += f" #{number}"
        # One site can run the same function on several classes; each is a claim and needs a key of its own.
        if receivers[site, callee] > 1:
            subject += f" on {receiver or '-'}"
        subjects[taken] = subject
    return subjects


def _claim_of(target: str, entry: str, subject: str, edges: tuple[CallEdge, ...]) -> Claim:
    first = edges[0]
    must = all(edge.must for edge in edges)
    guards = merge_guards(edge.guards for edge in edges)
    ways = sorted({" > ".join(edge.via) for edge in edges if edge.via})
    return Claim(
        kind="call",
        target=target,
        entry=entry,
        subject=subject,
        expected=(first.receiver or "-", *(f"via {way}" for way in ways), "must" if must else "may"),
        sites=(first.site,),
        steps=(step_of(first),),
        guards=guards,
        certain=must,
        reason=undecided_reason(guards),
    )


def _reachable(trace: EntryTrace, root: SymbolId) -> tuple[int, ...]:
    start = next((index for index in _walk(trace, 0) if trace.contexts[index].symbol == root), None)
    return () if start is None else _walk(trace, start)


def _walk(trace: EntryTrace, start: int) -> tuple[int, ...]:
    seen: dict[int, None] = {}
    stack = [start]
    while stack:
        index = stack.pop()
        if index not in seen:
            seen[index] = None
            stack.extend(call.context for call in reversed(trace.contexts[index].calls))
    return tuple(seen)


def _leading(trace: EntryTrace, reachable: tuple[int, ...], owns: Callable[[SymbolId], bool]) -> frozenset[int]:
    callers: dict[int, list[int]] = {}
    for index in reachable:
        for call in trace.contexts[index].calls:
            callers.setdefault(call.context, []).append(index)
    stack = [index for index in reachable if owns(trace.contexts[index].symbol)]
    leading: set[int] = set()
    while stack:
        index = stack.pop()
        if index not in leading:
            leading.add(index)
            stack.extend(callers.get(index, ()))
    return frozenset(leading)
