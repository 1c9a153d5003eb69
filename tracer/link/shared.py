"""State that outlives a call and is no object's: variables of modules and enclosing functions, classes' attributes.

Nearly all of it never changes after it was first bound, and is read where it stands. What is stored from elsewhere (a
``global`` or ``nonlocal`` variable, a patched class or module) moves to a cell of the heap, so that
branches undo and join it and remembered calls see it change. When a name moves, calls that looked it up before, and
could not say where, are remembered no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.values import ABSENT, Values

if TYPE_CHECKING:
    from tracer.link.heap import Heap, Location
    from tracer.link.values import Value


class SharedState:
    """The shared variables of one walk.

    ``moves`` lists the names that moved, in order; ``looked_up`` are the names that each call in progress looked up.
    """

    def __init__(self, heap: Heap) -> None:
        self.moves: list[str] = []
        self.looked_up: list[set[str]] = [set()]
        self._heap = heap
        self._numbers: dict[object, int] = {}
        self._moved: set[Location] = set()

    def number_of(self, holder: object) -> int:
        """The heap's number for a holder of variables; negative, since objects count upwards."""
        return self._numbers.setdefault(holder, -1 - len(self._numbers))

    def load(self, holder: object, name: str, value: Values | None) -> Values | None:
        """A variable: ``value``, which the holder has, unless it moved to the heap."""
        if not self._moved or (location := (self._numbers.get(holder, 0), name)) not in self._moved:
            return value
        cell = self._heap.get(location)
        return cell if isinstance(cell, frozenset) else value

    def store(self, holder: object, name: str, values: Values, value: Values | None, *, is_noted: bool = False) -> None:
        """Store a variable from elsewhere; ``value`` is what the holder has.

        ``is_noted``: whoever read the variable so far has said so, or nobody has.
        """
        location = (self.number_of(holder), name)
        if location not in self._moved:
            self._moved.add(location)
            if not is_noted:
                self.moves.append(name)
            self._heap.restore(location, value if value is not None else frozenset({ABSENT}))
        self._heap.store(*location, values)

    def has_moved(self, holder: object, name: str) -> bool:
        """Whether the variable is in the heap."""
        return bool(self._moved) and (self._numbers.get(holder, 0), name) in self._moved


def function_attribute(state: SharedState, heap: Heap, function: Value, name: str) -> Values | None:
    """An attribute set on a function object, None where there is none; always a cell of the heap."""
    cell = heap.get((state.number_of(function), name))
    return cell if isinstance(cell, frozenset) and ABSENT not in cell else None
