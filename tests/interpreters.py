"""The Pythons that tests run the recorder under: this one and, where the machine has them, one each of the others."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SUPPORTED = (11, 12, 13)


def find_interpreters() -> list[Path]:
    """This interpreter first, then one of every other supported minor version that pyenv or PATH offers."""
    others = (find_interpreter(minor) for minor in SUPPORTED if sys.version_info[:2] != (3, minor))
    return [Path(sys.executable), *(place for place in others if place is not None)]


def find_interpreter(minor: int) -> Path | None:
    """An interpreter of Python 3.``minor``, if there is one that starts."""
    versions = sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob(f"versions/3.{minor}.*"))
    candidates = [str(version / "bin" / "python") for version in versions]
    candidates.append(shutil.which(f"python3.{minor}") or "")
    works = (place for place in candidates if place and _is_version(place, minor))
    found = next(works, None)
    return None if found is None else Path(found)


def name_of(python: Path) -> str:
    """How a test's id names an interpreter."""
    return python.parent.parent.name


def _is_version(python: str, minor: int) -> bool:
    command = [python, "-c", f"import sys; sys.exit(sys.version_info[:2] != (3, {minor}))"]
    return Path(python).exists() and subprocess.run(command, check=False, capture_output=True).returncode == 0
