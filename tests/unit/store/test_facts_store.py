"""Facts from cache or extractor: the same answers, whatever the cache holds and whatever a file does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tracer.codec.facts import encode_facts
from tracer.model.code import Scope
from tracer.model.facts import Header, ModuleFacts
from tracer.model.names import Span
from tracer.store import facts_store
from tracer.store.cache import FactsCache
from tracer.store.facts_store import FactsStore


def extract(source: bytes) -> bytes:
    """A stand-in for the extractor: the source is the documentation; some sources are fatal."""
    if source == b"crash":
        os.abort()
    if source == b"raise":
        raise ValueError(source)
    header = Header("", 1, source.decode(), (), (), (), None, (), ())
    return encode_facts(ModuleFacts(header, (Scope("module", "", -1, (), (), (), (), (), Span(1, 0, 1, 0)),)))


class CountingExtract:
    """The stand-in, counting its calls; only for work in this process."""

    def __init__(self) -> None:
        self.calls: list[bytes] = []

    def __call__(self, source: bytes) -> bytes:
        self.calls.append(source)
        return extract(source)


def write(folder: Path, **contents: bytes) -> list[Path]:
    for name, content in contents.items():
        (folder / f"{name}.py").write_bytes(content)
    return [folder / f"{name}.py" for name in contents]


def test_each_content_is_extracted_once(tmp_path: Path) -> None:
    counting = CountingExtract()
    cache = FactsCache(tmp_path / "cache", "v")
    a, b, same = write(tmp_path, a=b"A", b=b"B", same=b"A")
    headers = FactsStore(cache, counting, workers=0).headers_of([b, a, same])
    assert [(path, header.doc) for path, header in headers.items()] == [(b, "B"), (a, "A"), (same, "A")]
    store = FactsStore(cache, counting, workers=0)
    assert [store.facts_of(path).header.doc for path in (a, b, same)] == ["A", "B", "A"]
    assert store.facts_of(a) is store.facts_of(a)
    assert sorted(counting.calls) == [b"A", b"B"]


def test_without_a_cache(tmp_path: Path) -> None:
    (a,) = write(tmp_path, a=b"A")
    store = FactsStore(FactsCache(None, "v"), extract, workers=0)
    assert store.headers_of([a])[a].doc == store.facts_of(a).header.doc == "A"


@pytest.mark.parametrize("damage", [b"", b"foreign", extract(b"other")[:-2]])
def test_a_damaged_entry_is_a_miss_and_is_renewed(tmp_path: Path, damage: bytes) -> None:
    cache = FactsCache(tmp_path / "cache", "v")
    (a,) = write(tmp_path, a=b"A")
    FactsStore(cache, extract, workers=0).headers_of([a])
    (entry,) = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    entry.write_bytes(damage)
    assert FactsStore(cache, extract, workers=0).facts_of(a).header.doc == "A"
    assert entry.read_bytes() == extract(b"A")
    entry.write_bytes(damage)
    assert FactsStore(cache, extract, workers=0).headers_of([a])[a].doc == "A"


def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "pipe.py"
    os.mkfifo(path)
    (problem,) = FactsStore(FactsCache(None, "v"), extract).facts_of(path).header.problems
    assert (problem.kind, problem.message) == ("unreadable", "is not a regular file")


def test_an_unreadable_file_has_facts(tmp_path: Path) -> None:
    store = FactsStore(FactsCache(None, "v"), extract)
    missing, folder = tmp_path / "missing.py", tmp_path
    for path in (missing, folder):
        assert [problem.kind for problem in store.facts_of(path).header.problems] == ["unreadable"]
    assert store.headers_of([missing])[missing].problems[0].message == "No such file or directory"


def test_failures_are_problems_and_the_rest_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts_store, "_WORTH_PROCESSES", 1)
    cache = FactsCache(tmp_path / "cache", "v")
    paths = write(tmp_path, a=b"A", crash=b"crash", b=b"B", error=b"raise")
    seen: list[tuple[int, int]] = []
    store = FactsStore(cache, extract, workers=2)
    headers = store.headers_of(paths, lambda done, total: seen.append((done, total)))
    assert [headers[path].doc for path in paths] == ["A", None, "B", None]
    assert [headers[path].problems[0].message for path in (paths[1], paths[3])] == [
        "the reading process ended with exit status -6",
        "ValueError while reading it",
    ]
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert store.facts_of(paths[1]).header.problems == headers[paths[1]].problems
    assert len([path for path in (tmp_path / "cache").rglob("*") if path.is_file()]) == 2


def test_an_exception_in_this_process_is_a_problem(tmp_path: Path) -> None:
    (path,) = write(tmp_path, error=b"raise")
    facts = FactsStore(FactsCache(None, "v"), extract, workers=0).facts_of(path)
    assert facts.header.problems[0].message == "ValueError while reading it"
