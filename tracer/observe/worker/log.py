"""The recorder's output: rows appended to a file, and counters in a file mapped into memory.

A row is written, unbuffered, the moment something is seen for the first time; repetitions only raise a counter in the
mapping. Both survive ``os._exit``, a fatal signal and a kill, so a run that ends badly keeps all it had seen.
"""

from __future__ import annotations

import json
import mmap
import os
from typing import Any

COUNTERS = 1 << 20
"""How many counters there are; what is seen after that many different things counts as seen once."""


class Log:
    """Appends JSON rows; falls silent in a forked child, whose run is not the observed one."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._owner = os.getpid()

    def write(self, *row: Any) -> None:
        """Append one row."""
        if os.getpid() == self._owner:
            os.write(self._descriptor, json.dumps(row, separators=(",", ":")).encode("ascii") + b"\n")


class Counters:
    """A row of 64-bit counters in a shared mapping of the file at ``path`` (sparse: unused ones take no space)."""

    def __init__(self, path: str) -> None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        os.ftruncate(descriptor, COUNTERS * 8)
        self._mapping = mmap.mmap(descriptor, COUNTERS * 8)
        os.close(descriptor)
        self.view = memoryview(self._mapping).cast("Q")
        self._used = 0

    def add(self) -> int:
        """Take the next counter, already at one; its number, or the last counter's when all are taken."""
        slot = min(self._used, COUNTERS - 1)
        self._used += 1
        self.view[slot] = 1
        return slot
