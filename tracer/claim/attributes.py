"""Attribute claims: where a documented attribute is first set per entry, and all places that write or read it.

An attribute is documented by name (``mm_vision_tower``) or for one class (``VITAConfig.mm_vision_tower``); the latter
also means its subclasses. ``first-write`` has one claim per class of object; alternatives that code alone cannot choose
between are numbered in the order of the walk.

A generic access (``setattr(self, key, value)``, ``getattr(self, key)``) may mean any name. It is among the writes or
reads of an attribute if it is one on a class on which the attribute is used by name. A generic store makes a later
first write of that class uncertain; it is never a first write by itself, since every class with such a store would then
seem to set every attribute.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from tracer.claim.calls import step_of
from tracer.claim.guards import guard_phrase, undecided_reason
from tracer.claim.symbols import find_class
from tracer.model.claims import Claim
from tracer.model.edges import Access
from tracer.model.names import SymbolId
from tracer.model.program import EntryTrace, FirstWrite, Program

_ANY_NAME = ("*", "")


def claim_attribute(program: Program, target: str, documented: str) -> tuple[Claim, ...]:
    """Claim the first write per entry and the complete writes and reads of one documented attribute."""
    traces = [program.traces[name] for name in sorted(program.traces)]
    firsts = [claim for trace in traces for claim in _first_writes(program, target, trace, documented)]
    writes = [access for trace in traces for access in trace.writes]
    reads = [access for trace in traces for access in trace.reads]
    named = {access for access in (*writes, *reads) if concerns(program, documented, access.attribute, access.owner)}
    owners = frozenset(access.owner for access in named if access.owner)
    return (
        *firsts,
        _accesses(target, "writes", documented, [a for a in writes if a in named or may_mean(program, a, owners)]),
        _accesses(target, "reads", documented, [a for a in reads if a in named or may_mean(program, a, owners)]),
    )


def first_writes_of(program: Program, trace: EntryTrace, documented: str) -> tuple[FirstWrite, ...]:
    """The first writes of one documented attribute in one entry, in the order of the walk."""
    return tuple(first for first in trace.first_writes if concerns(program, documented, first.attribute, first.owner))


def _first_writes(program: Program, target: str, trace: EntryTrace, documented: str) -> list[Claim]:
    firsts = first_writes_of(program, trace, documented)
    earlier = _generic_before(trace)
    claims = [_claim_of(target, trace.name, first, earlier.get(first, ())) for first in firsts]
    distinct = list({(claim.subject, claim.expected): claim for claim in reversed(claims)}.values())[::-1]
    alternatives = Counter(claim.subject for claim in distinct)
    numbers: Counter[str] = Counter()
    numbered = []
    for claim in distinct:
        numbers[claim.subject] += 1
        numbered.append(_as_alternative(claim, numbers[claim.subject], alternatives[claim.subject]))
    return numbered


def _generic_before(trace: EntryTrace) -> dict[FirstWrite, tuple[SymbolId, ...]]:
    """Who stores names known only at run time on the same class before each first write."""
    seen: dict[SymbolId, dict[SymbolId, None]] = {}
    found = {}
    for first in trace.first_writes:
        if first.attribute in _ANY_NAME:
            seen.setdefault(first.owner, {})[first.access.site.owner] = None
        else:
            found[first] = tuple(seen.get(first.owner, ()))
    return found


def _claim_of(target: str, entry: str, first: FirstWrite, earlier: tuple[SymbolId, ...]) -> Claim:
    chain = [edge.callee for edge in first.chain]
    undecided = undecided_reason(first.guards)
    generic = f"stored before by a name known only at run time in {', '.join(earlier)}" if earlier else ""
    return Claim(
        kind="first-write",
        target=target,
        entry=entry,
        subject=f"{first.owner} {first.attribute}",
        expected=(
            first.access.site.owner,
            first.access.site.form,
            *(f"via {symbol}" for symbol in chain),
            *dict.fromkeys(guard_phrase(guard) for guard in first.guards),
        ),
        sites=(first.access.site,),
        steps=tuple(step_of(edge) for edge in first.chain),
        guards=first.guards,
        certain=first.certain and not earlier,
        reason="; ".join(filter(None, (undecided, generic))),
    )


def _as_alternative(claim: Claim, number: int, count: int) -> Claim:
    if count == 1:
        return claim
    subject = claim.subject if number == 1 else f"{claim.subject} #{number}"
    reason = claim.reason or f"one of {count} alternatives"
    return replace(claim, subject=subject, certain=False, reason=reason)


def _accesses(target: str, kind: str, documented: str, accesses: Iterable[Access]) -> Claim:
    kept = {access.site: access.generic for access in accesses}
    # A second store in the same method is another writer: the count is part of what is claimed.
    phrases = Counter(f"{'generic ' * generic}{site.form} in {site.owner}" for site, generic in kept.items())
    return Claim(
        kind=kind,
        target=target,
        entry=None,
        subject=documented,
        expected=tuple(text if n == 1 else f"{text} ({n} sites)" for text, n in sorted(phrases.items())),
        sites=tuple(sorted(kept)),
    )


def may_mean(program: Program, access: Access, owners: frozenset[SymbolId]) -> bool:
    """Whether an access under a name known only at run time may be of an attribute used by name on ``owners``."""
    if not access.generic or access.attribute not in _ANY_NAME:
        return False
    return access.owner is None or any(
        access.owner in _mro_of(program, owner) or owner in _mro_of(program, access.owner) for owner in owners
    )


def concerns(program: Program, documented: str, attribute: str, owner: SymbolId | None) -> bool:
    """Whether an access of ``attribute`` on ``owner`` (None: unknown) is one of the documented attribute."""
    class_text, _, name = documented.rpartition(".")
    if attribute != name:
        return False
    if not class_text or owner is None:
        return True
    wanted = find_class(program, class_text)
    return wanted is not None and wanted in _mro_of(program, owner)


def _mro_of(program: Program, symbol: SymbolId) -> tuple[SymbolId, ...]:
    known = program.linearisation_of(symbol)
    return known.mro if known else (symbol,)
