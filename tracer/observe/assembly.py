"""From a recorder's rows to evidence: numbers become symbols, repetitions are merged, everything is put in order.

The recorder names code by file, first line and qualified name; only the static half knows which definition that is, so
a function handed in says it. What it does not know keeps its qualified name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from tracer.model.evidence import (
    ObservedClass,
    ObservedCreation,
    ObservedEdge,
    ObservedException,
    ObservedFlow,
    ObservedFrame,
    ObservedRead,
    ObservedWrite,
)
from tracer.model.names import SymbolId, symbol_id
from tracer.observe.implicit import ImplicitPlaces
from tracer.observe.rows import Row, Rows

SymbolLookup = Callable[[str, int, str], SymbolId | None]
"""From a shown path, ``co_firstlineno`` and ``co_qualname`` (``<module>`` for a top level) to the definition there."""

_FOLDED = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})
_Ordered = TypeVar("_Ordered", ObservedEdge, ObservedWrite, ObservedRead)
_Counted = TypeVar("_Counted", ObservedEdge, ObservedWrite, ObservedRead, ObservedCreation)


@dataclass(frozen=True, slots=True)
class _Code:
    symbol: SymbolId
    path: str
    file: str
    in_scope: bool


class Assembly:
    """The tables of one log, resolved, and the evidence made from them."""

    def __init__(self, rows: Rows, symbols: SymbolLookup, main: SymbolId | None) -> None:
        """Resolve the tables; ``main`` is the module that ran as ``__main__``."""
        self._rows = rows
        self._main = main
        self._places = ImplicitPlaces()
        self._codes = [self._resolve_code(row, symbols) for row in rows.of("code")]
        self._classes = [symbol_id(self._module(row[1]), row[2]) for row in rows.of("class")]
        self._parents: list[int] = []
        self._frames: list[ObservedFrame] = []
        for _, parent, code, receiver, position in rows.of("frame"):
            self._parents.append(parent)
            known = self._codes[code]
            span = self._places.place(known.file, position)
            self._frames.append(ObservedFrame(known.symbol, self._class(receiver), known.path, span))

    def edges(self) -> tuple[ObservedEdge, ...]:
        """Every call edge, merged where two instructions are one place in the source."""
        found: dict[tuple[object, ...], ObservedEdge] = {}
        for order, row in enumerate(self._rows.of("edge")):
            slot, site, position, caller_receiver, callee, receiver, via = row
            edge = ObservedEdge(
                path=self._codes[site].path,
                span=self._places.place(self._codes[site].file, position),
                caller=self._codes[site].symbol,
                callee=self._codes[callee].symbol,
                caller_receiver=self._class(caller_receiver),
                receiver=self._class(receiver),
                via=tuple(self._codes[index].symbol for index in via),
                count=self._count(slot),
                order=order,
            )
            key = (edge.path, edge.span, edge.caller, edge.callee, edge.caller_receiver, edge.receiver, edge.via)
            found[key] = _merge(found.get(key), edge)
        return _numbered(found.values())

    def writes(self) -> tuple[ObservedWrite, ...]:
        """Every store to a watched attribute, merged likewise."""
        found: dict[tuple[object, ...], ObservedWrite] = {}
        for order, row in enumerate(self._rows.of("write")):
            slot, attribute, owner, site, position, value, object_first, frame = row
            write = ObservedWrite(
                attribute=attribute,
                owner=self._classes[owner],
                path=self._codes[site].path,
                span=self._places.place(self._codes[site].file, position),
                symbol=self._codes[site].symbol,
                value=value,
                order=order,
                count=self._count(slot),
                object_first=object_first,
                stack=() if frame is None else self._stack(frame),
            )
            key = (attribute, write.owner, write.path, write.span, write.symbol, object_first)
            found[key] = _merge(found.get(key), write)
        return _numbered(found.values())

    def reads(self) -> tuple[ObservedRead, ...]:
        """Every load of a watched attribute, merged likewise."""
        found: dict[tuple[object, ...], ObservedRead] = {}
        for order, row in enumerate(self._rows.of("read")):
            slot, attribute, owner, site, position = row
            read = ObservedRead(
                attribute=attribute,
                owner=self._classes[owner],
                path=self._codes[site].path,
                span=self._places.place(self._codes[site].file, position),
                symbol=self._codes[site].symbol,
                order=order,
                count=self._count(slot),
            )
            key = (attribute, read.owner, read.path, read.span, read.symbol)
            found[key] = _merge(found.get(key), read)
        return _numbered(found.values())

    def created(self) -> tuple[ObservedCreation, ...]:
        """Every place where generators or coroutines were made, merged likewise and sorted."""
        found: dict[tuple[object, ...], ObservedCreation] = {}
        for slot, site, position, callee in self._rows.of("created"):
            creation = ObservedCreation(
                path=self._codes[site].path,
                span=self._places.place(self._codes[site].file, position),
                caller=self._codes[site].symbol,
                callee=self._codes[callee].symbol,
                count=self._count(slot),
            )
            key = (creation.path, creation.span, creation.caller, creation.callee)
            found[key] = _merge(found.get(key), creation)
        return tuple(sorted(found.values()))

    def flows(self) -> tuple[ObservedFlow, ...]:
        """The first stack per (function, receiver), sorted by those."""
        found: dict[tuple[SymbolId, str], ObservedFlow] = {}
        for code, receiver, frame in self._rows.of("flow"):
            flow = ObservedFlow(self._codes[code].symbol, self._class(receiver), self._stack(frame))
            found.setdefault((flow.symbol, flow.receiver or ""), flow)
        return tuple(flow for _, flow in sorted(found.items()))

    def returns(self) -> dict[SymbolId, tuple[SymbolId, ...]]:
        """The classes that each watched function returned."""
        found: dict[SymbolId, set[SymbolId]] = {}
        for code, cls in self._rows.of("return"):
            found.setdefault(self._codes[code].symbol, set()).add(self._classes[cls])
        return {symbol: tuple(sorted(found[symbol])) for symbol in sorted(found)}

    def classes(self) -> tuple[ObservedClass, ...]:
        """Every class written down, with the methods it has after inheritance; of equal names the last made."""
        own = {cls: self._own_methods(methods) for cls, _, methods in self._rows.of("mro")}
        found: dict[SymbolId, ObservedClass] = {}
        for cls, linearisation, _ in self._rows.of("mro"):
            methods: dict[str, SymbolId | None] = {}
            for base in reversed(linearisation):
                methods |= own.get(base, {})
            kept = {name: supplier for name, supplier in sorted(methods.items()) if supplier is not None}
            mro = tuple(self._classes[base] for base in linearisation)
            found[self._classes[cls]] = ObservedClass(self._classes[cls], mro, kept)
        return tuple(found[symbol] for symbol in sorted(found))

    def exception(self) -> ObservedException | None:
        """The exception that ended the program."""
        row = self._rows.find("exception")
        return None if row is None else ObservedException(row[0], row[1], self._stack(row[2]))

    def files(self) -> dict[str, str]:
        """SHA-256 by path of every file in scope that a record names, and of those whose stores were recorded."""
        storing = {row[3] for row in self._rows.of("write")}
        codes = (code for index, code in enumerate(self._codes) if code.in_scope or index in storing)
        named = {code.path: Path(code.file) for code in codes}
        return {path: sha256_of(named[path]) for path in sorted(named) if named[path].is_file()}

    def _own_methods(self, methods: Mapping[str, int | str | None]) -> dict[str, SymbolId | None]:
        return {
            name: self._codes[supplier].symbol if isinstance(supplier, int) else self._literal(supplier)
            for name, supplier in methods.items()
        }

    def _literal(self, supplier: str | None) -> SymbolId | None:
        if supplier is None:
            return None
        module, _, qualname = supplier.partition(":")
        return symbol_id(self._module(module), qualname)

    def _resolve_code(self, row: Row, symbols: SymbolLookup) -> _Code:
        _, path, file, first_line, qualname, module, in_scope = row
        symbol = symbols(path, first_line, without_folded(qualname)) if in_scope else None
        if symbol is None:
            symbol = symbol_id(self._module(module), local_name_of(qualname))
        return _Code(symbol, path, file, in_scope)

    def _module(self, name: str) -> str:
        return self._main if name == "__main__" and self._main is not None else name

    def _class(self, row: int) -> SymbolId | None:
        return None if row < 0 else self._classes[row]

    def _count(self, slot: int) -> int:
        return max(1, self._rows.counts[slot]) if slot < len(self._rows.counts) else 1

    def _stack(self, frame: int) -> tuple[ObservedFrame, ...]:
        stack: list[ObservedFrame] = []
        while frame >= 0:
            stack.append(self._frames[frame])
            frame = self._parents[frame]
        return tuple(reversed(stack))


def local_name_of(qualname: str) -> str:
    """A ``co_qualname`` as a file-local name, as far as it can be told without the syntax.

    The number of a lambda is unknown (``#?``); what a generated method's generator was called is left out.
    """
    plain = without_folded(qualname).replace("__create_fn__.<locals>.", "").replace(".<locals>", "")
    parts = plain.split(".") if plain else []
    named = [f"{part}#?" if part == "<lambda>" else part for part in parts]
    return "" if named == ["<module>"] else ".".join(named)


def without_folded(qualname: str) -> str:
    """A ``co_qualname`` without the comprehensions in it, which are frames on 3.11 alone."""
    parts = qualname.split(".")
    kept = [part for index, part in enumerate(parts) if not _is_folded(parts, index)]
    return ".".join(kept)


def _is_folded(parts: Sequence[str], index: int) -> bool:
    """Whether a part of a qualified name is a comprehension, or the ``<locals>`` that belongs to it."""
    part = parts[index]
    return part in _FOLDED or (part == "<locals>" and index > 0 and parts[index - 1] in _FOLDED)


def sha256_of(file: Path) -> str:
    """The hash of a file's bytes."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _merge(known: _Counted | None, new: _Counted) -> _Counted:
    return new if known is None else replace(known, count=known.count + new.count)


def _numbered(records: Iterable[_Ordered]) -> tuple[_Ordered, ...]:
    return tuple(replace(record, order=order) for order, record in enumerate(records))
