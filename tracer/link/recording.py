"""What the walk leaves behind: contexts with their calls, writes, reads and unresolved places, in walk order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracer.model.edges import Access, CallEdge, Guard, Site, Unresolved
from tracer.model.names import NO_SPAN, SymbolId
from tracer.model.program import Context, ContextCall, EntryTrace, FirstWrite, PredictedRaise

if TYPE_CHECKING:
    from tracer.link.values import Values


@dataclass(slots=True, eq=False)
class CallRecord:
    """One call of a context. ``certain`` is the walk's word for "no other callee at this site"."""

    site: Site
    callee: ContextRecord
    guards: tuple[Guard, ...]
    certain: bool


@dataclass(slots=True, eq=False)
class ContextRecord:
    """A function walked for one receiver and one kind of arguments; transparent ones are folded into ``via``."""

    symbol: SymbolId
    receiver: SymbolId | None
    in_scope: bool
    calls: dict[tuple[Site, int], CallRecord] = field(default_factory=dict)

    def add(self, record: CallRecord) -> None:
        """Note a call, once per site and callee context."""
        key = (record.site, id(record.callee))
        known = self.calls.get(key)
        if known is None:
            self.calls[key] = record
        elif known.guards != record.guards or (known.certain and not record.certain):
            common = tuple(guard for guard in known.guards if guard in record.guards)
            self.calls[key] = CallRecord(known.site, known.callee, common, known.certain and record.certain)


@dataclass(slots=True)
class WriteRecord:
    """A store that the walk went through, with the calls that led there first."""

    access: Access
    chain: tuple[CallRecord, ...]
    values: Values
    certain: bool


@dataclass(slots=True)
class Recorder:
    """Collects a walk's findings; frozen into an ``EntryTrace`` at the end."""

    stack: list[CallRecord] = field(default_factory=list)
    writes: dict[tuple[str, SymbolId | None, Site], WriteRecord] = field(default_factory=dict)
    reads: dict[tuple[str, SymbolId | None, Site], Access] = field(default_factory=dict)
    returns: dict[SymbolId, tuple[set[SymbolId], tuple[Guard, ...]]] = field(default_factory=dict)
    guards: dict[tuple[Site, bool], Guard] = field(default_factory=dict)
    unresolved: dict[tuple[Site, str], Unresolved] = field(default_factory=dict)
    bounds: dict[tuple[Site, str], Unresolved] = field(default_factory=dict)
    raises: list[PredictedRaise] = field(default_factory=list)
    orphans: list[ContextRecord] = field(default_factory=list)


def fold_chain(records: tuple[CallRecord, ...]) -> tuple[CallEdge, ...]:
    """Turn a stack of calls into edges between in-scope functions, out-of-scope ones between them as ``via``."""
    edges: list[CallEdge] = []
    site: Site | None = None
    guards: tuple[Guard, ...] = ()
    caller_receiver: SymbolId | None = None
    via: list[SymbolId] = []
    certain = True
    in_scope_receiver: SymbolId | None = None
    in_scope = True
    for record in records:
        if record.site.span == NO_SPAN:
            # What calls a scenario's entry is no code of its own: the chain begins behind it.
            in_scope_receiver = record.callee.receiver
            continue
        if in_scope:
            site, guards, certain, via = record.site, record.guards, record.certain, []
            caller_receiver = in_scope_receiver
        else:
            certain = certain and record.certain
        if record.callee.in_scope:
            if site is not None:
                edges.append(
                    CallEdge(site, record.callee.symbol, record.callee.receiver, caller_receiver, tuple(via), guards,
                             certain and not guards and not via)
                )  # fmt: skip
            in_scope, in_scope_receiver = True, record.callee.receiver
        else:
            via.append(record.callee.symbol)
            in_scope = False
    return tuple(edges)


class TraceBuilder:
    """Numbers the contexts reachable from an entry, folding transparent ones into their callers."""

    def __init__(self) -> None:
        self._index: dict[int, int] = {}
        self._contexts: list[Context | None] = []
        self._kept: list[ContextRecord] = []

    def contexts(self, entry: ContextRecord, orphans: list[ContextRecord]) -> tuple[Context, ...]:
        """All contexts, the entry first."""
        for record in (entry, *orphans):
            self._number(record)
        position = 0
        while position < len(self._kept):
            record = self._kept[position]
            self._contexts[position] = Context(record.symbol, record.receiver, self._calls_of(record))
            position += 1
        return tuple(context for context in self._contexts if context is not None)

    def _number(self, record: ContextRecord) -> int:
        number = self._index.get(id(record))
        if number is None:
            number = self._index[id(record)] = len(self._kept)
            self._kept.append(record)
            self._contexts.append(None)
        return number

    def _calls_of(self, record: ContextRecord) -> tuple[ContextCall, ...]:
        calls: dict[tuple[CallEdge, int], ContextCall] = {}
        for call in record.calls.values():
            for callee, via, certain in _in_scope_callees(call.callee):
                edge = CallEdge(
                    call.site, callee.symbol, callee.receiver, record.receiver, via, call.guards,
                    call.certain and certain and not call.guards,
                )  # fmt: skip
                number = self._number(callee)
                calls.setdefault((edge, number), ContextCall(edge, number))
        return tuple(calls.values())


def _in_scope_callees(callee: ContextRecord) -> list[tuple[ContextRecord, tuple[SymbolId, ...], bool]]:
    """The in-scope functions a call ends in: itself, or those that out-of-scope code calls on, with the way there."""
    if callee.in_scope:
        return [(callee, (), True)]
    found: list[tuple[ContextRecord, tuple[SymbolId, ...], bool]] = []
    seen = {id(callee)}
    stack: list[tuple[ContextRecord, tuple[SymbolId, ...], bool]] = [(callee, (callee.symbol,), True)]
    while stack:
        record, via, certain = stack.pop()
        for call in reversed(record.calls.values()):
            inner = call.callee
            sure = certain and call.certain and not call.guards
            if inner.in_scope:
                found.append((inner, via, sure))
            elif id(inner) not in seen:
                seen.add(id(inner))
                stack.append((inner, (*via, inner.symbol), sure))
    found.reverse()
    return found


def first_writes_of(recorder: Recorder, entry: str) -> tuple[FirstWrite, ...]:
    """Per (attribute, class): the stores up to and including the first certain one, in walk order."""
    decided: set[tuple[str, SymbolId]] = set()
    firsts: list[FirstWrite] = []
    for write in recorder.writes.values():
        access = write.access
        if access.owner is None or (access.attribute, access.owner) in decided:
            continue
        chain = fold_chain(write.chain)
        guards = tuple(guard for record in write.chain for guard in record.guards) + access.guards
        is_reached = write.certain and all(record.certain for record in write.chain)
        is_decided = not any(guard.value == "undecided" for guard in guards) and access.attribute != "*"
        certain = is_reached and is_decided
        firsts.append(FirstWrite(entry, access.attribute, access.owner, access, chain, guards, certain))
        if certain:
            decided.add((access.attribute, access.owner))
    return tuple(firsts)


def build_trace(name: str, entry: ContextRecord, recorder: Recorder, dispatches: tuple) -> EntryTrace:  # type: ignore[type-arg]
    """Freeze a finished walk."""
    return EntryTrace(
        name=name,
        symbol=entry.symbol,
        contexts=TraceBuilder().contexts(entry, recorder.orphans),
        writes=tuple(record.access for record in recorder.writes.values()),
        reads=tuple(sorted(recorder.reads.values(), key=lambda read: (read.site, read.attribute, read.owner or ""))),
        first_writes=first_writes_of(recorder, name),
        raises=tuple(recorder.raises),
        dispatches=dispatches,
        guards=tuple(recorder.guards.values()),
        unresolved=tuple(recorder.unresolved.values()),
        bounds=tuple(recorder.bounds.values()),
    )
