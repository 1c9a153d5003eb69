"""The in-scope stack at a moment, as a path in a tree of frames that all recorded stacks share.

A folded frame takes the place of the frame around it where that is the next one in scope: it says where exactly in
that function the call stands.
"""

from __future__ import annotations

from types import FrameType, TracebackType

from .codes import FOLDED, OUTSIDE, Code, CodeTable, Position
from .log import Log
from .receivers import Receivers

Row = tuple[Code, int, Position]


class Stacks:
    """Captures stacks and numbers their frames; frame -1 is the root of the tree."""

    def __init__(self, codes: CodeTable, receivers: Receivers, log: Log) -> None:
        self._codes = codes
        self._receivers = receivers
        self._log = log
        self._rows: dict[tuple[int, int, int, Position], int] = {}

    def of_frame(self, frame: FrameType | None) -> int:
        """Number the stack that ends in ``frame``."""
        rows: list[Row] = []
        while frame is not None:
            self._append(rows, frame, frame.f_lasti)
            frame = frame.f_back
        return self._number(rows)

    def of_traceback(self, traceback: TracebackType | None) -> int:
        """Number the stack of a traceback; its last frame is the innermost one in scope."""
        rows: list[Row] = []
        while traceback is not None:
            self._append(rows, traceback.tb_frame, traceback.tb_lasti)
            traceback = traceback.tb_next
        return self._number(rows[::-1])

    def _append(self, rows: list[Row], frame: FrameType, lasti: int) -> None:
        entry = self._codes.of_frame(frame)
        if entry.kind < OUTSIDE:
            rows.append((entry, self._receivers.of_frame(frame), entry.position(lasti)))

    def _number(self, rows: list[Row]) -> int:
        """Number a stack given innermost first."""
        node = -1
        for entry, receiver, position in reversed(_without_folded_parents(rows)):
            key = (node, self._codes.row_of(entry), receiver, position)
            known = self._rows.get(key)
            if known is None:
                known = self._rows[key] = len(self._rows)
                self._log.write("frame", known, *key)
            node = known
        return node


def _without_folded_parents(rows: list[Row]) -> list[Row]:
    kept: list[Row] = []
    previous: Code | None = None
    for row in rows:
        if previous is None or previous.kind != FOLDED or previous.parent is not row[0]:
            kept.append(row)
        previous = row[0]
    return kept
