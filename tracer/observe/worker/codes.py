"""Which code is in scope, and whose it is.

Every code object met is filed once under one of five kinds. A comprehension's or class body's frame is *folded*: it
belongs to the function or module around it, as the syntax has it and as Python 3.12 runs comprehensions anyway. The
recorder's own code is *own* and never shown. Everything else is *outside*, and appears only as what lies between two
frames in scope.

Code objects are filed by identity (their hash walks all their constants) and kept alive, so that an identity is never
used twice.
"""

# pathlib would be loaded into the observed process for this alone.
# ruff: noqa: PTH100, PTH119, PTH120

from __future__ import annotations

import dis
import os
import re
import sys
from types import CodeType, FrameType
from typing import Any

from .instructions import marks_of
from .log import Log
from .request import Request

FUNCTION, MODULE, FOLDED, OUTSIDE, OWN = range(5)

_OWN_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep
_COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})
_IS_OPTIMIZED = 0x1
_RESUME = dis.opmap["RESUME"]
_RETURN_OPCODES = frozenset(dis.opmap[name] for name in ("RETURN_VALUE", "RETURN_CONST") if name in dis.opmap)

Position = tuple[int, int, int, int, str]
"""Line, column, end line, end column, and a mark where the instruction calls unasked (``instructions``)."""


class Code:
    """A code object on file.

    ``start`` is the offset its first ``RESUME`` has (a generator's later resumes are elsewhere), ``first`` the name of
    its first positional parameter. ``parent`` is the code around a folded one. ``row`` is its number in the log, -1
    until something refers to it. ``receivers`` remembers, by the identity of the first argument's class, on which
    class (a row of the class table, -1 for none) a call runs; ``flows`` on which its first stack has been recorded.
    ``started`` is whether a frame of it has been seen.
    """

    __slots__ = (
        "code", "file", "first", "flow", "flows", "generated", "globals_name", "kind", "parent", "positions",
        "qualname", "receivers", "returns", "row", "start", "started",
    )  # fmt: skip

    def __init__(self, code: CodeType, kind: int, globals_name: str) -> None:
        self.code = code
        self.kind = kind
        self.file: str = code.co_filename
        self.qualname: str = code.co_qualname
        self.globals_name = globals_name
        self.parent: Code | None = None
        self.start = _find_start(code) if kind == FUNCTION else -1
        self.first: str | None = code.co_varnames[0] if kind != MODULE and code.co_argcount else None
        self.positions: list[Position] | None = None
        self.receivers: dict[int, int] = {}
        self.flow = False
        self.flows: set[int] = set()
        self.returns = False
        self.generated = kind == OUTSIDE and code.co_filename == "<string>" and code.co_name == "__init__"
        self.row = -1
        self.started = False

    def is_unnamed(self) -> bool:
        """Whether the qualified name is that of the generator of the code."""
        return self.qualname.startswith("__create_fn__.")

    def owner(self) -> Code:
        """The code a folded one belongs to; otherwise itself."""
        code = self
        while code.kind == FOLDED and code.parent is not None:
            code = code.parent
        return code

    def position(self, lasti: int) -> Position:
        """Where the instruction at ``lasti`` stands; without columns (a stripped build) only its lines."""
        if self.positions is None:
            marks = marks_of(self.code)
            places = enumerate(self.code.co_positions())
            self.positions = [(*_complete(self.code, place), marks.get(index, "")) for index, place in places]
        return self.positions[max(lasti, 0) // 2]

    def ends_at(self, lasti: int) -> bool:
        """Whether the instruction at ``lasti`` returns (rather than yields, or raises)."""
        return self.code.co_code[lasti] in _RETURN_OPCODES


class CodeTable:
    """All code objects met, and the numbers they have in the log."""

    def __init__(self, request: Request, log: Log) -> None:
        self.known: dict[int, Code] = {}
        self._parents: dict[int, Code] = {}
        self._log = log
        self._rows = 0
        self._places = dict(_places_of(request))
        self._folders = sorted(self._places, key=len, reverse=True)
        self._shown: dict[str, str | None] = {}
        self._flows = None if request.flows is None else _patterns_of(request.flows)
        self._returns = _patterns_of(request.returns)
        self.has_returns = bool(self._returns)

    def of_frame(self, frame: FrameType) -> Code:
        """The entry of the frame's code."""
        return self.known.get(id(frame.f_code)) or self.file(frame.f_code, frame.f_globals)

    def file(self, code: CodeType, namespace: dict[str, Any]) -> Code:
        """File a code object; ``namespace`` are the globals it runs with."""
        if (known := self.known.get(id(code))) is not None:
            return known
        name = namespace.get("__name__")
        entry = Code(code, self.kind_of(code), name if type(name) is str else "?")
        entry.parent = self._parents.get(id(code))
        self.known[id(code)] = entry
        if entry.kind < OUTSIDE:
            plain = plain_qualname(entry.qualname)
            entry.flow = self._flows is None or _is_named(self._flows, entry.globals_name, plain)
            entry.returns = _is_named(self._returns, entry.globals_name, plain)
            self._parents.update((id(part), entry) for part in code.co_consts if isinstance(part, CodeType))
        return entry

    def row_of(self, entry: Code) -> int:
        """The number of the entry's owner in the log, written there when first asked for."""
        entry = entry.owner()
        if entry.row < 0:
            entry.row = self._rows
            self._rows += 1
            shown = self.shown_path(entry.file)
            path = shown if shown is not None else library_path(entry.file)
            self._log.write(
                "code", entry.row, path, entry.file, entry.code.co_firstlineno, entry.qualname, entry.globals_name,
                shown is not None,
            )  # fmt: skip
        return entry.row

    def shown_path(self, file: str) -> str | None:
        """How a file in scope is shown; None for a file that is not."""
        if file not in self._shown:
            self._shown[file] = self._find_shown_path(file)
        return self._shown[file]

    def _find_shown_path(self, file: str) -> str | None:
        for folder in self._folders:
            if file == folder:
                return self._places[folder]
            if file.startswith(folder + os.sep):
                return f"{self._places[folder]}/{file[len(folder) + 1 :].replace(os.sep, '/')}"
        return None

    def kind_of(self, code: CodeType) -> int:
        """The kind that a code object is filed under."""
        if code.co_filename.startswith(_OWN_FOLDER):
            return OWN
        if self.shown_path(code.co_filename) is None:
            return OUTSIDE
        if code.co_name == "<module>":
            return MODULE
        is_body = not code.co_flags & _IS_OPTIMIZED
        if is_body or code.co_name in _COMPREHENSIONS or code.co_name.startswith("<generic parameters"):
            return FOLDED
        return FUNCTION


def plain_qualname(qualname: str) -> str:
    """A qualified name without ``<locals>``."""
    return qualname.replace(".<locals>", "")


def library_path(file: str) -> str:
    """A file out of scope relative to the import path entry it lies under; pseudo files as they are."""
    if file.startswith("<"):
        return file
    entries = [os.path.abspath(place) + os.sep for place in sys.path if place]
    longest = max((place for place in entries if file.startswith(place)), key=len, default="")
    return (file[len(longest) :] if longest else os.path.basename(file)).replace(os.sep, "/")


def _places_of(request: Request) -> list[tuple[str, str]]:
    given = [(root.location, root.display) for root in request.roots]
    return [(os.path.realpath(location), display) for location, display in given] + given


def _patterns_of(names: tuple[str, ...]) -> frozenset[str]:
    """Requested symbols or (parts of) qualified names, without the numbers that only the syntax knows."""
    return frozenset(re.sub(r"#\d+", "", name) for name in names)


def _is_named(patterns: frozenset[str], module: str, qualname: str) -> bool:
    if not patterns:
        return False
    parts = qualname.split(".")
    tails = {".".join(parts[index:]) for index in range(len(parts))}
    return f"{module}:{qualname}" in patterns or not patterns.isdisjoint(tails)


def _find_start(code: CodeType) -> int:
    raw = code.co_code
    return next((at for at in range(0, len(raw), 2) if raw[at] == _RESUME and raw[at + 1] & 3 == 0), 0)


def _complete(
    code: CodeType, place: tuple[int | None, int | None, int | None, int | None]
) -> tuple[int, int, int, int]:
    line, end_line, column, end_column = place
    line = code.co_firstlineno if line is None else line
    return (line, column or 0, line if end_line is None else end_line, end_column or 0)
