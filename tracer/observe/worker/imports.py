"""What the recorder does while the program imports: compile some modules differently, and look at new ones.

The hooks sit on ``SourceFileLoader`` itself rather than on ``sys.meta_path``, so finders, specs, loaders and their
order are what they would be without them.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from types import CodeType, ModuleType
from typing import Any


def replace_code(compile_file: Callable[[str], CodeType | None]) -> None:
    """Run what ``compile_file`` makes of a source file in the file's place, where it makes something of it.

    Such a module is neither read from a bytecode cache nor written to one.
    """
    original = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        return compile_file(self.get_filename(fullname)) or original(self, fullname)

    _patch("get_code", get_code)


def after_each(look: Callable[[ModuleType], None]) -> None:
    """Call ``look`` with every source module that has just been executed."""
    original = SourceFileLoader.exec_module

    def exec_module(self: SourceFileLoader, module: ModuleType) -> None:
        original(self, module)
        look(module)

    _patch("exec_module", exec_module)


def _patch(name: str, function: Callable[..., Any]) -> None:
    type.__setattr__(SourceFileLoader, name, function)
