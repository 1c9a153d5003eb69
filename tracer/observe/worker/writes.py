"""Stores to watched attributes: where, on which class, what, and whether the first on that object.

The ways a store is noticed live elsewhere (``setters``: classes that define ``__setattr__``, and ``setattr`` itself;
``targets``: rewritten modules; generated ``__init__``s here) and overlap. A store is one however many of them notice
it: whatever happens to the same attribute of the same object while a store is under way is part of that store. An
``__setattr__`` that forwards to another name (transformers' ``attribute_map``) is a second store at the same site.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType, MemberDescriptorType
from typing import Any

from .class_table import ClassTable, is_class, is_one_of, mro_of, namespace_of, own_name_of
from .codes import OWN, CodeTable, Position
from .faults import Faults
from .log import Counters, Log
from .receivers import first_arguments
from .request import Request
from .stacks import Stacks

_PRIMITIVES = (str, bytes, int, float, complex, bool, type(None))
_LONGEST = 80
_MODULE_TABLES = ("_parameters", "_buffers", "_modules")
"""Where ``torch.nn.Module`` keeps attributes that are not in the instance's own namespace."""

_IMPORT_SYSTEM = "<frozen importlib"

DELETED = object()
"""Stands for the value of a ``del``."""

_WriteKey = tuple[str, int, int, Position, bool]


class Store:
    """One store under way; filed when left without an exception, unless it is part of another."""

    __slots__ = ("_is_part", "_writes", "frame", "is_first", "name", "target", "value")

    def __init__(self, writes: Writes, target: object, name: str, value: object, frame: FrameType) -> None:
        self._writes = writes
        self.target = target
        self.name = name
        self.value = value
        self.frame = frame

    def __enter__(self) -> None:
        stores = self._writes.stores_under_way()
        outer = [store for store in stores if store.target is self.target]
        self._is_part = any(store.name == self.name for store in outer)
        if outer:
            self.frame = outer[0].frame
        self.is_first = self._writes.is_first(self.target, self.name)
        stores.append(self)

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        self._writes.stores_under_way().pop()
        if kind is None and not self._is_part:
            self._writes.file(self)


class Writes:
    """Files stores to watched attributes as they succeed."""

    def __init__(
        self, request: Request, codes: CodeTable, classes: ClassTable, stacks: Stacks, log: Log, counters: Counters,
        faults: Faults,
    ) -> None:  # fmt: skip
        self.watched = None if request.attributes is None else frozenset(request.attributes)
        self._request = request
        self._codes = codes
        self._classes = classes
        self._stacks = stacks
        self._log = log
        self._counters = counters
        self._faults = faults
        self._seen: dict[_WriteKey, int] = {}
        self._firsts: set[tuple[int, str]] = set()
        self._under_way = threading.local()
        self._lock = threading.RLock()

    def wants(self, name: object) -> bool:
        """Whether stores to the attribute ``name`` are recorded."""
        is_watched = type(name) is str and (self.watched is None or name in self.watched)
        return is_watched and not getattr(self._under_way, "paused", False)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Record nothing that this thread stores meanwhile: it is the recorder's own work."""
        self._under_way.paused = True
        try:
            yield
        finally:
            self._under_way.paused = False

    def store(self, target: object, name: str, value: object, frame: FrameType) -> Store:
        """A context around the store of ``value`` in ``target.name`` that ``frame`` issues."""
        return Store(self, target, name, value, frame)

    def stores_under_way(self) -> list[Store]:
        """The stores that this thread is in the middle of, outermost first."""
        stores: list[Store] = self._under_way.__dict__.setdefault("stores", [])
        return stores

    def is_first(self, target: object, name: str) -> bool:
        """Whether the object does not hold the attribute yet."""
        with self._faults:
            return not _has_own(target, name)
        return False

    def file(self, store: Store) -> None:
        """Record a store that succeeded."""
        with self._faults, self._lock:
            self._file(store.target, store.name, store.value, store.frame, is_first=store.is_first)

    def made(self, target: object, name: str, value: object, frame: FrameType) -> None:
        """Record an attribute that an object was made with, by code that stores nothing."""
        with self._faults, self._lock:
            self._file(target, name, value, frame, is_first=True)

    def generated(self, frame: FrameType) -> None:
        """Record the fields that a dataclass's generated ``__init__`` is about to store, where nothing else can."""
        code = frame.f_code
        (target,) = first_arguments(frame, code.co_varnames[:1])
        fields = _lookup(type(target), "__dataclass_fields__")
        names = tuple(name for name in code.co_varnames[1 : _count_arguments(code)] if self.wants(name))
        caller = frame.f_back
        if type(fields) is not dict or not names or caller is None or not _stores_unseen(type(target)):
            return
        for name, value in zip(names, first_arguments(frame, names), strict=True):
            if name in fields:
                with self._lock:
                    self._file(target, name, value, caller, is_first=True)

    def _file(self, target: Any, name: str, value: object, frame: FrameType, *, is_first: bool) -> None:
        place: FrameType | None = frame
        while place is not None and self._codes.of_frame(place).kind == OWN:
            place = place.f_back
        if place is None or place.f_code.co_filename.startswith(_IMPORT_SYSTEM):
            return  # a submodule bound in its package is no attribute that code sets
        entry = self._codes.of_frame(place)
        position = entry.position(place.f_lasti)
        owner = self._classes.row_of(target if is_class(target) else type(target))
        key = (name, owner, id(entry), position, is_first)
        if (slot := self._seen.get(key)) is not None:
            self._counters.view[slot] += 1
            return
        stack = None
        if (owner, name) not in self._firsts:
            self._firsts.add((owner, name))
            stack = self._stacks.of_frame(place)
        self._seen[key] = slot = self._counters.add()
        shown = self.shown(value)
        self._log.write("write", slot, name, owner, self._codes.row_of(entry), position, shown, is_first, stack)

    def shown(self, value: object) -> str:
        """A short representation of ``value`` that runs none of its code: primitives as they are, others by type."""
        kind = type(value)
        if value is DELETED:
            return "<deleted>"
        if not is_one_of(kind, _PRIMITIVES):
            return f"<{own_name_of(kind)}>"
        if kind is int and abs(value) >> 256:  # type: ignore[arg-type]
            return "<int>"
        return self._request.mask(repr(value))[:_LONGEST]


def _count_arguments(code: CodeType) -> int:
    return int(code.co_argcount + code.co_kwonlyargcount)


def _lookup(cls: type, name: str) -> object:
    return next((namespace_of(base)[name] for base in mro_of(cls) if name in namespace_of(base)), None)


def _stores_unseen(cls: type) -> bool:
    """Whether a generated ``__init__`` stores by ``object.__setattr__``: the class has no other, or is frozen."""
    parameters = _lookup(cls, "__dataclass_params__")
    return _lookup(cls, "__setattr__") is object.__setattr__ or bool(getattr(parameters, "frozen", False))


def _has_own(target: Any, name: str) -> bool:
    """Whether the object itself already holds the attribute, looked up without running code of the program."""
    if is_class(target):
        return name in namespace_of(target)
    try:
        namespace = object.__getattribute__(target, "__dict__")
    except AttributeError:
        namespace = {}
    if type(namespace) is dict:
        if name in namespace:
            return True
        if any(_is_in(namespace.get(table), name) for table in _MODULE_TABLES):
            return True
    return _is_filled_slot(_lookup(type(target), name), target)


def _is_in(table: Any, name: str) -> bool:
    return issubclass(type(table), dict) and dict.__contains__(table, name)


def _is_filled_slot(slot: Any, target: object) -> bool:
    if type(slot) is not MemberDescriptorType:
        return False
    try:
        slot.__get__(target)
    except AttributeError:
        return False
    return True
