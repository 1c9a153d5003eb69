"""The observed program itself: a function to call, or a script to run as Python would run it."""

# pathlib would be loaded into the observed process for this alone.
# ruff: noqa: PTH113, PTH120

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from types import ModuleType

from .imports import CodeMaker
from .request import Request


class CannotStartError(Exception):
    """The scenario names something that is not there."""


def run_program(request: Request, maker: CodeMaker) -> None:
    """Run the scenario's script or entry function in this process.

    Raises ``CannotStartError`` if there is no such thing, and whatever the program raises.
    """
    if request.script is not None:
        _run_script(request.script, request.argv, maker)
    else:
        _find_function(request.entry or "", request.argv)()


def _find_function(entry: str, argv: tuple[str, ...]) -> Callable[[], object]:
    module_name, _, qualname = entry.partition(":")
    sys.argv = [module_name, *argv]
    package = module_name.rpartition(".")[0]
    if package:
        importlib.import_module(package)
    if not qualname or importlib.util.find_spec(module_name) is None:
        raise CannotStartError(f"there is no module {module_name!r} to call {entry!r} in")
    found: object = importlib.import_module(module_name)
    for name in qualname.split("."):
        found = getattr(found, name, None)
    if not callable(found):
        raise CannotStartError(f"{module_name} has no function {qualname!r}")
    return found


def _run_script(path: str, argv: tuple[str, ...], maker: CodeMaker) -> None:
    """Run a file as ``__main__`` with the names, arguments and import path that ``python path`` gives it."""
    if not os.path.isfile(path):
        raise CannotStartError("the script does not exist")
    loader = SourceFileLoader("__main__", path)
    module = ModuleType("__main__")
    vars(module).update(__file__=path, __loader__=loader, __package__=None, __cached__=None, __spec__=None)
    sys.modules[__name__.partition(".")[0] + ".__main__"] = sys.modules["__main__"]
    sys.modules["__main__"] = module
    sys.argv = [path, *argv]
    sys.path.insert(0, os.path.dirname(path))
    code = maker("__main__", path, lambda: compile(loader.get_data(path), path, "exec", dont_inherit=True))
    exec(code, vars(module))  # noqa: S102 - running the program is what was asked for
