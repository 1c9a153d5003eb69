"""On which class a function runs: the class of its first argument, if that class (or its bases) has the function.

The question is asked when a frame starts, and the answer kept under the frame's identity: reading a *running* frame's
locals later would refresh the dictionary that the program itself may hold from ``locals()``.
"""

from __future__ import annotations

import sys
from types import CodeType, FrameType
from typing import Any

from .class_table import ClassTable, functions_of, is_class, mro_of, name_of, namespace_of
from .codes import Code

_MISSING = object()
_BY_ARGUMENT = -2
"""Filed under a metaclass: the first argument is itself a class, and the receiver is filed under that."""

_KEEPS_SNAPSHOT = (3, 12) <= sys.version_info < (3, 13)
"""3.12 keeps ``f_locals`` in the frame, where it would hold arguments after the program drops them."""


class Receivers:
    """The receiving class of every frame in scope that is running, as a row of the class table (-1: none)."""

    def __init__(self, classes: ClassTable) -> None:
        self._classes = classes
        self.of_frames: dict[int, int] = {}

    def of_frame(self, frame: FrameType) -> int:
        """The receiver remembered for a frame in scope."""
        return self.of_frames.get(id(frame), -1)

    def remember(self, frame: FrameType, entry: Code) -> int:
        """Decide the receiver of a frame that is just starting, and remember it.

        Runs at every start of a function in scope: known classes take two look-ups by identity.
        """
        row = -1
        if entry.first is not None:
            values = frame.f_locals
            argument = values.get(entry.first, _MISSING)
            if _KEEPS_SNAPSHOT:
                values.clear()
            known = entry.receivers.get(id(type(argument)))
            if known == _BY_ARGUMENT:
                known = entry.receivers.get(id(argument))
            row = self._decide(entry, argument) if known is None else known
        self.of_frames[id(frame)] = row
        return row

    def forget(self, frame: FrameType) -> None:
        """Take note that a module's frame starts, which may be where an ended function's was in memory."""
        self.of_frames.pop(id(frame), None)

    def inherit(self, frame: FrameType, entry: Code) -> None:
        """Give a folded frame the receiver of the frame around it, if that is still running."""
        outer = frame.f_back
        parent = entry.parent.code if entry.parent is not None else None
        while outer is not None and outer.f_code is not parent:
            outer = outer.f_back
        self.of_frames[id(frame)] = self.of_frame(outer) if outer is not None else -1

    def _decide(self, entry: Code, argument: Any) -> int:
        """Find the receiver for a first argument of a new class, or a new class as first argument."""
        if argument is _MISSING:
            return -1
        kind = type(argument)
        # Numbered even where they are not the receiver: the table keeps them alive, and so the identities unique.
        numbered = [(self._classes.row_of(cls), cls) for cls in ([argument, kind] if is_class(argument) else [kind])]
        row = next((row for row, cls in numbered if has_function(cls, entry.code)), -1)
        if is_class(argument):
            entry.receivers[id(kind)] = _BY_ARGUMENT
            entry.receivers[id(argument)] = row
        else:
            entry.receivers[id(kind)] = row
        return row


def first_arguments(frame: FrameType, names: tuple[str, ...]) -> list[object]:
    """The named arguments of a frame that is just starting, before its first instruction."""
    values = frame.f_locals
    found = [values.get(name, _MISSING) for name in names]
    if _KEEPS_SNAPSHOT:
        values.clear()
    return found


def name_after_class(frame: FrameType, entry: Code) -> None:
    """Give generated code the name of the class that has it, which its own qualified name does not tell."""
    (target,) = first_arguments(frame, entry.code.co_varnames[:1])
    for base in mro_of(type(target)):
        if _holds(namespace_of(base).get(entry.code.co_name), entry.code.co_name, entry.code):
            entry.globals_name, qualname = name_of(base)
            entry.qualname = f"{qualname}.{entry.code.co_name}"
            return


def has_function(cls: type, code: CodeType) -> bool:
    """Whether ``code`` is what some attribute of the class or its bases runs, under its own name or patched in."""
    linearisation = mro_of(cls)
    own_name = code.co_name
    if any(_holds(namespace_of(base).get(own_name), own_name, code) for base in linearisation):
        return True
    return any(_holds(value, name, code) for base in linearisation for name, value in list(namespace_of(base).items()))


def _holds(value: object, name: str, code: CodeType) -> bool:
    return any(function.__code__ is code for function in functions_of(value, name))
