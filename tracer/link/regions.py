"""Regions: statements that a handler, a ``finally`` or a context manager watches over.

A region is walked on a log of its own and taken back, so that its end, its exception and each of its early exits can
be continued on their own: what runs on the way out runs on every way out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tracer.link.blocks import Env, join_envs
from tracer.link.frames import AbstractRaiseError, Frame, Strays
from tracer.link.heap import join_cells
from tracer.link.values import NOTHING, join

if TYPE_CHECKING:
    from tracer.link.heap import Cell, Location
    from tracer.link.machine import Machine

    State = tuple[Env, dict[Location, Cell]]


class Region:
    """One walk of watched statements, from the present state, which is restored afterwards.

    ``flows`` says whether control reached their end, ``error`` what they raise for certain; ``escapes`` and ``strays``
    are what they may raise and what they may have written by then.
    """

    def __init__(self, machine: Machine, frame: Frame, walk: Callable[[], bool]) -> None:
        self._machine, self._frame = machine, frame
        self._start = dict(frame.env)
        self._marks = [len(states) for states in self._exit_lists()]
        self.flows = False
        self.error: AbstractRaiseError | None = None
        outer, frame.escapes, frame.strays = (frame.escapes, frame.strays), set(), Strays()
        level = machine.heap.begin()
        try:
            self.flows = walk()
        except AbstractRaiseError as error:
            self.error = error
        self._end: State = (frame.env, machine.heap.delta_since(level))
        machine.heap.undo_to(level)
        frame.env = dict(self._start)
        self.escapes, self.strays = frame.escapes, frame.strays
        frame.escapes, frame.strays = outer

    def resume(self) -> None:
        """Go on from the region's end, or from where it raised."""
        env, delta = self._end
        self._machine.heap.apply(delta)
        self._frame.env = dict(env)

    def resume_anywhere(self) -> None:
        """Go on from any state between the region's start and its ends."""
        heap = self._machine.heap
        cells = heap.joined([delta for _, delta in self._ends()])
        for location, cell in self.strays.cells.items():
            known = cells[location] if location in cells else heap.cells.get(location)
            cells[location] = join_cells(known, cell)
        heap.apply(cells)
        self._frame.env = self.env_anywhere()

    def env_anywhere(self) -> Env:
        """The variables in any state between the region's start and its ends."""
        env = dict(join_envs([env for env, _ in self._ends()]))
        for name, values in self.strays.names.items():
            env[name] = join(env.get(name, NOTHING), values)
        return env

    def _ends(self) -> list[State]:
        ends = [(self._start, {}), *self._exit_states()]
        if self.flows or self.error is not None:
            ends.append(self._end)
        return ends

    def from_anywhere(self, walk: Callable[[], bool]) -> Callable[[], bool]:
        """The walk of what may follow any state of the region."""

        def start() -> bool:
            self.resume_anywhere()
            return walk()

        return start

    def let_escape(self) -> None:
        """Pass on what the region may raise, with what it may have written by then."""
        self._frame.escapes |= self.escapes
        self._frame.strays.add(self.strays.cells, self.strays.names)

    # --- early exits -------------------------------------------------------------------------------------------------

    def _exit_lists(self) -> list[list[State]]:
        """Where ``return``, ``break`` and ``continue`` leave their states."""
        frame = self._frame
        loops = frame.loops[-1:]
        return [frame.exits, *(loop.breaks for loop in loops), *(loop.continues for loop in loops)]

    def _exit_states(self) -> list[State]:
        return [state for states, mark in zip(self._exit_lists(), self._marks, strict=True) for state in states[mark:]]

    @property
    def has_exits(self) -> bool:
        """Whether a ``return``, ``break`` or ``continue`` leaves the region."""
        return bool(self._exit_states())

    def take_exits(self) -> list[tuple[list[State], int, list[State]]]:
        """The exits, removed from where they wait: for each kind its list, its level and its states."""
        levels = [self._frame.level, *(loop.level for loop in self._frame.loops[-1:] * 2)]
        taken = []
        for states, mark, level in zip(self._exit_lists(), self._marks, levels, strict=True):
            if len(states) > mark:
                taken.append((states, level, states[mark:]))
                del states[mark:]
        return taken

    def resume_together(self) -> list[tuple[list[State], int, list[State]]]:
        """Go on from the join of the region's end and its early exits, which are removed and returned."""
        taken = self.take_exits()
        ends = [state for _, _, states in taken for state in states]
        if self.flows or not ends:
            ends.append(self._end)
        self._machine.heap.merge([delta for _, delta in ends])
        self._frame.env = dict(join_envs([env for env, _ in ends]))
        return taken

    def leave(self, finish: Callable[[], bool]) -> AbstractRaiseError | None:
        """Walk what stands between each kind of early exit and where it leads; returns what that raised last."""
        heap, frame = self._machine.heap, self._frame
        failed: AbstractRaiseError | None = None
        for states, level, taken in self.take_exits():
            own = heap.begin()
            heap.merge([delta for _, delta in taken])
            frame.env = dict(join_envs([env for env, _ in taken]))
            try:
                if finish():
                    states.append((dict(frame.env), heap.delta_since(level)))
            except AbstractRaiseError as error:
                failed = error
                frame.escapes |= error.possible
            heap.undo_to(own)
        frame.env = dict(self._start)
        return failed
