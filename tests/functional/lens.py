"""A copy of the Lens project to trace, change and trace again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tracer import pipeline
from tracer.config import load_config

ROOT = Path(__file__).parents[2]
LENS = Path(__file__).parent / "projects" / "lens"


def copy_project(folder: Path, project: Path = LENS) -> Path:
    """Copy a project without what an earlier trace may have left in it."""
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns("__pycache__", ".tracer", "docs"))
    return folder


def trace(folder: Path, *, observe: bool = False) -> pipeline.Traced:
    return pipeline.trace(load_config(folder / "tracer.toml"), observe=observe)


def check(folder: Path, *, fresh: bool = False) -> pipeline.Checked:
    return pipeline.check(load_config(folder / "tracer.toml"), fresh=fresh)


def edit(folder: Path, path: str, old: str, new: str) -> None:
    """Replace the one place where ``old`` stands in a file."""
    text = (folder / path).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path} holds {old!r} {text.count(old)} times"
    (folder / path).write_text(text.replace(old, new), encoding="utf-8")


def files_below(folder: Path) -> Mapping[str, bytes]:
    """The bytes of every file below a folder, by relative path."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def run_tracer(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "tracer", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
