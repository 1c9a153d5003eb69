"""Which files belong to a codebase, and where its imports start."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tracer.parse.discovery import find_sources, infer_source_root


def write(root: Path, *names: str, content: str = "") -> None:
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)


def test_sources_are_sorted_and_foreign_folders_left_out(tmp_path: Path) -> None:
    write(tmp_path, "b.py", "a/z.py", "a/b/c.py", "notes.txt", ".hidden/x.py", "__pycache__/x.py", ".x.py")
    write(tmp_path, "env/pyvenv.cfg", "env/lib/x.py", "vendor/site-packages/x.py")
    assert [path.relative_to(tmp_path).as_posix() for path in find_sources(tmp_path)] == ["a/b/c.py", "a/z.py", "b.py"]


def test_a_file_is_its_own_source(tmp_path: Path) -> None:
    write(tmp_path, "a.py")
    assert find_sources(tmp_path / "a.py") == (tmp_path / "a.py",)


def test_a_link_to_a_folder_above_ends(tmp_path: Path) -> None:
    write(tmp_path, "a/b.py")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert len(find_sources(tmp_path)) == 1


def test_a_folder_that_cannot_be_listed_is_reported_as_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.py", "closed/b.py")
    scandir = os.scandir

    def refuse(folder: Path) -> object:
        if Path(folder).name == "closed":
            raise PermissionError
        return scandir(folder)

    monkeypatch.setattr("tracer.parse.discovery.os.scandir", refuse)
    assert find_sources(tmp_path) == (tmp_path / "a.py", tmp_path / "closed")


def test_a_link_in_a_circle_and_a_pipe_stop_nothing(tmp_path: Path) -> None:
    write(tmp_path, "a.py")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "loop.py").symlink_to("loop.py")
    os.mkfifo(tmp_path / "pipe.py")
    assert find_sources(tmp_path) == (tmp_path / "a.py", tmp_path / "loop.py", tmp_path / "pipe.py")
    assert infer_source_root(tmp_path) == tmp_path


def test_root_of_a_package_is_above_it(tmp_path: Path) -> None:
    write(tmp_path, "src/p/__init__.py", "src/p/q/__init__.py", "src/p/q/r.py")
    for path in ("src/p", "src/p/q", "src/p/q/r.py"):
        assert infer_source_root(tmp_path / path) == tmp_path / "src"


@pytest.mark.parametrize(
    ("content", "root"),
    [
        ("import llava.model\n", "."),
        ("def f():\n    from llava import model\n", "."),
        ("from .llava import model\n", "llava"),
        ("'''\nimport llava\n'''\n", "llava"),
        ("import llavax\n", "llava"),
        ("import llava +\n", "llava"),
    ],
)
def test_root_of_a_folder_that_imports_itself(tmp_path: Path, content: str, root: str) -> None:
    write(tmp_path, "llava/model.py", "llava/train/train.py", content=content)
    assert infer_source_root(tmp_path / "llava") == tmp_path / root
