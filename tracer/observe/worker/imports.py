"""What the recorder does while the program imports: compile some modules differently, and look at new ones.

The hooks sit on ``SourceFileLoader`` itself rather than on ``sys.meta_path``, so finders, specs, loaders and their
order are what they would be without them.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from types import CodeType, ModuleType
from typing import Any

CodeMaker = Callable[[str, str, Callable[[], CodeType]], CodeType]
"""From a module's name, its file and what gives its code ordinarily to the code that is run."""


def make_code(_name: str, _path: str, ordinary: Callable[[], CodeType]) -> CodeType:
    """The ordinary code."""
    return ordinary()


def replace_code(maker: CodeMaker) -> None:
    """Run what ``maker`` gives for a source file; bytecode caches are read and written for ordinary code alone."""
    original: Callable[..., Any] = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        return maker(fullname, self.get_filename(fullname), lambda: original(self, fullname))

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
