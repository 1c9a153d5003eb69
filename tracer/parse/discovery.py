"""Which files a codebase consists of, and from which folder its imports are resolved.

Folders are listed, never imported. Hidden folders, virtual environments and caches are no part of a codebase; a folder
reached twice through symbolic links is visited once.
"""

from __future__ import annotations

import ast
import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

_NOT_SOURCE = frozenset({"__pycache__", "node_modules", "site-packages", "dist-packages"})


def find_sources(root: Path) -> tuple[Path, ...]:
    """Find the ``.py`` files below ``root``, sorted; a ``root`` that is a file is the only one.

    A folder that cannot be listed stands in the result itself, so that whoever reads the files reports it.
    """
    return (root,) if root.is_file() else tuple(sorted(_walk_sources(root)))


def _walk_sources(root: Path) -> Iterator[Path]:
    seen: set[str] = set()
    stack = [root]
    while stack:
        folder = stack.pop()
        real = os.path.realpath(folder)
        if real in seen:
            continue
        seen.add(real)
        try:
            entries = list(os.scandir(folder))
        except OSError:
            yield folder
            continue
        for entry in entries:
            is_folder = _is_folder(entry)
            if entry.name.endswith(".py") and not entry.name.startswith(".") and not is_folder:
                yield Path(entry.path)
            elif is_folder and _is_source_folder(entry):
                stack.append(Path(entry.path))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a symbolic link that leads in a circle
        return False


def _is_source_folder(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith(".") or entry.name in _NOT_SOURCE:
        return False
    return not Path(entry.path, "pyvenv.cfg").exists()


def infer_source_root(path: Path) -> Path:
    """Infer the folder from which imports inside ``path`` (a folder or a file) are resolved.

    That is the folder above the outermost package around it; a folder without ``__init__.py`` is a package, too, if
    files under it import it by its own name.
    """
    folder = path.parent if path.is_file() else path
    folder = folder.absolute()
    if (folder / "__init__.py").is_file():
        while (folder / "__init__.py").is_file() and folder.parent != folder:
            folder = folder.parent
        return folder
    if not path.is_file() and any(_imports_name(source, folder.name) for source in find_sources(folder)):
        return folder.parent
    return folder


def _imports_name(source: Path, name: str) -> bool:
    """Whether the file imports ``name`` absolutely; parsed only where the text makes it likely."""
    likely = re.compile(rb"^\s*(?:from|import)\b.*\b" + re.escape(name.encode()) + rb"\b", re.MULTILINE)
    try:
        content = source.read_bytes() if source.is_file() else b""
        if not likely.search(content):
            return False
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(content)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(name == module.partition(".")[0] for module in _imported_modules(tree))


def _imported_modules(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""
