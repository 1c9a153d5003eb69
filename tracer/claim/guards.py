"""Guard claims: in this entry, this condition on a documented way comes out as ...

Also the two questions every family asks of guards: how they read in a claim, and whether they leave a path open. A
guard is named by the symbol that holds it and its text, numbered where one symbol tests the same text twice. In one
entry a guard has one value, whatever claim mentions it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tracer.model.claims import Claim
from tracer.model.edges import CallEdge, Guard, Site
from tracer.model.names import Span, SymbolId
from tracer.model.program import EntryTrace

_Place = tuple[str, Span]


def guard_phrase(guard: Guard) -> str:
    """How a guard reads in another claim's expected part: ``when TEXT is true``, without its place."""
    return f"when {guard.text} is {'true' if guard.branch else 'false'}"


def is_open(guard: Guard) -> bool:
    """Whether what is known lets the guarded place run: the guard is undecided or decided in its favour."""
    return guard.value == "undecided" or (guard.value == "true") == guard.branch


def undecided_reason(guards: Iterable[Guard]) -> str:
    """One line that names the guards code alone cannot decide, empty where there are none."""
    open_guards = dict.fromkeys(guard for guard in guards if guard.value == "undecided")
    return "; ".join(f"{guard.text}: {guard.reason or 'undecided'}" for guard in open_guards)


def merge_guards(groups: Iterable[Iterable[Guard]]) -> tuple[Guard, ...]:
    """The distinct guards of several groups, in order of appearance."""
    return tuple(dict.fromkeys(guard for group in groups for guard in group))


def claim_guards(target: str, trace: EntryTrace, owned: Iterable[tuple[SymbolId, Guard]]) -> tuple[Claim, ...]:
    """Claim the value of each guard on a documented way of one entry.

    ``owned`` pairs each guard with the symbol that holds it. A value that differs between the calls of the entry is
    claimed as undecided, since the condition then has no single value in it.
    """
    owners: dict[_Place, SymbolId] = {}
    for owner, guard in owned:
        owners.setdefault((guard.path, guard.span), owner)
    known = settled_guards(trace)
    libraries = _libraries_of(trace)
    numbers: dict[tuple[SymbolId, str], int] = {}
    claims = []
    for place in sorted(owners):
        owner, guards = owners[place], known[place]
        text = guards[0].text
        number = numbers[owner, text] = numbers.get((owner, text), 0) + 1
        site = Site(path=place[0], span=place[1], owner=owner, form="guard", library=libraries.get(place[0]))
        claims.append(_claim_of(target, trace.name, site, number, guards))
    return tuple(claims)


def settled_guards(trace: EntryTrace) -> dict[_Place, tuple[Guard, ...]]:
    """The guards of an entry by place, all branches of one place with the one value that it has in that entry."""
    return {place: _settle(guards) for place, guards in _values_of(trace).items()}


def settle_claim(claim: Claim, settled: Mapping[_Place, tuple[Guard, ...]]) -> Claim:
    """The claim with its guards as the entry's guard claims have them."""
    guards = (
        next((known for known in settled.get((guard.path, guard.span), ()) if known.branch == guard.branch), guard)
        for guard in claim.guards
    )
    return replace(claim, guards=tuple(dict.fromkeys(guards)))


def _settle(guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
    values = sorted({guard.value for guard in guards})
    value = values[0] if len(values) == 1 else "undecided"
    reason = ""
    if len(values) > 1:
        reason = f"differs between calls: {', '.join(values)}"
    elif value == "undecided":
        reason = "; ".join(dict.fromkeys(guard.reason for guard in guards if guard.reason))
    return tuple(dict.fromkeys(replace(guard, value=value, reason=reason) for guard in guards))


def _libraries_of(trace: EntryTrace) -> dict[str, str | None]:
    """The library of every file that a site of the entry stands in, None for the project's own."""
    sites = [edge.site for edge in trace.edges()]
    sites += [access.site for access in (*trace.writes, *trace.reads)]
    sites += [first.access.site for first in trace.first_writes]
    return {site.path: site.library for site in sites}


def edge_guards(edges: Iterable[CallEdge]) -> tuple[tuple[SymbolId, Guard], ...]:
    """Each guard of the edges with the symbol that holds it, which is the edge's caller."""
    return tuple((edge.caller, guard) for edge in edges for guard in edge.guards)


def _values_of(trace: EntryTrace) -> dict[_Place, tuple[Guard, ...]]:
    groups = [trace.guards]
    groups += [call.edge.guards for context in trace.contexts for call in context.calls]
    groups += [access.guards for access in (*trace.writes, *trace.reads)]
    groups += [first.guards for first in trace.first_writes]
    found: dict[_Place, dict[Guard, None]] = {}
    for group in groups:
        for guard in group:
            found.setdefault((guard.path, guard.span), {})[guard] = None
    return {place: tuple(sorted(guards)) for place, guards in found.items()}


def _claim_of(target: str, entry: str, site: Site, number: int, guards: tuple[Guard, ...]) -> Claim:
    ordinal = f" #{number}" if number > 1 else ""
    first = guards[0]
    return Claim(
        kind="guard",
        target=target,
        entry=entry,
        subject=f"{site.owner}: {first.text}{ordinal}",
        expected=(first.value,),
        sites=(site,),
        guards=guards,
        certain=first.value != "undecided",
        reason=first.reason,
    )
