"""``with``: what it binds, what runs when it is left, and which exceptions it keeps from going further.

A context manager made of a generator has no ``__exit__`` to call: the statement's body is walked where the generator
waits, so that what it does before and after, its ``finally`` and its handlers come out in the order of a run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tracer.link.assignment import assign
from tracer.link.attributes import own_method
from tracer.link.blocks import Env, execute, handles, join_envs
from tracer.link.branches import FLOWS, alternatives, open_guard
from tracer.link.evaluation import evaluate
from tracer.link.frames import AbstractRaiseError, Arguments, Frame
from tracer.link.handlers import catches
from tracer.link.iteration import await_value
from tracer.link.regions import Region
from tracer.link.truth import truth_of
from tracer.link.values import (
    NONE,
    NOTHING,
    ClassRef,
    Obj,
    TupleValue,
    Typed,
    Value,
    Values,
    join,
    ordered,
    unknown,
)
from tracer.link.wording import wording_of
from tracer.model import code

if TYPE_CHECKING:
    from tracer.link.machine import Machine

GENERATOR, SUPPRESS = "contextlib:_GeneratorContextManager", "contextlib:suppress"


@handles(code.With)
def _with(machine: Machine, node: code.With, frame: Frame) -> bool:
    return _under(machine, node, 0, frame)


def _under(machine: Machine, node: code.With, index: int, frame: Frame) -> bool:
    """Walk the managers from ``index`` on, and the body under them."""
    if index == len(node.items):
        return execute(machine, node.body, frame)
    managers = evaluate(machine, node.items[index].manager, frame)
    ways: list[Callable[[], bool]] = []
    passive: set[Value] = set()
    for value in ordered(managers):
        if isinstance(value, Obj) and value.cls == GENERATOR:
            generators = machine.heap.get((value.number, "gen"))
            found = ordered(generators if isinstance(generators, frozenset) else ())
            ways.extend(_suspended(machine, node, index, generator, frame) for generator in found)
        elif isinstance(value, Obj) and _is_active(machine, value, is_async=node.is_async):
            ways.append(_managed(machine, node, index, value, frame, is_alone=len(managers) == 1))
        else:
            passive.add(value)
    if passive or not ways:
        ways.append(_unmanaged(machine, node, index, frozenset(passive), frame))
    return ways[0]() if len(ways) == 1 else FLOWS in alternatives(machine, frame, ways)


def _bind(machine: Machine, item: code.WithItem, values: Values, frame: Frame) -> None:
    if item.target is not None:
        assign(machine, item.target, values, frame, item.span)


def _is_active(machine: Machine, value: Obj, *, is_async: bool) -> bool:
    """Whether entering or leaving it runs code that can be walked."""
    found = (_method(machine, value, name, is_async=is_async) for name in ("enter", "exit"))
    return value.cls == SUPPRESS or any(found)


def _method(machine: Machine, value: Obj, name: str, *, is_async: bool) -> Values:
    return own_method(machine, value, f"__{'a' if is_async else ''}{name}__")


# --- managers that are not walked ------------------------------------------------------------------------------------


def _unmanaged(machine: Machine, node: code.With, index: int, managers: Values, frame: Frame) -> Callable[[], bool]:
    def walk() -> bool:
        entered = NOTHING
        for value in managers:
            kept = isinstance(value, Typed | Obj)
            entered = join(entered, frozenset({value}) if kept else unknown("what a context manager returns"))
        _bind(machine, node.items[index], entered, frame)
        return _under(machine, node, index + 1, frame)

    return walk


# --- managers with methods of their own ------------------------------------------------------------------------------


def _managed(
    machine: Machine, node: code.With, index: int, manager: Obj, frame: Frame, *, is_alone: bool
) -> Callable[[], bool]:
    item = node.items[index]

    def call(name: str, arguments: Arguments) -> Values:
        frame.alternatives += not is_alone
        try:
            return _call(machine, manager, name, arguments, node, index, frame)
        finally:
            frame.alternatives -= not is_alone

    def leave(error: AbstractRaiseError | None) -> bool | None:
        """Run what leaving runs; whether the exception goes no further."""
        if manager.cls == SUPPRESS:
            return _suppresses(machine, manager, error)
        given = _exception_arguments(error)
        returned = call("exit", given)
        return truth_of(machine, returned)

    def walk() -> bool:
        entered = call("enter", Arguments())
        _bind(machine, item, entered, frame)
        region = Region(machine, frame, lambda: _under(machine, node, index + 1, frame))
        verdicts: list[bool | None] = []

        def pass_on() -> bool:
            verdicts.append(leave(None))
            return True

        failed = region.leave(pass_on)
        frame.escapes |= region.error.possible if region.error is not None and region.has_exits else set()
        if region.error is not None and not region.has_exits:
            region.resume()
            return _after_error(region, region.error, leave(region.error), frame)

        def normal() -> bool:
            if region.flows:
                region.resume()
                return pass_on()
            return False

        def early() -> bool:
            if not verdicts or all(verdict is False for verdict in verdicts):
                return False
            region.resume_anywhere()
            leave(None)
            return True

        ways = alternatives(machine, frame, [normal, early])
        if not verdicts or verdicts[-1] is not True:
            region.let_escape()
        if FLOWS not in ways and failed is not None and not region.has_exits:
            raise failed
        if ways[0] != FLOWS and ways[1] == FLOWS:
            text = f"{wording_of(item.manager)} keeps an exception"
            frame.guards.append(open_guard(text, item.span, True, frame))
        return FLOWS in ways

    return walk


def _after_error(region: Region, error: AbstractRaiseError, kept: bool | None, frame: Frame) -> bool:
    """Go on behind a body that raised for certain, where the exception may have been kept."""
    if kept is False:
        region.let_escape()
        raise error
    if kept is None:
        region.let_escape()
        frame.escapes |= error.possible
    return True


def _exception_arguments(error: AbstractRaiseError | None) -> Arguments:
    if error is None or error.others:
        given = unknown("an exception, or None")
        return Arguments([given, given, given])
    instances: Values = frozenset(value for value in error.values if isinstance(value, Obj))
    instance = instances or frozenset[Value]({Typed(error.exception)})
    return Arguments([frozenset({ClassRef(error.exception)}), instance, unknown("a traceback")])


def _suppresses(machine: Machine, manager: Obj, error: AbstractRaiseError | None) -> bool | None:
    cell = machine.heap.get((manager.number, "exceptions"))
    types = cell if isinstance(cell, frozenset) else unknown("exceptions that are not shown")
    if types == frozenset({TupleValue(())}):
        return False
    verdicts = {catches(machine, types, name) for name in (error.possible if error is not None else ())}
    return verdicts.pop() if len(verdicts) == 1 else None


def _call(
    machine: Machine, manager: Obj, name: str, arguments: Arguments, node: code.With, index: int, frame: Frame
) -> Values:
    """Call ``__enter__`` or ``__exit__``, awaited where the statement is ``async``."""
    method = _method(machine, manager, name, is_async=node.is_async)
    if not method:
        return frozenset({manager}) if name == "enter" else NONE
    span = node.items[index].span
    returned = machine.call(method, arguments, frame, span, "with")
    return await_value(machine, returned, frame, span) if node.is_async else returned


# --- managers made of generators -------------------------------------------------------------------------------------


def _handles_some(block: tuple[code.Statement, ...]) -> bool:
    """Whether a generator may handle what is raised where it waits."""
    parts = [part for statement in block for part in _blocks_of(statement)]
    return any(isinstance(statement, code.Try) and statement.handlers for statement in block) or any(
        map(_handles_some, parts)
    )


def _blocks_of(statement: code.Statement) -> list[tuple[code.Statement, ...]]:
    return [getattr(statement, name) for name in ("body", "orelse", "final") if getattr(statement, name, ())]


def _suspended(machine: Machine, node: code.With, index: int, generator: Value, frame: Frame) -> Callable[[], bool]:
    """The walk of a generator with the statement's body in place of its ``yield``."""
    item = node.items[index]

    def walk() -> bool:
        start = dict(frame.env)
        envs: list[Env] = []
        flows: list[bool] = []
        pending: list[tuple[list[tuple[Env, dict]], int]] = []  # type: ignore[type-arg]
        depth, running = len(machine.stack), len(machine.active)

        def body(waiting: Frame, yielded: Values) -> None:
            stack, active = machine.stack, machine.active
            machine.stack, machine.active = stack[:depth], active[:running]
            frame.env = dict(start)
            try:
                _bind(machine, item, yielded, frame)
                region = Region(machine, frame, lambda: _under(machine, node, index + 1, frame))
                waiting.escapes |= region.escapes
                waiting.strays.add(region.strays.cells, {})
                if region.error is not None and not region.has_exits:
                    region.resume()
                    envs.append(frame.env)
                    flows.append(True)
                    raise region.error
                if (region.escapes or region.error is not None) and _handles_some(waiting.scope.body):
                    envs.append(region.env_anywhere())
                    flows.append(True)
                pending.extend((states, level) for states, level, _ in region.resume_together())
                envs.append(frame.env)
                flows.append(region.flows)
                if region.error is not None:
                    waiting.escapes |= region.error.possible
            finally:
                machine.stack, machine.active = stack, active

        if not isinstance(generator, Obj):
            return _unmanaged(machine, node, index, frozenset({generator}), frame)()
        try:
            machine.resume_generator(generator, frame, item.span, body)
        finally:
            frame.env = dict(join_envs(envs)) if envs else start
        if not envs:
            return _unmanaged(machine, node, index, unknown("what a generator yields"), frame)()
        for states, level in pending:
            states.append((dict(frame.env), machine.heap.delta_since(level)))
        return any(flows)

    return walk
