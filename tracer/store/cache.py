"""Encoded facts on disk, found by content: the same bytes of source are read from the cache wherever they lie.

An entry is written whole or not at all, and checked when it is decoded, so that nothing about concurrent runs, cut
power or foreign files can be worse than a miss. A folder that cannot be written costs time, not results: the reason is
kept in ``problem`` for one report.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


class FactsCache:
    """Entries keyed by a source's SHA-256, below a folder of their own per ``version`` of whatever made them."""

    def __init__(self, folder: Path | None, version: str) -> None:
        """Use ``folder`` (None: cache nothing); it is created at the first write."""
        self._folder = None if folder is None else folder / version
        self.problem: str | None = None

    def find_entry(self, digest: str) -> bytes | None:
        """The entry for a source's digest, or None."""
        if self._folder is None:
            return None
        try:
            return self._place_of(self._folder, digest).read_bytes()
        except OSError:
            return None

    def keep_entry(self, digest: str, encoded: bytes) -> None:
        """Write an entry atomically; after a first failure nothing more is written."""
        if self._folder is None or self.problem is not None:
            return
        try:
            _write_atomically(self._place_of(self._folder, digest), encoded)
        except OSError as error:
            self.problem = f"{self._folder}: facts are not cached ({error.strerror or error})"

    @staticmethod
    def _place_of(folder: Path, digest: str) -> Path:
        return folder / digest[:2] / digest[2:]


def _write_atomically(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=place.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(temporary).replace(place)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
