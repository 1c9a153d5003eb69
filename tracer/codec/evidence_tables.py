"""One run as the tables that ``codec.evidence`` writes: names and stack frames once, records as rows of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tracer.codec.executed import arcs_to_text, lines_to_text, text_to_arcs, text_to_lines
from tracer.model.evidence import (
    ObservedClass,
    ObservedCreation,
    ObservedEdge,
    ObservedException,
    ObservedFlow,
    ObservedFrame,
    ObservedRead,
    ObservedWrite,
    ScenarioRun,
)
from tracer.model.names import Span, SymbolId

_FrameRow = tuple[int, int, int, int, Span]
_EdgeRow = tuple[int, Span, int, int, int, int, tuple[int, ...], int]
_FlowRow = tuple[int, int, int]
_WriteRow = tuple[str, int, int, Span, int, str, int, bool, int]
_ReadRow = tuple[str, int, int, Span, int, int]
_CreationRow = tuple[int, Span, int, int, int]
_ClassRow = tuple[int, tuple[int, ...], dict[str, int]]
_Changes = Mapping[str, SymbolId | None]

NONE = -1
"""No name, no frame, no method."""


class RunTables(msgspec.Struct, frozen=True, kw_only=True):
    """A run as it is written; the fields in the order of the file. Those with a default were added later."""

    scenario: str
    target: str
    python: str
    outcome: str
    reason: str
    partial: bool
    identical: bool | None
    exception: tuple[str, str, int] | None
    configured: dict[str, str] = {}
    watched: list[str] | None = None
    libraries: dict[str, str]
    files: dict[str, str]
    returns: dict[str, list[str]]
    executed: dict[str, str]
    arcs: dict[str, str]
    names: list[str]
    frames: list[_FrameRow]
    edges: list[_EdgeRow]
    flows: list[_FlowRow]
    writes: list[_WriteRow]
    reads: list[_ReadRow] = []
    created: list[_CreationRow] = []
    classes: list[_ClassRow]


def tabulate(run: ScenarioRun) -> RunTables:
    """The tables of a run."""
    names = sorted(set(_names_of(run)))
    table = _Tables({name: index for index, name in enumerate(names)})
    return RunTables(
        scenario=run.scenario,
        target=run.target,
        python=run.python,
        outcome=run.outcome,
        reason=run.reason,
        partial=run.partial,
        identical=run.identical,
        exception=_tabulate_exception(run.exception, table),
        configured=dict(run.configured),
        watched=None if run.watched is None else sorted(run.watched),
        libraries=dict(run.libraries),
        files=dict(run.files),
        returns={function: sorted(classes) for function, classes in run.returns.items()},
        executed={path: lines_to_text(lines) for path, lines in run.executed.items()},
        arcs={path: arcs_to_text(arcs, sorted(run.executed.get(path, ()))) for path, arcs in run.arcs.items()},
        names=names,
        edges=[_tabulate_edge(edge, table) for edge in sorted(run.edges, key=lambda edge: edge.order)],
        flows=[_tabulate_flow(flow, table) for flow in sorted(run.flows, key=_flow_key)],
        writes=[_tabulate_write(write, table) for write in sorted(run.writes, key=lambda write: write.order)],
        reads=[_tabulate_read(read, table) for read in sorted(run.reads, key=lambda read: read.order)],
        created=[_tabulate_creation(creation, table) for creation in sorted(run.created)],
        classes=_tabulate_classes(run.classes, table),
        frames=table.frames,
    )


def untabulate(tables: RunTables, device: str) -> ScenarioRun:
    """The run that tables describe; raises ``IndexError`` or ``ValueError`` where they do not hang together."""
    read = _Reader(tables)
    executed = {path: text_to_lines(text) for path, text in tables.executed.items()}
    return ScenarioRun(
        scenario=tables.scenario,
        target=tables.target,
        device=device,
        python=tables.python,
        outcome=tables.outcome,
        reason=tables.reason,
        partial=tables.partial,
        exception=read.exception(tables.exception),
        configured=tables.configured,
        watched=None if tables.watched is None else tuple(tables.watched),
        libraries=tables.libraries,
        files=tables.files,
        edges=tuple(read.edge(order, row) for order, row in enumerate(tables.edges)),
        flows=tuple(ObservedFlow(read.name(s), read.optional(r), read.stack(f)) for s, r, f in tables.flows),
        writes=tuple(read.write(order, row) for order, row in enumerate(tables.writes)),
        reads=tuple(read.read(order, row) for order, row in enumerate(tables.reads)),
        created=tuple(map(read.creation, tables.created)),
        classes=read.classes(tables.classes),
        returns={function: tuple(classes) for function, classes in tables.returns.items()},
        executed=executed,
        arcs={path: text_to_arcs(text, executed.get(path, ())) for path, text in tables.arcs.items()},
        identical=tables.identical,
    )


class _Tables:
    """Numbers for names, and the tree of frames as it grows."""

    def __init__(self, names: Mapping[str, int]) -> None:
        self._names = names
        self._rows: dict[_FrameRow, int] = {}
        self.frames: list[_FrameRow] = []

    def name(self, name: str | None) -> int:
        """The number of a name."""
        return NONE if name is None else self._names[name]

    def stack(self, stack: Iterable[ObservedFrame]) -> int:
        """The number of a stack's last frame."""
        node = NONE
        for frame in stack:
            row = (node, self.name(frame.symbol), self.name(frame.receiver), self.name(frame.path), frame.span)
            if row not in self._rows:
                self._rows[row] = len(self.frames)
                self.frames.append(row)
            node = self._rows[row]
        return node


def _tabulate_edge(edge: ObservedEdge, table: _Tables) -> _EdgeRow:
    name = table.name
    ends = (name(edge.caller), name(edge.callee), name(edge.caller_receiver), name(edge.receiver))
    return (name(edge.path), edge.span, *ends, tuple(map(name, edge.via)), edge.count)


def _tabulate_flow(flow: ObservedFlow, table: _Tables) -> _FlowRow:
    return (table.name(flow.symbol), table.name(flow.receiver), table.stack(flow.stack))


def _tabulate_write(write: ObservedWrite, table: _Tables) -> _WriteRow:
    name = table.name
    place = (name(write.owner), name(write.path), write.span, name(write.symbol))
    return (write.attribute, *place, write.value, write.count, write.object_first, table.stack(write.stack))


def _tabulate_read(read: ObservedRead, table: _Tables) -> _ReadRow:
    name = table.name
    return (read.attribute, name(read.owner), name(read.path), read.span, name(read.symbol), read.count)


def _tabulate_creation(creation: ObservedCreation, table: _Tables) -> _CreationRow:
    name = table.name
    return (name(creation.path), creation.span, name(creation.caller), name(creation.callee), creation.count)


def _tabulate_exception(exception: ObservedException | None, table: _Tables) -> tuple[str, str, int] | None:
    return None if exception is None else (exception.type, exception.message, table.stack(exception.stack))


def _tabulate_classes(classes: Iterable[ObservedClass], table: _Tables) -> list[_ClassRow]:
    """Each class with what sets its methods apart from those its bases (the ones before it) would give it."""
    known: dict[SymbolId, _Changes] = {}
    rows: list[_ClassRow] = []
    for cls in sorted(classes, key=lambda cls: (len(cls.mro), cls.symbol)):
        inherited = _inherited(cls.mro, known)
        changes: dict[str, SymbolId | None] = {
            name: supplier for name, supplier in sorted(cls.methods.items()) if inherited.get(name) != supplier
        }
        changes |= dict.fromkeys(sorted(inherited.keys() - cls.methods.keys()))
        known[cls.symbol] = changes
        mro = tuple(map(table.name, cls.mro))
        rows.append((table.name(cls.symbol), mro, {name: table.name(changes[name]) for name in sorted(changes)}))
    return rows


def _inherited(mro: Sequence[SymbolId], known: Mapping[SymbolId, _Changes]) -> dict[str, SymbolId]:
    methods: dict[str, SymbolId | None] = {}
    for base in reversed(mro[1:]):
        methods |= known.get(base, {})
    return {name: supplier for name, supplier in methods.items() if supplier is not None}


class _Reader:
    """Rows back to records."""

    def __init__(self, tables: RunTables) -> None:
        self._names = tables.names
        self._frames = tables.frames

    def name(self, index: int) -> str:
        """The name with a number; ``IndexError`` for a number that has none."""
        if index < 0:
            raise IndexError("a record without a name")
        return self._names[index]

    def optional(self, index: int) -> str | None:
        """The name with a number, or None."""
        return None if index == NONE else self.name(index)

    def stack(self, node: int) -> tuple[ObservedFrame, ...]:
        """The stack that ends in a frame."""
        stack: list[ObservedFrame] = []
        while node != NONE:
            parent, symbol, receiver, path, span = self._frames[node]
            if not NONE <= parent < node:
                raise ValueError(f"frame {node} hangs on frame {parent}")
            stack.append(ObservedFrame(self.name(symbol), self.optional(receiver), self.name(path), span))
            node = parent
        return tuple(reversed(stack))

    def edge(self, order: int, row: _EdgeRow) -> ObservedEdge:
        """The edge of a row."""
        path, span, caller, callee, caller_receiver, receiver, via, count = row
        return ObservedEdge(
            path=self.name(path),
            span=span,
            caller=self.name(caller),
            callee=self.name(callee),
            caller_receiver=self.optional(caller_receiver),
            receiver=self.optional(receiver),
            via=tuple(map(self.name, via)),
            count=count,
            order=order,
        )

    def write(self, order: int, row: _WriteRow) -> ObservedWrite:
        """The write of a row."""
        attribute, owner, path, span, symbol, value, count, object_first, frame = row
        return ObservedWrite(
            attribute=attribute,
            owner=self.name(owner),
            path=self.name(path),
            span=span,
            symbol=self.name(symbol),
            value=value,
            order=order,
            count=count,
            object_first=object_first,
            stack=self.stack(frame),
        )

    def read(self, order: int, row: _ReadRow) -> ObservedRead:
        """The read of a row."""
        attribute, owner, path, span, symbol, count = row
        return ObservedRead(attribute, self.name(owner), self.name(path), span, self.name(symbol), order, count)

    def creation(self, row: _CreationRow) -> ObservedCreation:
        """The creation of a row."""
        path, span, caller, callee, count = row
        return ObservedCreation(self.name(path), span, self.name(caller), self.name(callee), count)

    def exception(self, row: tuple[str, str, int] | None) -> ObservedException | None:
        """The exception of a row."""
        return None if row is None else ObservedException(row[0], row[1], self.stack(row[2]))

    def classes(self, rows: Iterable[_ClassRow]) -> tuple[ObservedClass, ...]:
        """The classes of all rows, sorted by symbol."""
        known: dict[SymbolId, _Changes] = {}
        found: list[ObservedClass] = []
        for symbol, linearisation, changed in rows:
            mro = tuple(map(self.name, linearisation))
            changes: dict[str, SymbolId | None] = {name: self.optional(index) for name, index in changed.items()}
            methods: dict[str, SymbolId | None] = {**_inherited(mro, known), **changes}
            known[self.name(symbol)] = changes
            kept = {name: supplier for name, supplier in sorted(methods.items()) if supplier is not None}
            found.append(ObservedClass(self.name(symbol), mro, kept))
        return tuple(sorted(found, key=lambda cls: cls.symbol))


def _flow_key(flow: ObservedFlow) -> tuple[str, str]:
    return (flow.symbol, flow.receiver or "")


def _names_of(run: ScenarioRun) -> Iterable[str]:
    """Every symbol and path that a numbered record of the run holds."""
    for edge in run.edges:
        yield from (edge.path, edge.caller, edge.callee, *edge.via)
        yield from filter(None, (edge.caller_receiver, edge.receiver))
    stacks = [flow.stack for flow in run.flows] + [write.stack for write in run.writes]
    for frame in (frame for stack in stacks for frame in stack):
        yield from (frame.symbol, frame.path, *filter(None, (frame.receiver,)))
    for flow in run.flows:
        yield from (flow.symbol, *filter(None, (flow.receiver,)))
    for write in run.writes:
        yield from (write.owner, write.path, write.symbol)
    for read in run.reads:
        yield from (read.owner, read.path, read.symbol)
    for creation in run.created:
        yield from (creation.path, creation.caller, creation.callee)
    for frame in run.exception.stack if run.exception is not None else ():
        yield from (frame.symbol, frame.path, *filter(None, (frame.receiver,)))
    for cls in run.classes:
        yield from (cls.symbol, *cls.mro, *cls.methods.values())
