"""The witness's process: ``python process.py FOLDER ENTRY OUTPUT PACKAGES ARGV...``.

Runs ENTRY as ``__main__`` with every module under FOLDER (or under its PACKAGES, comma-separated) rewritten, and
appends one JSON line per edge to OUTPUT. Such modules are never read from or written to bytecode caches.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import json
import os
import sys
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.witness.recording import Place, Recorder
from tests.witness.rewriting import rewrite


class Program:
    """The files that are rewritten."""

    def __init__(self, folder: Path, packages: tuple[str, ...], recorder: Recorder) -> None:
        self._folder = folder
        self._packages = packages
        self._recorder = recorder

    def owns(self, file: str | None) -> bool:
        """Whether the file belongs to the program."""
        path = Path(file or "/")
        if path.suffix != ".py" or not path.is_relative_to(self._folder):
            return False
        return not self._packages or path.relative_to(self._folder).parts[0] in self._packages

    def compile(self, file: str) -> CodeType:
        """The rewritten code of a file."""
        path = Path(file)
        shown = path.relative_to(self._folder).as_posix()
        module = shown.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        source = path.read_text(encoding="utf-8")
        rewritten = rewrite(source, shown, module, self._recorder.places, self._recorder.symbols)
        code: CodeType = compile(rewritten, file, "exec", dont_inherit=True)
        self._recorder.know(code)
        return code


class Loader(importlib.machinery.SourceFileLoader):
    """Loads rewritten modules."""

    program: Program

    def get_code(self, fullname: str) -> CodeType:
        """The rewritten module, whatever caches hold."""
        return self.program.compile(self.get_filename(fullname))


class Finder(importlib.abc.MetaPathFinder):
    """Gives the program's own modules a loader that rewrites them."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        """What the ordinary finder finds, with another loader."""
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and Loader.program.owns(spec.origin):
            spec.loader = Loader(name, str(spec.origin))
        return spec


def main(folder: str, entry: str, output: str, packages: str, *argv: str) -> None:
    """Run the program."""
    sys.path.pop(0)
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(place: Place, callee: str, kind: str) -> None:
        os.write(descriptor, json.dumps([*place, callee, kind]).encode() + b"\n")

    recorder = Recorder(write)
    recorder.install()
    root = Path(folder).resolve()
    Loader.program = Program(root, tuple(filter(None, packages.split(","))), recorder)
    sys.meta_path.insert(0, Finder())
    file = str(root / entry)
    module = ModuleType("__main__")
    module.__file__ = file
    sys.modules["__main__"] = module
    sys.argv = [file, *argv]
    sys.path[0] = str(Path(file).parent)
    if str(root) not in sys.path:
        sys.path.append(str(root))
    exec(Loader.program.compile(file), vars(module))  # noqa: S102 - running the program is what was asked for


if __name__ == "__main__":
    main(*sys.argv[1:])
