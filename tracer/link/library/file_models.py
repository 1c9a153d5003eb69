"""Files: only those that the scenario declares as data are ever read, and only as text.

A path that lies under a declared folder is known to exist; what else exists is a matter of the run.
"""

from __future__ import annotations

import json
import posixpath
from typing import TYPE_CHECKING

from tracer.link.frames import Arguments, Frame
from tracer.link.heap import Content
from tracer.link.values import (
    BOOL,
    NONE,
    NOTHING,
    STR,
    Const,
    Obj,
    Values,
    constant,
    join,
    known_constant,
    known_text,
    ordered,
    unknown,
)

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import Span


def _path(machine: Machine, arguments: Arguments) -> str | None:
    text = known_text(arguments.positional[0]) if arguments.positional else None
    return posixpath.normpath(text) if text is not None else None


def _is_data_folder(machine: Machine, path: str) -> bool:
    return any(name.startswith(f"{path}/") for name in machine.data)


def join_path(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``os.path.join``."""
    texts = [known_text(values) for values in arguments.positional]
    if texts and all(text is not None for text in texts) and not arguments.rest:
        return constant(posixpath.join(*(text for text in texts if text is not None)))
    return STR


def is_folder(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``os.path.isdir``."""
    path = _path(machine, arguments)
    if path is None:
        return BOOL
    return constant(True) if _is_data_folder(machine, path) else constant(False) if path in machine.data else BOOL


def is_file(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``os.path.isfile``."""
    path = _path(machine, arguments)
    if path is None:
        return BOOL
    return constant(True) if path in machine.data else constant(False) if _is_data_folder(machine, path) else BOOL


def exists(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``os.path.exists``."""
    path = _path(machine, arguments)
    return constant(True) if path is not None and (path in machine.data or _is_data_folder(machine, path)) else BOOL


def open_file(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``open`` of a declared file; its text is known."""
    names = arguments.positional[0] if arguments.positional else NOTHING
    paths = {posixpath.normpath(v.value) for v in names if isinstance(v, Const) and isinstance(v.value, str)}
    # A folder cannot be opened, so it is no candidate.
    files = sorted(path for path in paths if not _is_data_folder(machine, path))
    if len(files) != 1 or len(paths) != len(names) or files[0] not in machine.data:
        return unknown("a file that is not declared as data")
    made = machine.unique("io:TextIOWrapper", files[0])
    machine.heap.set((made.number, "text"), frozenset({Const("str", machine.data[files[0]].decode(), files[0])}))
    return frozenset({made})


def _text_of(machine: Machine, values: Values) -> Const | None:
    for value in ordered(values):
        if isinstance(value, Obj) and value.cls == "io:TextIOWrapper":
            cell = machine.heap.get((value.number, "text"))
            return known_constant(cell) if isinstance(cell, frozenset) else None
    return known_constant(values)


def load_json(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``json.load`` and ``json.loads`` of a declared file's text."""
    text = _text_of(machine, arguments.positional[0]) if arguments.positional else None
    if text is None or not isinstance(text.value, str):
        return unknown("JSON that is not declared as data")
    try:
        content = json.loads(text.value)
    except ValueError:
        return unknown("text that is not JSON")
    return _abstract(machine, content, text.origin, "", frame, span)


parse_json = load_json


def _abstract(machine: Machine, value: object, file: str, where: str, frame: Frame, span: Span) -> Values:
    if isinstance(value, dict):
        items = tuple(
            (key, _abstract(machine, item, file, f"{where}{key}", frame, span)) for key, item in value.items()
        )
        return machine.container("dict", ("json", file, where, span), frame, Content(items))
    if isinstance(value, list):
        items = tuple((i, _abstract(machine, item, file, f"{where}[{i}]", frame, span)) for i, item in enumerate(value))
        return machine.container("list", ("json", file, where, span), frame, Content(items))
    return constant(value, f"{file}, key {where}" if where else file)


def cached_file(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``cached_file`` of transformers: a declared file of a local folder; anything else is a matter of the run."""
    folder = known_text(arguments.at(0, "path_or_repo_id") or NOTHING)
    name = known_text(arguments.at(1, "filename") or NOTHING)
    subfolder = known_text(arguments.keywords.get("subfolder", constant(""))) or ""
    if folder is not None and name is not None:
        path = posixpath.normpath(posixpath.join(folder, subfolder, name))
        if path in machine.data:
            return constant(path)
    return join(STR, NONE)


def read_text(machine: Machine, receiver: Obj, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``file.read()``."""
    cell = machine.heap.get((receiver.number, "text"))
    return cell if isinstance(cell, frozenset) else BOOL
