"""Abstract objects: one per place and owner that allocates it, containers among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.frames import Frame
from tracer.link.heap import CONTENT, Content
from tracer.link.values import Const, Obj, Values, unknown

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import SymbolId

OWNER_DEPTH = 6
APART = 3


class ObjectTable:
    """The objects of one walk; the part of the machine that makes them."""

    objects: dict[tuple[SymbolId, object, int], list[Obj]]
    owners: list[int]
    open_objects: set[int]

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
        made.append(Obj(len(self.owners), cls))
        self.owners.append(self.owners[owner] + 1)
        return made[-1]

    def unique(  # type: ignore[misc]
        self: Machine, cls: SymbolId, key: object
    ) -> Obj:
        """The one object there is for ``key``."""
        made = self.objects.setdefault((cls, key, 0), [])
        if not made:
            made.append(Obj(len(self.owners), cls))
            self.owners.append(1)
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
        """A list, dict or set allocated at ``key``."""
        obj = self.unique(f"builtins:{cls}", (key, frame.number, frame.module.name))
        self.heap.set((obj.number, CONTENT), content)
        return frozenset({obj})

    def content(  # type: ignore[misc]
        self: Machine, obj: Obj
    ) -> Content:
        """What a container holds; an unknown one may hold anything."""
        cell = self.heap.get((obj.number, CONTENT))
        if isinstance(cell, Content):
            return cell
        return Content(rest=unknown("contents of a container made by a library"))

    def command_line(self: Machine) -> Values:  # type: ignore[misc]
        """``sys.argv`` of the scenario."""
        obj = self.unique("builtins:list", "sys.argv")
        if self.heap.get((obj.number, CONTENT)) is None:
            words = [Const("str", word, "command line") for word in ("script", *self.argv)]
            items = tuple((index, frozenset({word})) for index, word in enumerate(words))
            self.heap.set((obj.number, CONTENT), Content(items))
        return frozenset({obj})

    def blur_attributes(  # type: ignore[misc]
        self: Machine, owner: Obj, values: Values
    ) -> None:
        """A store under an unknown name: any known attribute may have been it."""
        self.open_objects.add(owner.number)
