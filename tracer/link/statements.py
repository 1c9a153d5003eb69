"""Walking statements in program order.

A block returns whether control may flow past its end. A branch whose condition is not known is walked both ways, each
on its own log of the heap, and joined; a loop is walked until nothing changes, or item by item where its items are
known. What dominates a place is kept on the frame's stack of guards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tracer.link.attributes import delete_attribute
from tracer.link.expressions import (
    assign,
    augment,
    definite_items,
    evaluate,
    iterate,
)
from tracer.link.frames import AbstractRaiseError, Frame, LoopExits
from tracer.link.imports import execute_import, execute_import_from
from tracer.link.narrowing import narrow
from tracer.link.truth import truth_of
from tracer.link.values import (
    ABSENT,
    NONE,
    NOTHING,
    ClassRef,
    Obj,
    TupleValue,
    Typed,
    Values,
    join,
    known_text,
    ordered,
    unknown,
)
from tracer.model import code
from tracer.model.edges import Guard

if TYPE_CHECKING:
    from tracer.link.heap import Cell, Location
    from tracer.link.machine import Machine
    from tracer.model.names import Span, SymbolId

LOOP_ROUNDS = 4
FLOWS, LEAVES, RAISES, DEAD = "flows", "leaves", "raises", "dead"
Env = dict[str, Values]


def run_body(machine: Machine, frame: Frame, env: Env) -> Values:
    """Walk a function's body from ``env``; returns what it may return, with all exits' effects joined."""
    frame.env = env
    frame.returned = frame.yielded = NOTHING
    frame.exits, frame.exit_envs, frame.loops, frame.guards = [], [], [], []
    frame.escapes = set()
    frame.level = machine.heap.begin()
    machine.active.append(frame)
    try:
        if execute(machine, frame.scope.body, frame):
            frame.returned = join(frame.returned, NONE)
            frame.exits.append(machine.heap.delta_since(frame.level))
            frame.exit_envs.append(frame.env)
    except AbstractRaiseError as error:
        if not frame.exits:
            machine.heap.undo_to(frame.level + 1)
            machine.heap.commit()
            raise
        frame.escapes.add(error.exception)
    finally:
        machine.active.pop()
    if len(frame.exits) > 1 or not frame.exit_envs or frame.exit_envs[0] is not frame.env:
        machine.heap.undo_to(frame.level)
        machine.heap.merge(frame.exits)
        frame.env = join_envs(frame.exit_envs)
    else:
        while len_logs(machine) > frame.level:
            machine.heap.commit()
    if frame.scope.is_generator:
        return frame.yielded or unknown("a generator that never yields")
    return frame.returned


def len_logs(machine: Machine) -> int:
    """How many logs the heap has open."""
    return machine.heap.depth


def execute(machine: Machine, block: tuple[code.Statement, ...], frame: Frame) -> bool:
    """Walk a block; guards that an early exit leaves behind hold to the block's end."""
    depth = len(frame.guards)
    try:
        for statement in block:
            machine.spend()
            if not _EXECUTE[type(statement)](machine, statement, frame):
                return False
    except AbstractRaiseError as error:
        if error.frame is None:
            error.frame, error.stack, error.span = frame, tuple(machine.stack), getattr(statement, "span", None)
        raise
    else:
        return True
    finally:
        del frame.guards[depth:]


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


# --- simple statements -----------------------------------------------------------------------------------------------


def _evaluate(machine: Machine, node: code.Evaluate, frame: Frame) -> bool:
    evaluate(machine, node.value, frame)
    return True


def _assign(machine: Machine, node: code.Assign, frame: Frame) -> bool:
    if node.value is None:
        if frame.scope.kind == "class" and isinstance(node.targets[0], code.Name):
            machine.classes_in_progress[-1].annotations.setdefault(node.targets[0].id, node.annotation)
        return True
    values = evaluate(machine, node.value, frame)
    if node.annotation is not None and frame.scope.kind == "class" and isinstance(node.targets[0], code.Name):
        machine.classes_in_progress[-1].annotations.setdefault(node.targets[0].id, node.annotation)
    for target in node.targets:
        assign(machine, target, values, frame, node.span)
    return True


def _augment(machine: Machine, node: code.Augment, frame: Frame) -> bool:
    augment(machine, node, frame)
    return True


def _delete(machine: Machine, node: code.Delete, frame: Frame) -> bool:
    for target in node.targets:
        if isinstance(target, code.Name):
            frame.env.pop(target.id, None)
        elif isinstance(target, code.Attribute):
            delete_attribute(machine, evaluate(machine, target.value, frame), target.name, frame, node.span)
        elif isinstance(target, code.Subscript):
            evaluate(machine, target.value, frame)
            evaluate(machine, target.index, frame)
    return True


def _return(machine: Machine, node: code.Return, frame: Frame) -> bool:
    values = NONE if node.value is None else evaluate(machine, node.value, frame)
    frame.returned = join(frame.returned, values)
    frame.exits.append(machine.heap.delta_since(frame.level))
    frame.exit_envs.append(dict(frame.env))
    return False


def _raise(machine: Machine, node: code.Raise, frame: Frame) -> bool:
    values = NOTHING if node.exception is None else evaluate(machine, node.exception, frame)
    if node.cause is not None:
        evaluate(machine, node.cause, frame)
    for value in ordered(values):
        if isinstance(value, ClassRef):
            raise AbstractRaiseError(value.symbol, "", values)
        if isinstance(value, Obj | Typed):
            raise AbstractRaiseError(value.cls, _message_of(machine, value), values)
    raise AbstractRaiseError("builtins:Exception" if values else "?", "", values)


def _message_of(machine: Machine, value: Obj | Typed) -> str:
    cell = machine.heap.get((value.number, "args")) if isinstance(value, Obj) else None
    for arguments in ordered(cell if isinstance(cell, frozenset) else ()):
        if isinstance(arguments, TupleValue) and arguments.items:
            return known_text(arguments.items[0]) or ""
    return ""


def _assert(machine: Machine, node: code.Assert, frame: Frame) -> bool:
    test = evaluate(machine, node.test, frame)
    value = truth_of(machine, test)
    if value is False:
        raise AbstractRaiseError("builtins:AssertionError", node.text)
    if value is None:
        narrow(machine, node.test, True, frame)
        frame.guards.append(guard_of(machine, node.text, node.span, True, None, frame))
    return True


def _jump(machine: Machine, node: code.Jump, frame: Frame) -> bool:
    if node.kind == "pass" or not frame.loops:
        return True
    exits = frame.loops[-1]
    state = (dict(frame.env), machine.heap.delta_since(exits.level))
    (exits.breaks if node.kind == "break" else exits.continues).append(state)
    return False


def _import(machine: Machine, node: code.ImportModule, frame: Frame) -> bool:
    execute_import(machine, node, frame)
    return True


def _import_from(machine: Machine, node: code.ImportFrom, frame: Frame) -> bool:
    execute_import_from(machine, node, frame)
    return True


def _define_function(machine: Machine, node: code.DefineFunction, frame: Frame) -> bool:
    defaults = {argument.keyword or "": evaluate(machine, argument.value, frame) for argument in node.defaults}
    function = machine.define(frame, node.scope, defaults)
    values = decorate(machine, frozenset({function}), node.decorators, frame)
    frame.env[node.name] = values
    return True


def decorate(machine: Machine, values: Values, decorators: tuple[tuple[code.Expr, Span], ...], frame: Frame) -> Values:
    """Apply decorators, innermost first; one that is not followed is taken to return what it was given."""
    from tracer.link.decorators import apply_decorator

    for expression, span in reversed(decorators):
        values = apply_decorator(machine, evaluate(machine, expression, frame), values, frame, span)
    return values


def _define_class(machine: Machine, node: code.DefineClass, frame: Frame) -> bool:
    from tracer.link.classes import define_class

    values = define_class(machine, node, frame)
    frame.env[node.name] = decorate(machine, values, node.decorators, frame)
    return True


# --- branches --------------------------------------------------------------------------------------------------------


def guard_of(machine: Machine, text: str, span: Span, branch: bool, value: bool | None, frame: Frame) -> Guard:
    """The guard for one branch of a condition, and note of it for the trace."""
    word = "undecided" if value is None else "true" if value else "false"
    reason = "" if value is not None else "depends on data that only a run has"
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


def _if(machine: Machine, node: code.If, frame: Frame) -> bool:
    value = truth_of(machine, evaluate(machine, node.test, frame))
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
    condition cannot hold). When all raise, the first one's exception goes on.
    """
    heap = machine.heap
    env = frame.env
    ways: list[str] = []
    envs: list[Env] = []
    deltas: list[dict[Location, Cell]] = []
    errors: list[AbstractRaiseError] = []
    for walk in branches:
        frame.env = dict(env)
        level = heap.begin()
        exits = _exits(frame)
        try:
            if walk():
                ways.append(FLOWS)
                envs.append(frame.env)
                deltas.append(heap.delta_since(level))
            else:
                ways.append(LEAVES if _exits(frame) > exits else DEAD)
        except AbstractRaiseError as error:
            errors.append(error)
            ways.append(LEAVES if _exits(frame) > exits else RAISES)
        finally:
            heap.undo_to(level)
    if envs:
        heap.merge(deltas)
        frame.env = join_envs(envs)
    else:
        frame.env = env
        if errors and LEAVES not in ways:
            raise errors[0]
    frame.escapes.update(error.exception for error in errors)
    return ways


def _exits(frame: Frame) -> int:
    """How many ways out of the function, or out of its loops, were found so far."""
    return len(frame.exits) + sum(len(loop.breaks) + len(loop.continues) for loop in frame.loops)


# --- loops -----------------------------------------------------------------------------------------------------------


def _for(machine: Machine, node: code.For, frame: Frame) -> bool:
    iterable = evaluate(machine, node.iterable, frame)
    items = definite_items(machine, iterable)
    guard = guard_of(machine, node.text, node.span, True, None, frame)
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


def _while(machine: Machine, node: code.While, frame: Frame) -> bool:
    value = truth_of(machine, evaluate(machine, node.test, frame))
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


# --- with, try, match ------------------------------------------------------------------------------------------------


def _with(machine: Machine, node: code.With, frame: Frame) -> bool:
    from tracer.link.protocols import enter_context, exit_context

    managers: list[Values] = []
    for item in node.items:
        manager = evaluate(machine, item.manager, frame)
        entered = enter_context(machine, manager, frame, item.span)
        managers.append(manager)
        if item.target is not None:
            assign(machine, item.target, entered, frame, item.span)
    try:
        return execute(machine, node.body, frame)
    finally:
        for manager, item in zip(reversed(managers), reversed(node.items), strict=True):
            exit_context(machine, manager, frame, item.span)


def _try(machine: Machine, node: code.Try, frame: Frame) -> bool:
    caught: list[AbstractRaiseError] = []

    def attempt() -> bool:
        return execute(machine, node.body, frame) and execute(machine, node.orelse, frame)

    def handle(handler: code.Handler) -> Callable[[], bool]:
        def walk() -> bool:
            if handler.name is not None:
                types = (
                    unknown("a caught exception") if handler.type is None else evaluate(machine, handler.type, frame)
                )
                frame.env[handler.name] = frozenset(
                    Typed(value.symbol) for value in types if isinstance(value, ClassRef)
                ) or unknown("a caught exception")
            caught_for_certain = bool(caught)
            frame.guards.append(
                guard_of(
                    machine, _handler_text(handler), handler.span, True, True if caught_for_certain else None, frame
                )
            )
            try:
                return execute(machine, handler.body, frame)
            finally:
                frame.guards.pop()

        return walk

    def body() -> bool:
        try:
            return attempt()
        except AbstractRaiseError as error:
            caught.append(error)
            raise

    ways: list[str]
    if not node.handlers:
        try:
            ways = [FLOWS if attempt() else LEAVES]
        except AbstractRaiseError:
            execute(machine, node.final, frame)
            raise
    else:
        env = dict(frame.env)
        level = machine.heap.begin()
        escapes, frame.escapes = frame.escapes, set()
        try:
            ok = body()
        except AbstractRaiseError as error:
            machine.heap.undo_to(level)
            frame.env = env
            handlers = [handler for handler in node.handlers if _may_catch(machine, handler, error, frame)]
            if not handlers:
                execute(machine, node.final, frame)
                raise
            ways = alternatives(machine, frame, [handle(handlers[0])])
        else:
            delta, env_after = machine.heap.delta_since(level), frame.env
            machine.heap.undo_to(level)
            frame.env = env
            frame.escapes = {name for name in frame.escapes if not _is_caught(machine, node.handlers, name, frame)}

            def normal() -> bool:
                machine.heap.apply(delta)
                frame.env = env_after
                return ok

            # Where the body may raise something unseen, its handlers may run from any state between start and end;
            # they are walked from the start and joined with the normal way out.
            handlers = [handler for handler in node.handlers if not _reraises(handler)]
            for handler in node.handlers:
                if handler not in handlers:
                    _walk_aside(machine, frame, handle(handler))
            ways = alternatives(machine, frame, [normal, *(handle(handler) for handler in handlers)])
        finally:
            frame.escapes |= escapes
    if node.final and not execute(machine, node.final, frame):
        return False
    return FLOWS in ways


def _is_caught(machine: Machine, handlers: tuple[code.Handler, ...], exception: SymbolId, frame: Frame) -> bool:
    error = AbstractRaiseError(exception, "")
    return any(_may_catch(machine, handler, error, frame) for handler in handlers)


def _handler_text(handler: code.Handler) -> str:
    """How a handler reads as a condition: ``except A`` or ``except (A, B)``."""

    def name_of(node: code.Expr | None) -> str:
        match node:
            case code.Name(id=name):
                return name
            case code.Attribute(value=value, name=name):
                return f"{name_of(value)}.{name}"
            case code.Display(elements=elements):
                return f"({', '.join(name_of(element) for element in elements)})"
        return "..."

    return "except" if handler.type is None else f"except {name_of(handler.type)}"


def _reraises(handler: code.Handler) -> bool:
    return bool(handler.body) and isinstance(handler.body[-1], code.Raise)


def _walk_aside(machine: Machine, frame: Frame, walk: Callable[[], bool]) -> None:
    """Walk a handler that always raises for its calls, and take its effects back."""
    env = frame.env
    frame.env = dict(env)
    level = machine.heap.begin()
    try:
        walk()
    except AbstractRaiseError:
        pass
    finally:
        machine.heap.undo_to(level)
        frame.env = env


def _may_catch(machine: Machine, handler: code.Handler, error: AbstractRaiseError, frame: Frame) -> bool:
    if handler.type is None or error.exception == "?":
        return True
    types = evaluate(machine, handler.type, frame)
    from tracer.link.classes import is_subclass
    from tracer.link.values import TupleValue

    for value in ordered(types):
        options = [item for part in value.items for item in part] if isinstance(value, TupleValue) else [value]
        for option in options:
            if not isinstance(option, ClassRef):
                return True
            if is_subclass(machine, error.exception, option.symbol) is not False:
                return True
    return False


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


_EXECUTE: dict[type, Callable[..., bool]] = {
    code.Evaluate: _evaluate,
    code.Assign: _assign,
    code.Augment: _augment,
    code.Delete: _delete,
    code.Return: _return,
    code.Raise: _raise,
    code.If: _if,
    code.While: _while,
    code.For: _for,
    code.With: _with,
    code.Try: _try,
    code.Assert: _assert,
    code.ImportModule: _import,
    code.ImportFrom: _import_from,
    code.DefineFunction: _define_function,
    code.DefineClass: _define_class,
    code.Jump: _jump,
    code.Match: _match,
}
