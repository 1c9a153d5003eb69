"""Facts of files, from the cache where it has them and from the extractor where it does not.

The store is given the extractor as a function of bytes and knows nothing else of it. One file asked for by the linker
is extracted in this process, which the parser's gate keeps safe; many files are extracted in processes that may die.
"""

from __future__ import annotations

import errno
import gc
import hashlib
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tracer.codec.facts import FactsFormatError, decode_facts, decode_header
from tracer.model.code import Scope
from tracer.model.facts import Header, ModuleFacts, Problem
from tracer.model.names import Span
from tracer.store.cache import FactsCache
from tracer.store.workers import Failure, map_isolated

# What one core extracts while two processes would still be starting.
_WORTH_PROCESSES = 150_000
_TIME_LIMIT = 120.0


class FactsStore:
    """The facts of every file asked for, each extracted at most once per content."""

    def __init__(
        self, cache: FactsCache, extract: Callable[[bytes], bytes], workers: int = 2, time_limit: float = _TIME_LIMIT
    ) -> None:
        """Take a picklable ``extract``; ``workers`` 0 keeps all work in this process, ``time_limit`` is per file."""
        self._cache = cache
        self._extract = extract
        self._workers = workers
        self._time_limit = time_limit
        self._facts: dict[Path, ModuleFacts] = {}
        self._failed: dict[str, ModuleFacts] = {}

    def facts_of(self, path: Path) -> ModuleFacts:
        """The facts of a file; one that cannot be read has facts that say so."""
        known = self._facts.get(path)
        if known is None:
            known = self._facts[path] = self._read_facts(path)
        return known

    def headers_of(
        self, paths: Iterable[Path], progress: Callable[[int, int], None] | None = None
    ) -> dict[Path, Header]:
        """The headers of many files, in the order given; ``progress`` is told (done, total) as files are extracted."""
        with _collector_off():
            headers: dict[Path, Header] = {}
            missing: dict[str, tuple[bytes, list[Path]]] = {}
            for path in paths:
                headers[path] = self._find_header(path, missing)
            self._extract_missing(missing, headers, progress)
        return headers

    def _read_facts(self, path: Path) -> ModuleFacts:
        try:
            source = _read_source(path)
        except OSError as error:
            return _problem_facts("", Problem("unreadable", error.strerror or "cannot be read"))
        digest = hashlib.sha256(source).hexdigest()
        encoded = self._cache.find_entry(digest)
        if encoded is not None:
            try:
                return decode_facts(encoded)
            except FactsFormatError:
                encoded = None
        if digest not in self._failed:
            for _, answer in self._extract_all([(digest, source)]):
                if not isinstance(answer, Failure):
                    return decode_facts(answer)
        return self._failed[digest]

    def _find_header(self, path: Path, missing: dict[str, tuple[bytes, list[Path]]]) -> Header:
        """The cached header; else a placeholder, with the file added to ``missing``."""
        try:
            source = _read_source(path)
        except OSError:
            return self.facts_of(path).header
        digest = hashlib.sha256(source).hexdigest()
        encoded = None if digest in missing else self._cache.find_entry(digest)
        if encoded is not None:
            try:
                return decode_header(encoded)
            except FactsFormatError:
                encoded = None
        missing.setdefault(digest, (source, []))[1].append(path)
        return _problem_facts(digest, Problem("crash", "not read yet")).header

    def _extract_missing(
        self,
        missing: dict[str, tuple[bytes, list[Path]]],
        headers: dict[Path, Header],
        progress: Callable[[int, int], None] | None,
    ) -> None:
        # The largest first, so that no process is left alone with one at the end.
        inputs = sorted(((digest, source) for digest, (source, _) in missing.items()), key=lambda item: -len(item[1]))
        for done, (digest, answer) in enumerate(self._extract_all(inputs), start=1):
            header = self._failed[digest].header if isinstance(answer, Failure) else decode_header(answer)
            headers.update(dict.fromkeys(missing[digest][1], header))
            if progress is not None:
                progress(done, len(inputs))

    def _extract_all(self, inputs: list[tuple[str, bytes]]) -> Iterator[tuple[str, bytes | Failure]]:
        """Extract and cache; a failure becomes facts in ``_failed`` and is not cached: it may be the machine's."""
        for digest, answer in self._answers(inputs):
            if isinstance(answer, Failure):
                self._failed[digest] = _problem_facts(digest, Problem("crash", answer.reason))
            else:
                self._cache.keep_entry(digest, answer)
            yield digest, answer

    def _answers(self, inputs: list[tuple[str, bytes]]) -> Iterator[tuple[str, bytes | Failure]]:
        if self._workers and sum(len(source) for _, source in inputs) > _WORTH_PROCESSES:
            yield from map_isolated(self._extract, inputs, self._workers, self._time_limit)
        else:
            for digest, source in inputs:
                yield digest, self._extract_here(source)

    def _extract_here(self, source: bytes) -> bytes | Failure:
        try:
            return self._extract(source)
        except Exception as error:  # noqa: BLE001 - whatever a file provokes must cost that file only
            return Failure(f"{error.__class__.__name__} while reading it")


def _read_source(path: Path) -> bytes:
    """A file's bytes; raises ``OSError`` for a pipe or device, which might never end."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise OSError(errno.EINVAL, "is not a regular file")
    return path.read_bytes()


def _problem_facts(digest: str, problem: Problem) -> ModuleFacts:
    """The facts of a file of which nothing but a problem is known."""
    header = Header(digest, 0, None, (), (), (), None, (), (problem,))
    return ModuleFacts(header, (Scope("module", "", -1, (), (), (), (), (), Span(1, 0, 1, 0)),))


@contextmanager
def _collector_off() -> Iterator[None]:
    """Rest the garbage collector: a bulk decode makes millions of values that live, and every pass would scan them."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
