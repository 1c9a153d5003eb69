"""Putting a rendered site on disk, whole or not at all.

The new folder is built beside the old one and takes its place in two renames. A run that was killed before, between or
after them leaves the old pages or the new ones: whoever comes next puts right what it left half done. A manifest names
what was written: only those files are ever replaced or removed, and a file somebody else put there is carried over. A
foreign file in the way of a page is an error, never overwritten.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from tracer.errors import TargetError

MANIFEST = "manifest.json"


def write_site(folder: Path, files: Mapping[str, bytes]) -> None:
    """Replace the generated files of ``folder`` by ``files`` (POSIX paths to bytes) and write their manifest.

    Raises ``TargetError`` where the folder holds a foreign file under a name to be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    recover_site(folder)
    foreign = _list_foreign(folder)
    if clashes := sorted(foreign & files.keys()):
        raise TargetError(f"{folder.name}/{clashes[0]} was not written by tracer: move it away and run again")
    new = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        new.chmod(0o755)
        _fill(new, folder, foreign, files)
        _swap(folder, new, _old_of(folder))
    finally:
        shutil.rmtree(new, ignore_errors=True)


def recover_site(folder: Path) -> None:
    """Undo the half-done work of a run that was killed; no other process may be writing meanwhile."""
    old = _old_of(folder)
    if old.is_dir() and not folder.exists():
        old.rename(folder)
    for left in folder.parent.glob(f".{folder.name}.*"):
        shutil.rmtree(left, ignore_errors=True)


def _old_of(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _swap(folder: Path, new: Path, old: Path) -> None:
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _fill(new: Path, folder: Path, foreign: set[str], files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        _place(new, name).write_bytes(content)
    for name in sorted(foreign):
        shutil.copy2(folder / name, _place(new, name))
    (new / MANIFEST).write_bytes(build_manifest(files))


def _place(new: Path, name: str) -> Path:
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts:
        raise TargetError(f"{name} does not lie below the folder of generated pages")
    path = new / parts
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def build_manifest(files: Mapping[str, bytes]) -> bytes:
    """List every generated file with the SHA-256 of its content, as JSON."""
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    return (json.dumps({"schema": 1, "files": digests}, indent=1) + "\n").encode()


def list_generated(folder: Path) -> Mapping[str, str]:
    """The manifest of a folder as path to SHA-256; empty where there is none that can be read."""
    try:
        loaded = json.loads((folder / MANIFEST).read_bytes())
        return {str(name): str(digest) for name, digest in loaded["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _list_foreign(folder: Path) -> set[str]:
    if not folder.is_dir():
        return set()
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return present - set(list_generated(folder)) - {MANIFEST}
