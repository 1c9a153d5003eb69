"""Abstract objects: one per place and owner that allocates it, containers among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.frames import Frame
from tracer.link.heap import CONTENT, Content, join_contents
from tracer.link.values import NOTHING, STR, Bound, Const, Obj, PartialValue, TupleValue, Values, unknown

if TYPE_CHECKING:
    from tracer.link.heap import Cell, Location
    from tracer.link.machine import Machine
    from tracer.model.names import SymbolId

OWNER_DEPTH = 6
APART = 3


class ObjectTable:
    """The objects of one walk; the part of the machine that makes them."""

    objects: dict[tuple[SymbolId, object, int], list[Obj]]
    owners: list[int]
    open_objects: set[int]
    escaped: set[int]

    def allocate(  # type: ignore[misc]
        self: Machine, cls: SymbolId, key: object, frame: Frame | None
    ) -> Obj:
        """A new object at ``key`` for the frame's receiver.

        The first ``APART`` allocations at one place are told apart; from then on one object stands for all the rest.
        """
        owner = self._owner_of(frame)
        made = self.objects.setdefault((cls, key, owner), [])
        if len(made) > APART:
            self.heap.summaries.add(made[-1].number)
            return made[-1]
        made.append(self._new(cls, owner))
        return made[-1]

    def unique(  # type: ignore[misc]
        self: Machine, cls: SymbolId, key: object
    ) -> Obj:
        """The one object there is for ``key``."""
        made = self.objects.setdefault((cls, key, 0), [])
        if not made:
            made.append(self._new(cls, 0))
        return made[0]

    def _owner_of(  # type: ignore[misc]
        self: Machine, frame: Frame | None
    ) -> int:
        if frame is None:
            return 0
        if isinstance(frame.receiver, Obj):
            number = frame.receiver.number
            return number if self.owners[number] < OWNER_DEPTH else 0
        return 0

    def container(  # type: ignore[misc]
        self: Machine, cls: str, key: object, frame: Frame, content: Content
    ) -> Values:
        """A list, dict or set allocated at ``key``.

        One that an earlier activation of the frame made, and that did not outlive it, is made again. Of those that may
        be there at once, ``APART`` are told apart; from then on one object stands for all the rest. A library's are not
        told apart: each place has one, as if the earlier ones were gone. That is what keeps its walks affordable.
        """
        if not self.is_own(frame.module.name):
            return self.argument_container(cls, key, frame, content)
        symbol = cls if ":" in cls else f"builtins:{cls}"
        made = self.objects.setdefault((symbol, (key, frame.module.name), frame.number), [])
        is_alive = bool(made) and (made[-1].number in self.escaped or made[-1].number in frame.allocated)
        if not made or (is_alive and len(made) <= APART):
            made.append(self._new(symbol, 0))
        elif is_alive:
            self.heap.summaries.add(made[-1].number)
            content = join_contents(self.content(made[-1]), content)
        frame.allocated.add(made[-1].number)
        self.heap.set((made[-1].number, CONTENT), content)
        return frozenset({made[-1]})

    def argument_container(  # type: ignore[misc]
        self: Machine, cls: str, key: object, frame: Frame, content: Content
    ) -> Values:
        """The list or dict that a call's ``*args`` or ``**kwargs`` make: one per call site and frame."""
        symbol = cls if ":" in cls else f"builtins:{cls}"
        obj = self.unique(symbol, (key, frame.number, frame.module.name))
        self.heap.set((obj.number, CONTENT), content)
        return frozenset({obj})

    def _new(self: Machine, cls: str, owner: int) -> Obj:  # type: ignore[misc]
        self.owners.append(self.owners[owner] + 1)
        return Obj(len(self.owners) - 1, cls)

    def content(  # type: ignore[misc]
        self: Machine, obj: Obj
    ) -> Content:
        """What a container holds; an unknown one may hold anything."""
        cell = self.heap.get((obj.number, CONTENT))
        if isinstance(cell, Content):
            return cell
        return Content(rest=unknown("contents of a container made by a library"))

    def command_line(self: Machine) -> Values:  # type: ignore[misc]
        """``sys.argv``: the scenario's words, or any where nobody knows them."""
        obj = self.unique("builtins:list", "sys.argv")
        if self.heap.get((obj.number, CONTENT)) is None:
            words = [Const("str", word, "command line") for word in ("script", *(self.argv or ()))]
            items = tuple((index, frozenset({word})) for index, word in enumerate(words))
            rest = STR if self.argv is None else NOTHING
            self.heap.set((obj.number, CONTENT), Content(items, rest))
        return frozenset({obj})

    def blur_attributes(  # type: ignore[misc]
        self: Machine, owner: Obj, values: Values
    ) -> None:
        """A store under an unknown name: any known attribute may have been it."""
        self.open_objects.add(owner.number)


def find_escaped(first: int, returned: Values, writes: dict[Location, Cell]) -> frozenset[int]:
    """The objects made since the one numbered ``first`` that a call returned or left in older ones."""
    escaped: set[int] = set()
    pending = [returned]
    for (holder, _), cell in writes.items():
        if holder < first:
            pending += [cell] if isinstance(cell, frozenset) else [cell.rest, *(values for _, values in cell.items)]
    while pending:
        for value in pending.pop():
            match value:
                case Obj(number=number) if number >= first:
                    escaped.add(number)
                case TupleValue(items=items):
                    pending.extend(items)
                case Bound(receiver=receiver):
                    pending.append(frozenset({receiver}))
                case PartialValue(positional=positional, keywords=keywords):
                    pending += [*positional, *(values for _, values in keywords)]
    return frozenset(escaped)
