"""The cache: whole entries or none, and no failure that is worse than a miss."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracer.store import cache as module
from tracer.store.cache import FactsCache

DIGEST = "ab" + "0" * 62


def test_an_entry_is_found_by_content_and_version(tmp_path: Path) -> None:
    FactsCache(tmp_path, "v1").keep_entry(DIGEST, b"facts")
    assert FactsCache(tmp_path, "v1").find_entry(DIGEST) == b"facts"
    assert FactsCache(tmp_path, "v2").find_entry(DIGEST) is None
    assert FactsCache(tmp_path, "v1").find_entry("cd" + DIGEST[2:]) is None


def test_an_entry_is_replaced_and_leaves_nothing_else(tmp_path: Path) -> None:
    cache = FactsCache(tmp_path, "v1")
    cache.keep_entry(DIGEST, b"old")
    cache.keep_entry(DIGEST, b"new")
    assert cache.find_entry(DIGEST) == b"new"
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_no_folder_caches_nothing() -> None:
    cache = FactsCache(None, "v1")
    cache.keep_entry(DIGEST, b"facts")
    assert (cache.find_entry(DIGEST), cache.problem) == (None, None)


def test_a_folder_that_cannot_be_written_is_reported_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = FactsCache(tmp_path / "file", "v1")
    cache.keep_entry(DIGEST, b"facts")
    assert cache.problem is not None
    assert "facts are not cached" in cache.problem
    assert cache.find_entry(DIGEST) is None


def test_a_full_disk_leaves_no_part_of_an_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.Path, "replace", refuse)
    cache = FactsCache(tmp_path, "v1")
    cache.keep_entry(DIGEST, b"facts")
    assert cache.problem is not None
    assert "No space left" in cache.problem
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
