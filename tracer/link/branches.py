"""Branches: a condition that is known picks one, else each is walked on its own log of the heap and joined.

What dominates a place is kept on the frame's stack of guards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tracer.link.blocks import OPEN, Env, execute, exits_of, handles, join_envs
from tracer.link.evaluation import evaluate
from tracer.link.frames import AbstractRaiseError, Frame, raise_first
from tracer.link.narrowing import narrow
from tracer.link.truth import ask_truth, truth_of
from tracer.link.wording import wording_of
from tracer.model import code
from tracer.model.edges import Guard

if TYPE_CHECKING:
    from tracer.link.heap import Cell, Location
    from tracer.link.machine import Machine
    from tracer.model.names import Span

FLOWS, LEAVES, RAISES, DEAD = "flows", "leaves", "raises", "dead"


def guard_of(machine: Machine, text: str, span: Span, branch: bool, value: bool | None, frame: Frame) -> Guard:
    """The guard for one branch of a condition, and note of it for the trace."""
    word = "undecided" if value is None else "true" if value else "false"
    reason = "" if value is not None else OPEN
    guard = Guard(frame.module.place.path, span, text, branch, word, reason)
    if machine.in_scope(frame.module.name):
        key = (machine.site(frame, span, "guard"), branch)
        known = machine.recorder.guards.get(key)
        if known is not None and known.value != word:
            guard = Guard(guard.path, span, text, branch, "undecided", "differs from call to call")
            machine.recorder.guards[key] = guard
            return Guard(guard.path, span, text, branch, word, reason)
        machine.recorder.guards[key] = guard
    return guard


def open_guard(text: str, span: Span, branch: bool, frame: Frame) -> Guard:
    """A guard that no statement's condition stands for, and that only a run decides."""
    return Guard(frame.module.place.path, span, text, branch, "undecided", OPEN)


@contextmanager
def under_condition(test: code.Expr, branch: bool, span: Span, frame: Frame) -> Iterator[None]:
    """Walk under a condition within an expression, which only a run decides."""
    frame.guards.append(open_guard(wording_of(test), getattr(test, "span", span), branch, frame))
    try:
        yield
    finally:
        frame.guards.pop()


@handles(code.If)
def _if(machine: Machine, node: code.If, frame: Frame) -> bool:
    value = ask_truth(machine, evaluate(machine, node.test, frame), frame, node.span)
    if value is not None:
        frame.guards.append(guard_of(machine, node.text, node.span, value, value, frame))
        block = node.body if value else node.orelse
        alive = execute(machine, block, frame)
        other = node.orelse if value else node.body
        if not alive or not _leaves(other):
            frame.guards.pop()
        return alive

    def run(branch: bool) -> Callable[[], bool]:
        def walk() -> bool:
            if not narrow(machine, node.test, branch, frame):
                return False
            frame.guards.append(guard_of(machine, node.text, node.span, branch, None, frame))
            try:
                return execute(machine, node.body if branch else node.orelse, frame)
            finally:
                frame.guards.pop()

        return walk

    ways = alternatives(machine, frame, [run(True), run(False)])
    # What raises otherwise is no condition that a reader has to know of; what leaves otherwise is.
    if sorted(ways) == [FLOWS, LEAVES]:
        frame.guards.append(guard_of(machine, node.text, node.span, ways[0] == FLOWS, None, frame))
    return FLOWS in ways


def _leaves(block: tuple[code.Statement, ...]) -> bool:
    return bool(block) and (
        isinstance(block[-1], code.Return | code.Raise)
        or (isinstance(block[-1], code.Jump) and block[-1].kind != "pass")
        or (isinstance(block[-1], code.If) and _leaves(block[-1].body) and _leaves(block[-1].orelse))
    )


def alternatives(machine: Machine, frame: Frame, branches: list[Callable[[], bool]]) -> list[str]:
    """Walk alternatives from the same state and join those that control flows out of.

    Returns how each ends: ``FLOWS`` on, ``LEAVES`` (returns, breaks, continues), ``RAISES`` or is ``DEAD`` (its
    condition cannot hold). When all raise, the first one's exception goes on, from the state they leave together.
    """
    heap = machine.heap
    env = frame.env
    ways: list[str] = []
    envs: list[Env] = []
    deltas: list[dict[Location, Cell]] = []
    errors: list[AbstractRaiseError] = []
    ended: list[tuple[Env, dict[Location, Cell]]] = []
    for walk in branches:
        frame.env = dict(env)
        level = heap.begin()
        exits = exits_of(frame)
        try:
            if walk():
                ways.append(FLOWS)
                envs.append(frame.env)
                deltas.append(heap.delta_since(level))
            else:
                ways.append(LEAVES if exits_of(frame) > exits else DEAD)
        except AbstractRaiseError as error:
            errors.append(error)
            ended.append((frame.env, heap.delta_since(level)))
            ways.append(LEAVES if exits_of(frame) > exits else RAISES)
        finally:
            heap.undo_to(level)
    if envs:
        heap.merge(deltas)
        frame.env = join_envs(envs)
    elif errors and LEAVES not in ways:
        heap.merge([delta for _, delta in ended])
        frame.env = join_envs([state for state, _ in ended])
        raise_first(errors)
    else:
        frame.env = env
    for failed, (state, delta) in zip(errors, ended, strict=True):
        frame.escapes |= failed.possible
        frame.strays.add(delta, {name: values for name, values in state.items() if env.get(name) is not values})
    return ways


@handles(code.Match)
def _match(machine: Machine, node: code.Match, frame: Frame) -> bool:
    from tracer.link.matching import matches

    subject = evaluate(machine, node.subject, frame)

    def run(case: code.Case) -> Callable[[], bool]:
        def walk() -> bool:
            if matches(machine, case.pattern, subject, frame) is False:
                return False
            if case.guard is not None and truth_of(machine, evaluate(machine, case.guard, frame)) is False:
                return False
            frame.guards.append(guard_of(machine, case.text, case.span, True, None, frame))
            try:
                return execute(machine, case.body, frame)
            finally:
                frame.guards.pop()

        return walk

    return FLOWS in alternatives(machine, frame, [*(run(case) for case in node.cases), lambda: True])
