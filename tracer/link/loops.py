"""Loops: item by item where the items are known, else until a round changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tracer.link.assignment import assign
from tracer.link.blocks import Env, execute, handles, join_envs
from tracer.link.branches import guard_of
from tracer.link.evaluation import UNROLL, evaluate
from tracer.link.frames import AbstractRaiseError, Frame, LoopExits
from tracer.link.iteration import definite_items, iterate
from tracer.link.truth import ask_truth
from tracer.link.values import Values
from tracer.model import code
from tracer.model.edges import Guard

if TYPE_CHECKING:
    from tracer.link.heap import Cell, Location
    from tracer.link.machine import Machine

LOOP_ROUNDS = 4


@handles(code.For)
def _for(machine: Machine, node: code.For, frame: Frame) -> bool:
    iterable = evaluate(machine, node.iterable, frame)
    items = definite_items(machine, iterable, UNROLL)
    guard = guard_of(machine, f"for {node.text}", node.span, True, None, frame)
    if items is not None:
        guard = Guard(guard.path, guard.span, guard.text, True, "true" if items else "false")
        return _unrolled(machine, node, items, guard, frame)
    values = iterate(machine, iterable, frame, node.span)

    def bind() -> None:
        assign(machine, node.target, values, frame, node.span)

    return _loop(machine, frame, bind, node.body, node.orelse, guard)


def _unrolled(machine: Machine, node: code.For, items: list[Values], guard: Guard, frame: Frame) -> bool:
    breaks: list[tuple[Env, dict[Location, Cell]]] = []
    base = machine.heap.begin()
    for item in items:
        exits = LoopExits(machine.heap.begin())
        base_of_iteration = exits.level
        frame.loops.append(exits)
        frame.guards.append(guard)
        try:
            assign(machine, node.target, item, frame, node.span)
            alive = execute(machine, node.body, frame)
        finally:
            frame.guards.pop()
            frame.loops.pop()
        # A state that left by `break` is taken relative to the loop's start, so that all of them can be joined there.
        for env, delta in exits.breaks:
            breaks.append((env, {**machine.heap.delta_between(base, base_of_iteration), **delta}))
        states = list(exits.continues)
        if alive:
            states.append((frame.env, machine.heap.delta_since(base_of_iteration)))
        machine.heap.undo_to(base_of_iteration)
        if not states:
            frame.env, alive = frame.env, False
            return _after_loop(machine, frame, base, breaks, None)
        machine.heap.merge([delta for _, delta in states])
        frame.env = join_envs([env for env, _ in states])
    alive = execute(machine, node.orelse, frame) if node.orelse else True
    return _after_loop(machine, frame, base, breaks, frame.env if alive else None)


def _after_loop(
    machine: Machine, frame: Frame, base: int, breaks: list[tuple[Env, dict[Location, Cell]]], env: Env | None
) -> bool:
    states = list(breaks)
    if env is not None:
        states.append((env, machine.heap.delta_since(base)))
    machine.heap.undo_to(base)
    if not states:
        return False
    machine.heap.merge([delta for _, delta in states])
    frame.env = join_envs([state for state, _ in states])
    return True


def _loop(
    machine: Machine,
    frame: Frame,
    bind: Callable[[], None],
    body: tuple[code.Statement, ...],
    orelse: tuple[code.Statement, ...],
    guard: Guard | None,
) -> bool:
    """Walk a body whose number of rounds is not known until a round changes nothing."""
    breaks: list[tuple[Env, dict[Location, Cell]]] = []
    base = machine.heap.begin()
    for _ in range(LOOP_ROUNDS):
        before = dict(frame.env)
        exits = LoopExits(machine.heap.begin())
        frame.loops.append(exits)
        if guard is not None:
            frame.guards.append(guard)
        alive = False
        depth = len(frame.exits)
        raised: AbstractRaiseError | None = None
        try:
            bind()
            alive = execute(machine, body, frame)
        except AbstractRaiseError as error:
            raised = error
        finally:
            if guard is not None:
                frame.guards.pop()
            frame.loops.pop()
        breaks.extend((env, {**machine.heap.delta_between(base, exits.level), **delta}) for env, delta in exits.breaks)
        states = list(exits.continues)
        if alive:
            states.append((frame.env, machine.heap.delta_since(exits.level)))
        machine.heap.undo_to(exits.level)
        if raised is not None and not states and not breaks and len(frame.exits) == depth and guard is None:
            machine.heap.undo_to(base)
            raise raised
        if raised is not None:
            frame.escapes.add(raised.exception)
        machine.heap.merge([{}, *(delta for _, delta in states)])
        frame.env = join_envs([before, *(env for env, _ in states)])
        if frame.env == before:
            break
    alive = execute(machine, orelse, frame) if orelse else True
    return _after_loop(machine, frame, base, breaks, frame.env if alive else None)


@handles(code.While)
def _while(machine: Machine, node: code.While, frame: Frame) -> bool:
    value = ask_truth(machine, evaluate(machine, node.test, frame), frame, node.span)
    guard = guard_of(machine, node.text, node.span, True, value, frame)
    if value is False:
        return execute(machine, node.orelse, frame)
    endless = isinstance(node.test, code.Const) and bool(node.test.value)

    def bind() -> None:
        evaluate(machine, node.test, frame)

    if not endless:
        return _loop(machine, frame, bind, node.body, node.orelse, guard)
    has_break = _has_break(node.body)
    alive = _loop(machine, frame, bind, node.body, (), guard)
    return alive and has_break


def _has_break(block: tuple[code.Statement, ...]) -> bool:
    for statement in block:
        if isinstance(statement, code.Jump) and statement.kind == "break":
            return True
        for name in ("body", "orelse", "final"):
            if isinstance(statement, code.For | code.While) and name == "body":
                continue
            if _has_break(getattr(statement, name, ())):
                return True
        for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            if _has_break(part.body):
                return True
    return False
