"""The heap: attributes of abstract objects and contents of containers, with branches that can be undone and joined.

A branch of unknown outcome is run on top of a log, taken back, and joined with its sibling; a call that was analysed
before is replayed from what it read and wrote. Both need the same thing: every read and write of a cell goes through
here. Cells are immutable; a cell is a points-to set or a container's ``Content``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from tracer.link.values import ABSENT, NOTHING, Function, Values, join, without_absent

Location = tuple[int, str]
Captured = tuple[Function, str]
"""A variable that a function reads from the ones around it."""
CONTENT = "[]"
MANY_ITEMS = 2048


@dataclass(frozen=True, slots=True)
class Content:
    """What a list, dict or set holds.

    ``items`` are known keys (indices for a list) in insertion order; a value with ``ABSENT`` may be missing. ``rest``
    are values under keys that are not known, ``keys`` those keys. Nothing else is inside when ``rest`` is empty.
    """

    items: tuple[tuple[object, Values], ...] = ()
    rest: Values = NOTHING
    keys: Values = NOTHING
    _places: dict[object, int] = field(default_factory=dict, init=False, compare=False, repr=False)

    @staticmethod
    def of(pairs: Iterable[tuple[object, Values]], rest: Values = NOTHING, keys: Values = NOTHING) -> Content:
        """A content from pairs, a later one replacing an earlier one of the same key."""
        return Content(tuple({key: (key, values) for key, values in pairs}.values()), rest, keys)

    def _place_of(self, key: object) -> int | None:
        """The key's index. Contents made from one another share the table, so what it says is checked."""
        if not self._places and self.items:
            self._places.update({known: index for index, (known, _) in enumerate(self.items)})
        place = self._places.get(key)
        if place is None or place >= len(self.items):
            return None
        return place if self.items[place][0] == key else None

    def get(self, key: object) -> Values | None:
        """The values under a known key, None where the key is not among the items."""
        place = self._place_of(key)
        return None if place is None else self.items[place][1]

    def put(self, key: object, values: Values) -> Content:
        """Replace or add one known key."""
        place = self._place_of(key)
        if place is not None:
            first = self.items[place][0]  # of equal keys (``1`` and ``True``) the first one stays
            return self._sharing((*self.items[:place], (first, values), *self.items[place + 1 :]))
        if len(self.items) >= MANY_ITEMS:
            return self.blur(values)
        items = (*self.items, (key, values))
        if key in self._places:
            return replace(self, items=items)
        self._places[key] = len(self.items)
        return self._sharing(items)

    def _sharing(self, items: tuple[tuple[object, Values], ...]) -> Content:
        made = replace(self, items=items)
        object.__setattr__(made, "_places", self._places)
        return made

    def drop(self, key: object) -> Content:
        """Remove one known key."""
        return replace(self, items=tuple(item for item in self.items if item[0] != key))

    def loosen(self) -> Content:
        """Any of the items may be gone."""
        gone: Values = frozenset({ABSENT})
        return self._sharing(tuple((key, join(values, gone)) for key, values in self.items))

    def blur(self, values: Values, keys: Values = NOTHING) -> Content:
        """Add values under an unknown key."""
        return replace(self, rest=join(self.rest, values), keys=join(self.keys, keys))

    def everything(self) -> Values:
        """All values that may be inside."""
        result = self.rest
        for _, values in self.items:
            result = join(result, without_absent(values))
        return result

    @property
    def is_exact(self) -> bool:
        """Whether the keys are exactly the items'."""
        return not self.rest and not any(ABSENT in values for _, values in self.items)


Cell = Values | Content


def join_cells(first: Cell | None, second: Cell | None) -> Cell:
    """Join two states of a cell; a missing one makes the other's values possibly absent."""
    if first is second and first is not None:
        return first
    if isinstance(first, Content) or isinstance(second, Content):
        return join_contents(
            first if isinstance(first, Content) else Content(), second if isinstance(second, Content) else Content()
        )
    return join(
        first if first is not None else frozenset({ABSENT}), second if second is not None else frozenset({ABSENT})
    )


def join_contents(first: Content, second: Content) -> Content:
    """Join two states of a container; an item that only one has may be absent."""
    if first == second:
        return first
    if first.items is second.items:
        return replace(first, rest=join(first.rest, second.rest), keys=join(first.keys, second.keys))
    merged: list[tuple[object, Values]] = []
    missing: Values = frozenset({ABSENT})
    for key, values in first.items:
        other = second.get(key)
        merged.append((key, join(values, missing if other is None else other)))
    merged.extend((key, join(values, missing)) for key, values in second.items if first.get(key) is None)
    return Content(tuple(merged), join(first.rest, second.rest), join(first.keys, second.keys))


class Heap:
    """Cells with a stack of undo logs and a stack of read sets.

    ``summaries`` are the objects that stand for more than one: their cells are only ever added to.
    """

    def __init__(self) -> None:
        self.cells: dict[Location, Cell] = {}
        self.summaries: set[int] = set()
        self.names: dict[int, list[str]] = {}
        self.captured: Callable[[Captured], Values | None] = lambda _: None
        self._logs: list[dict[Location, Cell | None]] = []
        self._reads: list[tuple[dict[Location, Cell | None], int]] = []

    def get(self, location: Location) -> Cell | None:
        """Read a cell, None where there is none."""
        cell = self.cells.get(location)
        if self._reads:
            self._note_read(location, cell)
        return cell

    def note_captured(self, location: Captured, values: Values) -> None:
        """Note that a function read a variable of a function around it that is still running."""
        if self._reads:
            self._note_read(location, values)  # type: ignore[arg-type]

    def _note_read(self, location: Location, cell: Cell | None) -> None:
        reads, level = self._reads[-1]
        if location not in reads and not any(location in log for log in self._logs[level:]):
            reads[location] = cell

    def set(self, location: Location, cell: Cell) -> None:
        """Write a cell."""
        if self._logs:
            log = self._logs[-1]
            if location not in log:
                log[location] = self.cells.get(location)
        if location not in self.cells:
            self.names.setdefault(location[0], []).append(location[1])
        self.cells[location] = cell

    def store(self, number: int, name: str, values: Values) -> None:
        """Write an attribute: strong on a single object, weak on a summary."""
        location = (number, name)
        if number in self.summaries:
            old = self.cells.get(location)
            if isinstance(old, frozenset):
                values = join(old, values)
        self.set(location, values)

    def restore(self, location: Location, cell: Cell | None) -> None:
        """Put a cell back without logging."""
        if cell is None:
            if self.cells.pop(location, None) is not None:
                self.names[location[0]].remove(location[1])
        else:
            if location not in self.cells:
                self.names.setdefault(location[0], []).append(location[1])
            self.cells[location] = cell

    def attributes_of(self, number: int) -> list[str]:
        """Names of the cells an object has now, in order of creation."""
        gone = frozenset({ABSENT})
        return [n for n in self.names.get(number, ()) if n != CONTENT and self.cells.get((number, n)) != gone]

    # --- branches ----------------------------------------------------------------------------------------------------

    def begin(self) -> int:
        """Open a log; returns its level, for ``delta_since`` and ``undo_to``."""
        self._logs.append({})
        return len(self._logs) - 1

    def commit(self) -> None:
        """Close the innermost log and keep what was written."""
        log = self._logs.pop()
        if self._logs:
            outer = self._logs[-1]
            for location, cell in log.items():
                outer.setdefault(location, cell)

    def commit_to(self, level: int) -> None:
        """Close every log down to and including ``level`` and keep what was written."""
        while len(self._logs) > level:
            self.commit()

    def delta_since(self, level: int) -> dict[Location, Cell]:
        """What was written since ``level`` was opened, as it is now."""
        delta: dict[Location, Cell] = {}
        for log in self._logs[level:]:
            for location in log:
                cell = self.cells.get(location)
                if cell is not None:
                    delta[location] = cell
        return delta

    def delta_between(self, level: int, upper: int) -> dict[Location, Cell]:
        """What the logs from ``level`` up to ``upper`` (exclusive) hold, as it was before ``upper`` was opened."""
        later: dict[Location, Cell | None] = {}
        for log in reversed(self._logs[upper:]):
            later.update(log)
        delta: dict[Location, Cell] = {}
        for log in self._logs[level:upper]:
            for location in log:
                cell = later[location] if location in later else self.cells.get(location)
                if cell is not None:
                    delta[location] = cell
        return delta

    def undo_to(self, level: int) -> None:
        """Take back and close every log down to and including ``level``."""
        while len(self._logs) > level:
            for location, cell in self._logs.pop().items():
                self.restore(location, cell)

    def apply(self, delta: dict[Location, Cell]) -> None:
        """Write a delta."""
        for location, cell in delta.items():
            self.set(location, cell)

    def replay_writes(self, delta: dict[Location, Cell]) -> None:
        """Write what a remembered call wrote; an object that stands for several keeps what the others have."""
        for location, cell in delta.items():
            known = self.cells.get(location) if location[0] in self.summaries else None
            self.set(location, cell if known is None else join_cells(known, cell))

    def merge(self, deltas: list[dict[Location, Cell]]) -> None:
        """Write the join of alternative deltas, all relative to the present state."""
        self.apply(deltas[0] if len(deltas) == 1 else self.joined(deltas))

    def joined(self, deltas: list[dict[Location, Cell]]) -> dict[Location, Cell]:
        """The join of alternative deltas, all relative to the present state."""
        result: dict[Location, Cell] = {}
        locations: dict[Location, None] = {}
        for delta in deltas:
            locations.update(dict.fromkeys(delta))
        for location in locations:
            base = self.cells.get(location)
            joined: Cell | None = None
            for index, delta in enumerate(deltas):
                cell = delta.get(location, base)
                joined = (cell if cell is not None else frozenset({ABSENT})) if index == 0 else join_cells(joined, cell)
            if joined is not None:
                result[location] = joined
        return result

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Keep what is written within, whatever becomes of the branch around it (an import's effects)."""
        logs, self._logs = self._logs, []
        self._reads.append(({}, 0))
        try:
            yield
        finally:
            self._logs = logs
            self._reads.pop()

    # --- call summaries ----------------------------------------------------------------------------------------------

    def begin_reads(self) -> None:
        """Start collecting what a call reads."""
        self._reads.append(({}, len(self._logs)))

    def end_reads(self) -> dict[Location, Cell | None]:
        """What the call read before it wrote it; passed on to the caller's own reads."""
        reads, _ = self._reads.pop()
        if self._reads:
            for location, cell in reads.items():
                self._note_read(location, cell)
        return reads

    def changed_since(self, reads: dict[Location, Cell | None]) -> bool:
        """Whether a cell that was read holds something else by now."""
        return any(self.cells.get(location) != cell for location, cell in reads.items() if isinstance(location[0], int))

    def replay_reads(self, reads: dict[Location, Cell | None]) -> bool:
        """Whether a summary's reads still hold; if so they count as read."""
        cells = self.cells
        for location, cell in reads.items():
            now = cells.get(location) if isinstance(location[0], int) else self.captured(location)
            if now is not cell and now != cell:
                return False
        if self._reads:
            for location, cell in reads.items():
                self._note_read(location, cell)
        return True
