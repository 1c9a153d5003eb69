"""Noticing stores by the methods that perform them.

Every class that defines ``__setattr__`` in Python gets it wrapped, as it comes into being: transformers 5 gives each
configuration class one of its own, so wrapping the bases alone misses one store in six. ``setattr`` and ``delattr`` are
wrapped too, for the objects whose class has none (library code that fills plain objects by name, ``argparse`` for one).
"""

from __future__ import annotations

import builtins
import functools
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

from .class_table import is_class, name_of, namespace_of
from .faults import Faults
from .writes import DELETED, Writes

_REGISTRATIONS = {("torch.nn.modules.module", "Module"): ("register_buffer", "register_parameter", "add_module")}
"""Methods that store the attribute named by their first argument without passing by ``__setattr__``."""


def install(writes: Writes, faults: Faults) -> Callable[[], None]:
    """Wrap every setter there is and every one that comes.

    A decorator may give a class its ``__setattr__`` after the class statement: what was made since is looked at again
    when the next class is made, and when the returned function is called (after each import). The wrappers stay for
    the life of the process: a class may be in use anywhere.
    """
    recent: list[type] = []

    def wrap_recent() -> None:
        with faults:
            while recent:
                _wrap_class(recent.pop(), writes)

    build_class = builtins.__build_class__

    def recording_build_class(*arguments: Any, **keywords: Any) -> Any:
        wrap_recent()
        cls: Any = build_class(*arguments, **keywords)
        if is_class(cls):
            with faults:
                _wrap_class(cls, writes)
                recent.append(cls)
        return cls

    original = builtins.setattr

    def recording_setattr(target: Any, name: str, value: Any, /) -> None:
        if not writes.wants(name):
            return original(target, name, value)
        with writes.store(target, name, value, sys._getframe(1)):
            original(target, name, value)
        return None

    original_delete = builtins.delattr

    def recording_delattr(target: Any, name: str, /) -> None:
        if not writes.wants(name):
            return original_delete(target, name)
        with writes.store(target, name, DELETED, sys._getframe(1)):
            original_delete(target, name)
        return None

    original(builtins, "delattr", functools.wraps(original_delete)(recording_delattr))
    original(builtins, "__build_class__", functools.wraps(build_class)(recording_build_class))
    original(builtins, "setattr", functools.wraps(original)(recording_setattr))
    with faults:
        for known in all_classes():
            _wrap_class(known, writes)
    return wrap_recent


def all_classes() -> list[type]:
    """Every class alive, found from ``object`` down; the order is that of creation below each base."""
    found: dict[int, type] = {id(object): object}
    pending: list[type] = [object]
    while pending:
        below: list[type] = type.__subclasses__(pending.pop())
        for cls in below:
            if id(cls) not in found:
                found[id(cls)] = cls
                pending.append(cls)
    return list(found.values())


def _wrap_class(cls: type, writes: Writes) -> None:
    namespace = namespace_of(cls)
    named = name_of(cls)
    if named[0].startswith(__name__.partition(".")[0] + "."):
        return
    for name in ("__setattr__", *_REGISTRATIONS.get(named, ())):
        original = namespace.get(name)
        if type(original) is FunctionType and original.__code__.co_filename != __file__:
            type.__setattr__(cls, name, _recording(original, writes))


def _recording(original: FunctionType, writes: Writes) -> FunctionType:
    """A setter that does what ``original`` does and files the store if it succeeds."""

    @functools.wraps(original)
    def setter(self: Any, *arguments: Any, **keywords: Any) -> Any:
        name = arguments[0] if arguments else None
        if not writes.wants(name):
            return original(self, *arguments, **keywords)
        value = arguments[1] if len(arguments) > 1 else None
        with writes.store(self, name, value, sys._getframe(1)):  # type: ignore[arg-type]
            return original(self, *arguments, **keywords)

    return setter  # type: ignore[return-value]
