"""The packages a codebase runs with: its interpreter's version, standard library and search path, read as files.

The named interpreter is never started, because code of the analysed environment (``.pth`` hooks, sitecustomize) would
run with it. What is read instead: ``pyvenv.cfg``, ``lib/pythonX.Y``, the plain folders in ``.pth`` files and the
mapping that setuptools writes into its editable finders.
"""

from __future__ import annotations

import ast
import re
import site
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tracer.errors import TargetError

_INTERPRETER = re.compile(r"(?:python|pypy)[\w.-]*$", re.IGNORECASE)
_LIBRARY = re.compile(r"python(\d+)\.(\d+)$")


@dataclass(frozen=True, slots=True)
class Environment:
    """An interpreter as files: its version, standard library and search path (without the standard library).

    ``editable`` are import names mapped to a package folder or module file whose own name differs, so that no search
    path can say it.
    """

    version: tuple[int, int]
    stdlib: Path
    search_paths: tuple[Path, ...]
    editable: tuple[tuple[str, Path], ...] = ()


def read_environment(python: Path | None = None) -> Environment:
    """Read the environment of an interpreter (or of an environment's folder); None is the running one.

    Raises:
        TargetError: if there is no interpreter, or no standard library beside it.
    """
    if python is None:
        folders = [Path(folder) for folder in site.getsitepackages()]
        if site.ENABLE_USER_SITE:
            folders.append(Path(site.getusersitepackages()))
        version = (sys.version_info.major, sys.version_info.minor)
        return _assemble(version, Path(sysconfig.get_path("stdlib")), folders)
    return _read_named(python.expanduser().absolute())


def _read_named(python: Path) -> Environment:
    if not python.exists():
        raise TargetError(f"{python}: there is no such interpreter; name one as in .venv/bin/python")
    if not python.is_dir() and not (_INTERPRETER.match(python.name) or _INTERPRETER.match(python.resolve().name)):
        raise TargetError(f"{python}: is no Python interpreter; name one as in .venv/bin/python")
    prefix = python if python.is_dir() else python.parent.parent
    settings = _read_settings(prefix / "pyvenv.cfg")
    base = Path(settings["home"]).parent if "home" in settings else _base_prefix(python, prefix)
    version = _find_version(python, base, settings)
    if version is None:
        raise TargetError(f"{python}: no lib/pythonX.Y under {base}; name the interpreter, as in .venv/bin/python")
    library = f"python{version[0]}.{version[1]}"
    prefixes = [prefix]
    if settings.get("include-system-site-packages", "").lower() == "true" or (prefix != base and not settings):
        prefixes.append(base)
    folders = [each / "lib" / library / kind for each in prefixes for kind in ("site-packages", "dist-packages")]
    return _assemble(version, base / "lib" / library, folders)


def _base_prefix(python: Path, prefix: Path) -> Path:
    return prefix.resolve() if python.is_dir() else python.resolve().parent.parent


def _read_settings(file: Path) -> dict[str, str]:
    """The keys of a pyvenv.cfg, empty if there is none."""
    if not file.is_file():
        return {}
    pairs = (line.partition("=") for line in file.read_text("utf-8", "replace").splitlines())
    return {key.strip().lower(): value.strip() for key, equals, value in pairs if equals}


def _find_version(python: Path, base: Path, settings: dict[str, str]) -> tuple[int, int] | None:
    """The version by pyvenv.cfg, by the executable's name, or by the only library folder there is."""
    written = settings.get("version") or settings.get("version_info") or ""
    named = _LIBRARY.search(python.resolve().name)
    found = sorted((base / "lib").glob("python*.*")) if (base / "lib").is_dir() else []
    candidates = [match for match in (_LIBRARY.search(folder.name) for folder in found) if match]
    for match in (re.match(r"(\d+)\.(\d+)", written), named, candidates[-1] if candidates else None):
        if match and (base / "lib" / f"python{match[1]}.{match[2]}").is_dir():
            return int(match[1]), int(match[2])
    return None


def _assemble(version: tuple[int, int], stdlib: Path, folders: list[Path]) -> Environment:
    paths: dict[Path, None] = {}
    editable: dict[str, Path] = {}
    for folder in folders:
        if not folder.is_dir():
            continue
        paths[folder] = None
        for added in _added_folders(folder):
            paths[added] = None
        for name, target in _editable_packages(folder):
            if target.name in (name, f"{name}.py"):
                paths[target.parent] = None
            else:
                editable[name] = target
    return Environment(version, stdlib, tuple(paths), tuple(sorted(editable.items())))


def _added_folders(folder: Path) -> Iterator[Path]:
    """The folders named in a site folder's ``.pth`` files; lines that are code are left alone."""
    for file in sorted(folder.glob("*.pth")):
        for line in file.read_text("utf-8", "replace").splitlines():
            entry = line.strip()
            if entry and not entry.startswith(("#", "import ", "import\t")) and (folder / entry).is_dir():
                yield folder / entry


def _editable_packages(folder: Path) -> Iterator[tuple[str, Path]]:
    """Import names and places from the ``MAPPING`` of setuptools' editable finders."""
    for file in sorted(folder.glob("__editable___*_finder.py")):
        try:
            tree = ast.parse(file.read_bytes())
        except (SyntaxError, ValueError):
            continue
        for statement in tree.body:
            yield from _mapping_of(statement)


def _mapping_of(statement: ast.stmt) -> Iterator[tuple[str, Path]]:
    if isinstance(statement, ast.AnnAssign):
        targets: list[ast.expr] = [statement.target]
    elif isinstance(statement, ast.Assign):
        targets = statement.targets
    else:
        return
    if statement.value is None or not any(isinstance(name, ast.Name) and name.id == "MAPPING" for name in targets):
        return
    try:
        mapping = ast.literal_eval(statement.value)
    except ValueError:
        return
    if isinstance(mapping, dict):
        yield from ((str(name), Path(place)) for name, place in sorted(mapping.items()))
