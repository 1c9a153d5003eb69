"""Loops: item by item where the items are known, else until a round changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tracer.link.assignment import assign
from tracer.link.blocks import Env, execute, handles, join_envs
from tracer.link.branches import guard_of, open_guard
from tracer.link.containers import coarsen
from tracer.link.evaluation import UNROLL, evaluate
from tracer.link.frames import AbstractRaiseError, Frame, LoopExits
from tracer.link.iteration import definite_items, iterate, range_of
from tracer.link.truth import ask_truth
from tracer.link.values import Values, without_detail
from tracer.model import code
from tracer.model.edges import Guard, Unresolved

if TYPE_CHECKING:
    from tracer.link.heap import Cell, Location
    from tracer.link.machine import Machine
    from tracer.model.names import Span

    State = tuple[Env, dict[Location, Cell]]

LOOP_ROUNDS = 4
MOST_ROUNDS = 16


@handles(code.For)
def _for(machine: Machine, node: code.For, frame: Frame) -> bool:
    iterable = evaluate(machine, node.iterable, frame)
    items = definite_items(machine, iterable, UNROLL)
    guard = guard_of(machine, f"for {node.text}", node.span, True, None, frame)
    if items is not None:
        guard = Guard(guard.path, guard.span, guard.text, True, "true" if items else "false")
        return _unrolled(machine, node, items, guard, frame)
    size = range_of(iterable)
    if size is not None and not size:
        return execute(machine, node.orelse, frame)
    values = iterate(machine, iterable, frame, node.span)

    def bind() -> None:
        assign(machine, node.target, values, frame, node.span)

    if size:
        guard = Guard(guard.path, guard.span, guard.text, True, "true")
    return _loop(machine, frame, node, bind, guard, is_sure=bool(size))


def _unrolled(machine: Machine, node: code.For, items: list[Values], guard: Guard, frame: Frame) -> bool:
    breaks: list[State] = []
    base = machine.heap.begin()
    for item in items:

        def bind(item: Values = item) -> None:
            assign(machine, node.target, item, frame, node.span)

        states, error = _round(machine, frame, base, bind, node.body, guard, breaks)
        if error is not None and not states and not breaks:
            machine.heap.commit_to(base)
            raise error
        if error is not None:
            frame.escapes |= error.possible
        if not states:
            return _after_loop(machine, frame, base, breaks, None)
        machine.heap.merge([delta for _, delta in states])
        frame.env = join_envs([env for env, _ in states])
    return _finish(machine, frame, base, breaks, node.orelse, f"for {node.text}", node.span)


def _round(
    machine: Machine,
    frame: Frame,
    base: int,
    bind: Callable[[], None],
    body: tuple[code.Statement, ...],
    guard: Guard,
    breaks: list[State],
) -> tuple[list[State], AbstractRaiseError | None]:
    """Walk a loop's body once: the states in which it goes on, and what it raises if that is certain.

    The heap is taken back to the round's start unless the exception is all there is. States that left by ``break`` are
    added to ``breaks``, relative to the loop's start, so that they can be joined there.
    """
    exits = LoopExits(machine.heap.begin())
    frame.loops.append(exits)
    frame.guards.append(guard)
    returns = len(frame.exits)
    alive = False
    raised: AbstractRaiseError | None = None
    try:
        bind()
        alive = execute(machine, body, frame)
    except AbstractRaiseError as error:
        raised = error
    finally:
        frame.guards.pop()
        frame.loops.pop()
    breaks.extend((env, {**machine.heap.delta_between(base, exits.level), **delta}) for env, delta in exits.breaks)
    states = list(exits.continues)
    if alive:
        states.append((frame.env, machine.heap.delta_since(exits.level)))
    if raised is not None and (states or breaks or len(frame.exits) > returns):
        frame.strays.add(machine.heap.delta_since(exits.level), {})
    if raised is None or states or breaks:
        machine.heap.undo_to(exits.level)
    return states, raised


def _finish(
    machine: Machine,
    frame: Frame,
    base: int,
    breaks: list[State],
    orelse: tuple[code.Statement, ...],
    text: str,
    span: Span,
) -> bool:
    """Walk ``else``, which a ``break`` passes by, and join the ways out."""
    if not orelse:
        return _after_loop(machine, frame, base, breaks, frame.env)
    if breaks:
        frame.guards.append(open_guard(f"no break in {text}", span, True, frame))
    try:
        alive = execute(machine, orelse, frame)
    finally:
        if breaks:
            frame.guards.pop()
    return _after_loop(machine, frame, base, breaks, frame.env if alive else None)


def _after_loop(machine: Machine, frame: Frame, base: int, breaks: list[State], env: Env | None) -> bool:
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
    node: code.For | code.While,
    bind: Callable[[], None],
    guard: Guard,
    *,
    is_sure: bool,
) -> bool:
    """Walk a body whose number of rounds is not known until a round changes nothing.

    After ``LOOP_ROUNDS`` whatever still changes is widened; a loop not settled after ``MOST_ROUNDS`` is a bound.
    ``is_sure`` says that there is a first round.
    """
    breaks: list[State] = []
    base = machine.heap.begin()
    newest = len(machine.owners)
    for number in range(MOST_ROUNDS):
        before = dict(frame.env)
        returns = len(frame.exits)
        states, error = _round(machine, frame, base, bind, node.body, guard, breaks)
        if error is not None:
            if is_sure and number == 0 and not states and not breaks and len(frame.exits) == returns:
                machine.heap.commit_to(base)
                raise error
            if not states and not breaks:
                machine.heap.undo_to(base + 1)
            frame.escapes |= error.possible
        deltas = [{}, *(delta for _, delta in states)]
        merged = machine.heap.joined(deltas)
        frame.env = join_envs([before, *(env for env, _ in states)])
        changed = _changes(machine, merged, newest)
        if number >= LOOP_ROUNDS:
            for location in changed:
                merged[location] = coarsen(merged[location])
            frame.env = {name: _coarse(values, before.get(name)) for name, values in frame.env.items()}
            changed = _changes(machine, merged, newest)
        machine.heap.apply(merged)
        if not changed and frame.env == before:
            break
    else:
        site = machine.site(frame, node.span, "loop")
        reason = f"what this loop changes was still growing after {MOST_ROUNDS} rounds"
        machine.recorder.bounds.setdefault((site, "loop"), Unresolved(site, "loop", reason))
    text = node.text if isinstance(node, code.While) else f"for {node.text}"
    orelse = () if _is_endless(node) else node.orelse
    return _finish(machine, frame, base, breaks, orelse, text, node.span)


def _changes(machine: Machine, cells: dict[Location, Cell], newest: int) -> list[Location]:
    """The cells that would change, of objects older than the loop: newer ones show where those refer to them."""
    known = machine.heap.cells
    return [location for location, cell in cells.items() if location[0] < newest and known.get(location) != cell]


def _coarse(values: Values, before: Values | None) -> Values:
    return values if before is None or values <= before else frozenset(map(without_detail, values))


@handles(code.While)
def _while(machine: Machine, node: code.While, frame: Frame) -> bool:
    value = ask_truth(machine, evaluate(machine, node.test, frame), frame, node.span)
    guard = guard_of(machine, node.text, node.span, True, value, frame)
    if value is False:
        return execute(machine, node.orelse, frame)

    def bind() -> None:
        evaluate(machine, node.test, frame)

    alive = _loop(machine, frame, node, bind, guard, is_sure=value is True)
    return alive and (not _is_endless(node) or _has_break(node.body))


def _is_endless(node: code.For | code.While) -> bool:
    return isinstance(node, code.While) and isinstance(node.test, code.Const) and bool(node.test.value)


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
