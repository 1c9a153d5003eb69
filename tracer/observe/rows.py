"""The recorder's log, read back: rows grouped by kind, counters beside them.

A run that was killed may leave half a row at the end; that one is dropped.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a log without their kind, in the order of writing; ``counts`` by slot."""

    by_kind: Mapping[str, Sequence[Row]]
    counts: Sequence[int]

    def of(self, kind: str) -> Sequence[Row]:
        """All rows of a kind."""
        return self.by_kind.get(kind, ())

    def find(self, kind: str) -> Row | None:
        """The last row of a kind, if there is any."""
        rows = self.of(kind)
        return rows[-1] if rows else None


def read_rows(log: Path, counts: Path) -> Rows:
    """Read a log and its counters; files that a run never came to write count as empty."""
    by_kind: defaultdict[str, list[Row]] = defaultdict(list)
    for row in _decoded(log.read_bytes() if log.is_file() else b""):
        by_kind[row[0]].append(row[1:])
    used = sum(len(by_kind[kind]) for kind in ("edge", "write", "read", "created"))
    raw = b""
    if counts.is_file():
        with counts.open("rb") as file:
            raw = file.read(used * 8)
    return Rows(by_kind, memoryview(raw).cast("Q").tolist())


def _decoded(content: bytes) -> Iterator[list[Any]]:
    for line in content.splitlines():
        try:
            yield json.loads(line)
        except ValueError:  # the row that was being written when the process died
            return
