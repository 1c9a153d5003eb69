"""Classes as the log numbers them, and what the interpreter really knows about them.

Metaclasses may override attribute access, hashing and comparison. Everything here goes through ``type``'s own
descriptors and through identities, so that looking at a class never runs a line of its code.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from types import FunctionType, MethodType
from typing import Any

from .log import Log

_MRO = type.__dict__["__mro__"].__get__
_NAMESPACE = type.__dict__["__dict__"].__get__
_NAME = type.__dict__["__name__"].__get__
_QUALNAME = type.__dict__["__qualname__"].__get__
_MODULE = type.__dict__["__module__"].__get__


def mro_of(cls: type) -> tuple[type, ...]:
    """The class's method resolution order."""
    return tuple(_MRO(cls) or (cls,))


def namespace_of(cls: type) -> Mapping[str, Any]:
    """The class's own attributes."""
    namespace: Mapping[str, Any] = _NAMESPACE(cls)
    return namespace


def own_name_of(cls: type) -> str:
    """The class's bare name."""
    return str(_NAME(cls))


def name_of(cls: type) -> tuple[str, str]:
    """The class's module and qualified name, ``?`` where a class has put something else there."""
    try:
        module = _MODULE(cls)
    except AttributeError:
        module = "?"
    return (module if type(module) is str else "?", _QUALNAME(cls).replace("<locals>.", ""))


def is_class(value: object) -> bool:
    """Whether ``value`` is a class, without asking it (``isinstance`` consults ``__class__``)."""
    return has_base(type(value), type)


def has_base(cls: type, base: type) -> bool:
    """Whether ``base`` is in the class's method resolution order."""
    return is_one_of(base, mro_of(cls))


def is_one_of(cls: type, classes: tuple[type, ...]) -> bool:
    """``cls in classes``, which would ask a metaclass's ``__eq__``."""
    return any(known is cls for known in classes)


def functions_of(value: object, name: str) -> Iterator[FunctionType]:
    """The Python functions behind the class attribute ``name``, the outermost wrapper first, the written one last."""
    seen: set[int] = set()
    pending = [value]
    while pending:
        item = pending.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if type(item) is FunctionType:
            yield item
        pending.extend(reversed(_wrapped_in(item, name)))


def _wrapped_in(item: Any, name: str) -> list[Any]:
    kind = type(item)
    if kind is FunctionType:
        return _wrapped_by_function(item, name)
    if is_one_of(kind, (staticmethod, classmethod, MethodType)):
        return [item.__func__]
    if kind is property:
        return [part for part in (item.fget, item.fset, item.fdel) if part is not None]
    if is_one_of(kind, (functools.partial, functools.partialmethod, functools.cached_property)):
        return [item.func]
    return []


def _wrapped_by_function(function: FunctionType, name: str) -> list[Any]:
    """What ``functools.wraps`` left behind, or a closed-over function ``name`` for a decorator that does without."""
    if (wrapped := function.__dict__.get("__wrapped__")) is not None:
        return [wrapped]
    found = []
    for cell in function.__closure__ or ():
        try:
            content = cell.cell_contents
        except ValueError:  # an empty cell: a name not bound yet
            continue
        if type(content) is FunctionType and content.__code__.co_name == name:
            found.append(content)
    return found


class ClassTable:
    """The classes that records refer to, by number."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._rows: dict[int, int] = {}
        self.classes: list[type] = []

    def row_of(self, cls: type) -> int:
        """The class's number in the log, written there when first asked for."""
        row = self._rows.get(id(cls))
        if row is None:
            row = self._rows[id(cls)] = len(self.classes)
            self.classes.append(cls)
            self._log.write("class", row, *name_of(cls))
        return row
