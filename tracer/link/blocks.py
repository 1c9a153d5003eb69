"""Blocks of statements in program order, and the bodies they make up.

A block returns whether control may flow past its end. The kinds of statement register themselves here: see
``statements``, ``branches``, ``loops`` and ``handlers``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tracer.link.frames import AbstractRaiseError, Frame, Strays
from tracer.link.values import ABSENT, NONE, NOTHING, Values, join, unknown
from tracer.link.wording import wording_of
from tracer.model import code
from tracer.model.edges import Guard
from tracer.model.names import NO_SPAN

if TYPE_CHECKING:
    from tracer.link.machine import Machine

OPEN = "depends on data that only a run has"
"""Why a guard is undecided where only a run knows what it asks for."""
Env = dict[str, Values]
_Handler = TypeVar("_Handler", bound=Callable[..., bool])
_HANDLERS: dict[type, Callable[..., bool]] = {}


def handles(kind: type) -> Callable[[_Handler], _Handler]:
    """Register the function that walks one kind of statement; it returns whether control may flow on."""

    def register(function: _Handler) -> _Handler:
        _HANDLERS[kind] = function
        return function

    return register


def run_body(machine: Machine, frame: Frame, env: Env) -> Values:
    """Walk a function's body from ``env``; returns what it may return, with all exits' effects joined."""
    frame.env = env
    frame.returned = frame.yielded = NOTHING
    frame.exits, frame.loops, frame.guards = [], [], []
    frame.escapes, frame.strays, frame.allocated = set(), Strays(), set()
    frame.level = machine.heap.begin()
    machine.active.append(frame)
    frame.is_running = True
    try:
        if execute(machine, frame.scope.body, frame):
            frame.returned = join(frame.returned, NONE)
            frame.exits.append((frame.env, machine.heap.delta_since(frame.level)))
    except AbstractRaiseError as error:
        if not frame.exits:
            machine.heap.commit_to(frame.level)
            raise
        frame.escapes |= error.possible
        frame.strays.add(machine.heap.delta_since(frame.level), {})
    finally:
        machine.active.pop()
        frame.is_running = False
    if len(frame.exits) > 1 or not frame.exits or frame.exits[0][0] is not frame.env:
        machine.heap.undo_to(frame.level)
        machine.heap.merge([delta for _, delta in frame.exits])
        frame.env = join_envs([state for state, _ in frame.exits])
    else:
        machine.heap.commit_to(frame.level)
    if frame.scope.is_generator:
        return frame.yielded or unknown("a generator that never yields")
    return frame.returned


def execute(machine: Machine, block: tuple[code.Statement, ...], frame: Frame) -> bool:
    """Walk a block; guards that an early exit leaves behind hold to the block's end."""
    depth = len(frame.guards)
    try:
        for statement in block:
            machine.spend()
            exits, known = exits_of(frame), len(frame.guards)
            if not _HANDLERS[type(statement)](machine, statement, frame):
                return False
            if exits_of(frame) > exits and len(frame.guards) == known:
                frame.guards.append(_no_exit(statement, frame))
    except AbstractRaiseError as error:
        if error.frame is None:
            error.frame, error.stack, error.span = frame, tuple(machine.stack), getattr(statement, "span", None)
        raise
    else:
        return True
    finally:
        del frame.guards[depth:]


def exits_of(frame: Frame) -> int:
    """How many ways out of the function, or out of its loops, were found so far."""
    return len(frame.exits) + sum(len(loop.breaks) + len(loop.continues) for loop in frame.loops)


def _no_exit(statement: code.Statement, frame: Frame) -> Guard:
    """What holds behind a statement that some paths leave the block from."""
    match statement:
        case code.With(items=items):
            head = f"with {', '.join(wording_of(item.manager) for item in items)}"
        case code.For(text=text):
            head = f"for {text}"
        case code.If(text=text):
            head = f"if {text}"
        case code.While(text=text):
            head = f"while {text}"
        case _:
            head = type(statement).__name__.lower()
    span = getattr(statement, "span", NO_SPAN)
    return Guard(frame.module.place.path, span, f"no early exit from {head}", True, "undecided", OPEN)


def join_envs(envs: list[Env]) -> Env:
    """Join environments; a name that only some bind may be unbound."""
    if len(envs) == 1:
        return envs[0]
    names: dict[str, None] = {}
    for env in envs:
        names.update(dict.fromkeys(env))
    missing: Values = frozenset({ABSENT})
    joined: Env = {}
    for name in names:
        values = NOTHING
        for env in envs:
            values = join(values, env.get(name, missing))
        joined[name] = values
    return joined
