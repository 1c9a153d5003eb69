"""All claims of a target: the families composed, sorted and unique.

What is documented decides what is claimed: flows and sequences give calls, guards and the classes on the way,
attributes give first writes and the complete sets of accesses, every entry gives its ending.
"""

from __future__ import annotations

from collections.abc import Iterable

from tracer.claim.attributes import claim_attribute, first_writes_of
from tracer.claim.calls import claim_calls, sequence_edges
from tracer.claim.classes import claim_classes, claim_missing_class
from tracer.claim.dispatch import claim_dispatches
from tracer.claim.excerpts import ExcerptOf, claim_excerpts
from tracer.claim.flows import claim_flow, find_open_chain
from tracer.claim.guards import claim_guards, edge_guards, settle_claim, settled_guards
from tracer.claim.raises import claim_ending
from tracer.claim.symbols import find_callable, find_class
from tracer.model.claims import KINDS, Claim
from tracer.model.edges import CallEdge, Guard
from tracer.model.names import SymbolId
from tracer.model.program import EntryTrace, Program
from tracer.model.targets import Target


def derive_claims(program: Program, target: Target, excerpt_of: ExcerptOf) -> tuple[Claim, ...]:
    """Derive everything the pages of ``target`` assert, sorted by kind, entry and subject, each key once.

    Raises ``TargetError`` where a documented symbol is ambiguous. One that is missing becomes a claim of its absence.
    """
    claims: list[Claim] = []
    on_the_way: list[CallEdge] = []
    for name in sorted(program.traces):
        trace = program.traces[name]
        shown = _shown_edges(program, target, trace)
        on_the_way.extend(shown)
        claims.extend(_claims_of_entry(program, target, trace, shown))
    claims.extend(claim_flow(program, target.name, text, entry) for text, entry in target.documented.flows)
    for attribute in target.documented.attributes:
        claims.extend(claim_attribute(program, target.name, attribute))
    claims.extend(_class_claims(program, target, on_the_way))
    claims.extend(claim_excerpts(claims, excerpt_of))
    return _sorted_unique(_with_settled_guards(program, claims))


def _with_settled_guards(program: Program, claims: Iterable[Claim]) -> Iterable[Claim]:
    settled = {name: settled_guards(trace) for name, trace in program.traces.items()}
    return (settle_claim(claim, settled.get(claim.entry or "", {})) if claim.guards else claim for claim in claims)


def claim_order(claim: Claim) -> tuple[int, str, str, str]:
    """The order claims are listed in: by kind as in ``KINDS``, then target, entry and subject."""
    return (KINDS.index(claim.kind), claim.target, claim.entry or "", claim.subject)


def _shown_edges(program: Program, target: Target, trace: EntryTrace) -> tuple[CallEdge, ...]:
    edges: dict[CallEdge, None] = {}
    for text, entry in target.documented.flows:
        symbol = find_callable(program, text) if entry == trace.name else None
        if symbol is not None:
            edges.update(dict.fromkeys(find_open_chain(trace, symbol) or ()))
    for _, entry, text in target.documented.sequences:
        root = find_callable(program, text) if entry == trace.name else None
        if root is not None:
            edges.update(dict.fromkeys(sequence_edges(trace, root, target.owns)))
    for attribute in target.documented.attributes:
        for first in first_writes_of(program, trace, attribute):
            edges.update(dict.fromkeys(first.chain))
    return tuple(edges)


def _claims_of_entry(
    program: Program, target: Target, trace: EntryTrace, shown: tuple[CallEdge, ...]
) -> Iterable[Claim]:
    yield from claim_calls(target.name, trace, shown)
    yield from claim_guards(target.name, trace, _owned_guards(program, target, trace, shown))
    yield from claim_dispatches(target.name, trace, target.owns, shown, _reached(program, target, trace))
    yield claim_ending(target.name, trace)


def _reached(program: Program, target: Target, trace: EntryTrace) -> tuple[SymbolId, ...]:
    """The functions that documented flows of the entry lead to."""
    named = (find_callable(program, text) for text, entry in target.documented.flows if entry == trace.name)
    return tuple(symbol for symbol in named if symbol is not None and find_open_chain(trace, symbol))


def _owned_guards(
    program: Program, target: Target, trace: EntryTrace, shown: tuple[CallEdge, ...]
) -> tuple[tuple[SymbolId, Guard], ...]:
    owned = list(edge_guards(shown))
    for attribute in target.documented.attributes:
        for first in first_writes_of(program, trace, attribute):
            owned.extend((first.access.site.owner, guard) for guard in first.access.guards)
    return tuple(owned)


def _class_claims(program: Program, target: Target, edges: list[CallEdge]) -> tuple[Claim, ...]:
    found = {text: find_class(program, text) for text in target.documented.classes}
    documented = [symbol for symbol in found.values() if symbol is not None]
    missing = (claim_missing_class(target.name, text) for text, symbol in found.items() if symbol is None)
    return (*claim_classes(program, target.name, target.owns, documented, edges), *missing)


def _sorted_unique(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    by_key = {claim.key: claim for claim in claims}
    return tuple(sorted(by_key.values(), key=claim_order))
