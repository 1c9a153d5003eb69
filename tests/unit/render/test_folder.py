from __future__ import annotations

from pathlib import Path

import pytest

from tracer.errors import TargetError
from tracer.render import folder as module
from tracer.render.folder import MANIFEST, list_generated, write_site


def read_all(folder: Path) -> dict[str, bytes]:
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: content for name, content in found.items() if name != MANIFEST}


def test_pages_are_written_and_removed_with_the_manifest(tmp_path: Path) -> None:
    folder = tmp_path / "generated"
    write_site(folder, {"a.md": b"1", "x/b.md": b"2"})
    write_site(folder, {"a.md": b"3"})
    assert read_all(folder) == {"a.md": b"3"}
    assert list(list_generated(folder)) == ["a.md"]
    assert [path.name for path in tmp_path.iterdir()] == ["generated"]


def test_a_foreign_file_is_carried_over(tmp_path: Path) -> None:
    folder = tmp_path / "generated"
    write_site(folder, {"a.md": b"1"})
    (folder / "notes").mkdir()
    (folder / "notes" / "mine.txt").write_bytes(b"mine")
    write_site(folder, {"b.md": b"2"})
    assert read_all(folder) == {"b.md": b"2", "notes/mine.txt": b"mine"}


def test_a_foreign_file_in_the_way_is_an_error_and_stays(tmp_path: Path) -> None:
    folder = tmp_path / "generated"
    folder.mkdir()
    (folder / "a.md").write_bytes(b"mine")
    with pytest.raises(TargetError, match=r"generated/a\.md was not written by tracer"):
        write_site(folder, {"a.md": b"1"})
    assert read_all(folder) == {"a.md": b"mine"}


def test_a_run_that_dies_while_writing_leaves_the_old_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "generated"
    write_site(folder, {"a.md": b"old"})

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "_swap", die)
    with pytest.raises(KeyboardInterrupt):
        write_site(folder, {"a.md": b"new"})
    assert read_all(folder) == {"a.md": b"old"}


def test_a_run_killed_between_the_renames_is_undone_by_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "generated"
    write_site(folder, {"a.md": b"old"})
    (folder / "mine.txt").write_bytes(b"mine")
    folder.rename(tmp_path / ".generated.old")
    write_site(folder, {"a.md": b"new"})
    assert read_all(folder) == {"a.md": b"new", "mine.txt": b"mine"}


def test_what_a_killed_run_left_beside_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "generated"
    (tmp_path / ".generated.x1y2").mkdir()
    folder_of_somebody = tmp_path / "generated.mine"
    folder_of_somebody.mkdir()
    write_site(folder, {"a.md": b"new"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["generated", "generated.mine"]


@pytest.mark.parametrize("name", ["../out.md", "/out.md"])
def test_nothing_is_written_outside(tmp_path: Path, name: str) -> None:
    with pytest.raises(TargetError, match="does not lie below"):
        write_site(tmp_path / "generated", {name: b""})


@pytest.mark.parametrize("text", ["", "[]", '{"files": 3}', "{"])
def test_an_unreadable_manifest_claims_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    assert list_generated(tmp_path) == {}
