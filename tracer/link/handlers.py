"""``with`` and ``try``: what runs on the way out, and which handler an exception reaches."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tracer.link.assignment import assign
from tracer.link.blocks import execute, handles
from tracer.link.branches import FLOWS, LEAVES, alternatives, guard_of
from tracer.link.evaluation import evaluate
from tracer.link.frames import AbstractRaiseError, Frame
from tracer.link.values import ClassRef, TupleValue, Typed, Values, ordered, unknown
from tracer.model import code

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import SymbolId


@handles(code.With)
def _with(machine: Machine, node: code.With, frame: Frame) -> bool:
    from tracer.link.contexts import enter_context, exit_context

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


@handles(code.Try)
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

    for value in ordered(types):
        options = [item for part in value.items for item in part] if isinstance(value, TupleValue) else [value]
        for option in options:
            if not isinstance(option, ClassRef):
                return True
            if is_subclass(machine, error.exception, option.symbol) is not False:
                return True
    return False
