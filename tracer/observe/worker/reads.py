"""Loads of watched attributes: where, from which class, how often.

A load of a watched name in a rewritten module (``targets``) says so the moment before it happens: ``x.name`` is
``LOAD(x, "name").name``, where LOAD gives ``x`` back, so that the load itself is the interpreter's own, property, slot,
``__getattr__`` and missing attribute alike. ``getattr`` and ``hasattr`` called there by name go through GETTER. What is
asked for counts as read, whether it was there or not: ``hasattr`` is a question about the name.

Not seen: a read under another name for ``getattr``, through ``operator.attrgetter``, a class pattern, an annotation or
the object's ``__dict__``, and what code does that nothing rewrites: it mentions no watched name, or is written in C.
"""

from __future__ import annotations

import builtins
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from .class_table import ClassTable, is_class
from .codes import CodeTable, Position
from .faults import Faults
from .log import Counters, Log
from .writes import Writes

LOAD = "__tracer_load__"
GETTER = "__tracer_getter__"
GETTERS = frozenset({"getattr", "hasattr"})

_ReadKey = tuple[str, int, int, Position]


class Reads:
    """Files loads of the attributes whose stores are watched."""

    def __init__(
        self, writes: Writes, codes: CodeTable, classes: ClassTable, log: Log, counters: Counters, faults: Faults
    ) -> None:
        self.wants = writes.wants
        self._codes = codes
        self._classes = classes
        self._log = log
        self._counters = counters
        self._faults = faults
        self._seen: dict[_ReadKey, int] = {}
        self._lock = threading.RLock()

    def file(self, target: object, name: str, frame: FrameType) -> None:
        """Record that ``frame`` is about to load ``target.name``."""
        with self._faults, self._lock:
            entry = self._codes.of_frame(frame)
            position = entry.position(frame.f_lasti)
            owner = self._classes.row_of(_owner_of(target))
            key = (name, owner, id(entry), position)
            slot = self._seen.get(key)
            if slot is not None:
                self._counters.view[slot] += 1
                return
            self._seen[key] = slot = self._counters.add()
            self._log.write("read", slot, name, owner, self._codes.row_of(entry), position)


def install(reads: Reads) -> None:
    """Make the stand-ins available to rewritten modules."""
    plain = {builtins.getattr: _telling(builtins.getattr, reads), builtins.hasattr: _telling(builtins.hasattr, reads)}

    def load(target: Any, name: str) -> Any:
        if reads.wants(name):
            reads.file(target, name, sys._getframe(1))
        return target

    def getter(function: Any) -> Any:
        # Compared by identity: what the program calls `getattr` may be anything, unhashable too.
        return next((telling for known, telling in plain.items() if known is function), function)

    vars(builtins)[LOAD] = load
    vars(builtins)[GETTER] = getter


def _telling(function: Callable[..., Any], reads: Reads) -> Callable[..., Any]:
    """``getattr`` or ``hasattr`` that says what it is asked for."""

    def tell(*arguments: Any) -> Any:
        if len(arguments) > 1 and reads.wants(arguments[1]):
            reads.file(arguments[0], arguments[1], sys._getframe(1))
        return function(*arguments)

    return tell


def _owner_of(target: Any) -> type:
    """The class that an attribute is read of: a class itself, the object's behind ``super()``, else the object's."""
    if type(target) is super:
        target = super.__self_class__.__get__(target)  # type: ignore[attr-defined]
    return target if is_class(target) else type(target)
