"""What a rewritten program calls to say where it is, and the edges that follow from it.

Each frame that says anything lies on its thread's shadow stack with the places it is in the middle of, innermost last.
A function's first statement reports that it has begun: the edge leads from the innermost place of the frame below. A
frame that speaks is on top; whatever was above it has ended or is suspended.
"""

from __future__ import annotations

import builtins
import dis
import sys
import threading
from collections.abc import Callable, Iterator
from types import (
    AsyncGeneratorType,
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    CodeType,
    CoroutineType,
    FrameType,
    FunctionType,
    GeneratorType,
    MethodDescriptorType,
    MethodType,
    MethodWrapperType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import Any, NamedTuple

STARTED, CREATED, OUTSIDE = "started", "created", "outside"
"""A body of the program begins; a generator or coroutine of it is made; something else (C, a library) is called."""


class Place(NamedTuple):
    """A place in the program: file, (line, column, end line, end column), the symbol around it, what stands there."""

    path: str
    span: tuple[int, int, int, int]
    caller: str
    form: str


class Spoken:
    """A frame on the shadow stack and the places it is in the middle of."""

    __slots__ = ("active", "frame")

    def __init__(self, frame: FrameType) -> None:
        self.frame = frame
        self.active: list[int] = []


class Recorder:
    """The edges of one run; ``write`` gets each once: (place, callee, kind)."""

    def __init__(self, write: Callable[[Place, str, str], None]) -> None:
        self.places: list[Place] = []
        self.symbols: list[str] = []
        self._write = write
        self._seen: set[tuple[Place, str, str]] = set()
        self._by_code: dict[CodeType, str] = {}
        self._pending: dict[FrameType, dict[int, list[object]]] = {}
        self._local = threading.local()

    def know(self, code: CodeType) -> None:
        """Take in the code of a rewritten module."""
        self._by_code.update(symbols_of(code, self.symbols))

    def install(self) -> None:
        """Make every ``say_*`` method a builtin of the rewritten program, as ``__witness_*__``."""
        for name in dir(self):
            if name.startswith("say_"):
                vars(builtins)[f"__witness_{name[4:]}__"] = getattr(self, name)

    # --- bodies ---

    def say_enter(self, symbol: int) -> None:
        """A body begins."""
        self._enter(sys._getframe(1), self.symbols[symbol])

    def say_module(self) -> None:
        """A module's body begins: importing is no call."""
        frame = sys._getframe(1)
        self._prune(frame)
        self._stack().append(Spoken(frame))

    def say_exit(self) -> None:
        """A body ends."""
        self._exit(sys._getframe(1))

    def say_body(self, symbol: int) -> None:
        """A lambda's body begins."""
        self._enter(sys._getframe(1), self.symbols[symbol])

    def say_result(self, _begun: None, value: Any) -> Any:
        """A lambda's body ends."""
        self._exit(sys._getframe(1))
        return value

    # --- places ---

    def say_at(self, place: int, value: Any) -> Any:
        """The frame is about to use ``value`` at a place."""
        self._spoken(sys._getframe(1)).active.append(place)
        return value

    def say_begin(self, place: int) -> None:
        """A statement that may call something begins."""
        self._spoken(sys._getframe(1)).active.append(place)

    def say_class(self, place: int) -> dict[str, Any]:
        """A class statement has its bases: keywords for it, which are none."""
        self._spoken(sys._getframe(1)).active.append(place)
        return {}

    def say_done(self, place: int, value: Any) -> Any:
        """What stands at a place is done."""
        self._done(sys._getframe(1), place)
        return value

    def say_reset(self) -> None:
        """A statement begins or has ended: the frame is in the middle of nothing."""
        self._spoken(sys._getframe(1)).active.clear()

    # --- calls ---

    def say_callee(self, place: int, function: Any) -> Any:
        """What is to be called at a place, before its arguments are made."""
        self._pending.setdefault(sys._getframe(1), {}).setdefault(place, []).append(function)
        return function

    def say_call(self, place: int) -> dict[str, Any]:
        """The arguments are made and the call begins: keywords for it, which are none."""
        frame = sys._getframe(1)
        if waiting := self._pending.get(frame, {}).get(place):
            self._called(place, waiting[-1])
        self._spoken(frame).active.append(place)
        return {}

    def say_returned(self, place: int, value: Any) -> Any:
        """A call has returned ``value``."""
        frame = sys._getframe(1)
        if waiting := self._pending.get(frame, {}).get(place):
            self._note_creation(place, waiting.pop(), value)
        self._done(frame, place)
        return value

    def say_decorator(self, place: int, function: Any) -> Any:
        """A decorator: a callable that does what ``function`` does, at the place."""

        def decorate(decorated: Any) -> Any:
            frame = sys._getframe(1)
            self._called(place, function)
            self._spoken(frame).active.append(place)
            value = function(decorated)
            self._done(frame, place)
            return value

        return decorate

    # --- protocols ---

    def say_loop(self, place: int, iterable: Any) -> Any:
        """What is iterated over: an iterator that asks ``iterable`` at the place."""
        frame = sys._getframe(1)
        self._spoken(frame).active.append(place)
        iterator = iter(iterable)
        self._done(frame, place)
        return _Loop(self, place, iterator)

    def say_mapping(self, place: int, mapping: Any) -> Any:
        """What ``**`` spreads; plain dictionaries stay themselves."""
        if type(mapping) is dict:
            return mapping
        frame = sys._getframe(1)
        self._spoken(frame).active.append(place)
        items = {key: mapping[key] for key in mapping.keys()}  # noqa: SIM118 - what `**` does
        self._done(frame, place)
        return items

    def say_async_loop(self, place: int, iterable: Any) -> Any:
        """What ``async for`` iterates over."""
        frame = sys._getframe(1)
        self._spoken(frame).active.append(place)
        iterator = type(iterable).__aiter__(iterable)
        self._done(frame, place)
        return _AsyncLoop(self, place, iterator)

    def say_manager(self, place: int, manager: Any) -> Any:
        """What ``with`` enters."""
        return _Manager(self, place, manager)

    def say_async_manager(self, place: int, manager: Any) -> Any:
        """What ``async with`` enters."""
        return _AsyncManager(self, place, manager)

    # --- the stack ---

    def _stack(self) -> list[Spoken]:
        stack: list[Spoken] = self._local.__dict__.setdefault("stack", [])
        return stack

    def _spoken(self, frame: FrameType) -> Spoken:
        stack = self._stack()
        for index in range(len(stack) - 1, -1, -1):
            if stack[index].frame is frame:
                del stack[index + 1 :]
                return stack[index]
        self._prune(frame)
        stack.append(Spoken(frame))
        return stack[-1]

    def _prune(self, frame: FrameType) -> None:
        """Drop the frames on top that are not running: suspended generators, and what an exception ended."""
        running = set()
        below = frame.f_back
        while below is not None:
            running.add(below)
            below = below.f_back
        stack = self._stack()
        while stack and stack[-1].frame not in running:
            stack.pop()

    def _enter(self, frame: FrameType, symbol: str) -> None:
        self._prune(frame)
        stack = self._stack()
        if stack:
            self._file(self._place_of(stack[-1]), symbol, STARTED)
        stack.append(Spoken(frame))

    def _exit(self, frame: FrameType) -> None:
        self._pending.pop(frame, None)
        stack = self._stack()
        while any(spoken.frame is frame for spoken in stack):
            stack.pop()

    def _done(self, frame: FrameType, place: int) -> None:
        active = self._spoken(frame).active
        while place in active:
            active.pop()

    def _place_of(self, spoken: Spoken) -> Place:
        if spoken.active:
            return self.places[spoken.active[-1]]
        code = spoken.frame.f_code
        return Place("", (0, 0, 0, 0), self._by_code.get(code, code.co_qualname), "unplaced")

    # --- what was called ---

    def _called(self, place: int, function: object) -> None:
        plain = function.__func__ if type(function) is MethodType else function
        if type(plain) is FunctionType and plain.__code__ in self._by_code:
            return  # its own first statement will tell
        if name := name_of(plain):
            self._file(self.places[place], name, OUTSIDE)

    def _note_creation(self, place: int, function: object, value: object) -> None:
        plain = function.__func__ if type(function) is MethodType else function
        code = _code_of(value)
        if type(plain) is FunctionType and code is plain.__code__ and code in self._by_code:
            self._file(self.places[place], self._by_code[code], CREATED)

    def _file(self, place: Place, callee: str, kind: str) -> None:
        if (place, callee, kind) not in self._seen:
            self._seen.add((place, callee, kind))
            self._write(place, callee, kind)


class _Loop:
    """An iterator that is asked at a place of whoever asks it."""

    def __init__(self, recorder: Recorder, place: int, iterator: Any) -> None:
        self._recorder, self._place, self._iterator = recorder, place, iterator

    def __iter__(self) -> _Loop:
        return self

    def __next__(self) -> Any:
        frame = sys._getframe(1)
        self._recorder._spoken(frame).active.append(self._place)
        try:
            return next(self._iterator)
        finally:
            self._recorder._done(frame, self._place)


class _AsyncLoop:
    """The same for ``async for``."""

    def __init__(self, recorder: Recorder, place: int, iterator: Any) -> None:
        self._recorder, self._place, self._iterator = recorder, place, iterator

    def __aiter__(self) -> _AsyncLoop:
        return self

    async def __anext__(self) -> Any:
        frame = sys._getframe(1)
        self._recorder._spoken(frame).active.append(self._place)
        try:
            return await type(self._iterator).__anext__(self._iterator)
        finally:
            self._recorder._done(frame, self._place)


class _Manager:
    """A context manager that is entered and left at a place."""

    def __init__(self, recorder: Recorder, place: int, manager: Any) -> None:
        self._recorder, self._place, self._manager = recorder, place, manager

    def __enter__(self) -> Any:
        frame = sys._getframe(1)
        self._recorder._spoken(frame).active.append(self._place)
        value = type(self._manager).__enter__(self._manager)
        self._recorder._done(frame, self._place)
        return value

    def __exit__(self, *raised: object) -> Any:
        frame = sys._getframe(1)
        self._recorder._spoken(frame).active[:] = [self._place]
        value = type(self._manager).__exit__(self._manager, *raised)
        self._recorder._done(frame, self._place)
        return value


class _AsyncManager:
    """The same for ``async with``."""

    def __init__(self, recorder: Recorder, place: int, manager: Any) -> None:
        self._recorder, self._place, self._manager = recorder, place, manager

    async def __aenter__(self) -> Any:
        frame = sys._getframe(1)
        self._recorder._spoken(frame).active.append(self._place)
        value = await type(self._manager).__aenter__(self._manager)
        self._recorder._done(frame, self._place)
        return value

    async def __aexit__(self, *raised: object) -> Any:
        frame = sys._getframe(1)
        self._recorder._spoken(frame).active[:] = [self._place]
        value = await type(self._manager).__aexit__(self._manager, *raised)
        self._recorder._done(frame, self._place)
        return value


def _code_of(value: object) -> Any:
    if type(value) is GeneratorType:
        return value.gi_code
    if type(value) is CoroutineType:
        return value.cr_code
    return value.ag_code if type(value) is AsyncGeneratorType else None


def name_of(value: Any) -> str:
    """A callable's name, ``module:qualname``; empty where it has none. Runs none of the program's code."""
    kind = type(value)
    if issubclass(kind, type):
        return _name_of_class(value)
    if kind in (MethodDescriptorType, WrapperDescriptorType, ClassMethodDescriptorType, MethodWrapperType):
        return f"{_name_of_class(value.__objclass__)}.{value.__name__}"
    if kind is BuiltinFunctionType:
        holder = value.__self__
        if holder is None or type(holder) is ModuleType:
            return f"{value.__module__ or 'builtins'}:{value.__name__}"
        return f"{_name_of_class(holder if isinstance(holder, type) else type(holder))}.{value.__name__}"
    if kind is FunctionType:
        return f"{value.__module__}:{value.__qualname__.replace('.<locals>', '')}"
    return "" if _is_called_in_python(kind) else f"{_name_of_class(kind)}.__call__"


def _name_of_class(cls: type) -> str:
    return f"{type.__getattribute__(cls, '__module__')}:{type.__getattribute__(cls, '__qualname__')}".replace(
        ".<locals>", ""
    )


def _is_called_in_python(kind: type) -> bool:
    """Whether calling an object of the class runs a Python function, which tells of itself or is not in scope."""
    return any(type(base.__dict__.get("__call__")) is FunctionType for base in type.__getattribute__(kind, "__mro__"))


def symbols_of(code: CodeType, symbols: list[str]) -> Iterator[tuple[CodeType, str]]:
    """Every function's code in a rewritten module's, with the symbol that its first statement says."""
    instructions = dis.get_instructions(code)
    for instruction in instructions:
        if instruction.argval in ("__witness_enter__", "__witness_body__"):
            constant = next(following for following in instructions if following.opname == "LOAD_CONST")
            yield code, symbols[constant.argval]
            break
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from symbols_of(part, symbols)
