"""``try``: which handlers an exception may reach and from which state, and what runs on every way out.

An exception that is certain reaches its handler as the body left things. A body that may raise unseen may do so
anywhere: its handlers start from any state between its start and its end, and the normal way out is joined with theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from tracer.link.blocks import execute, handles
from tracer.link.branches import FLOWS, alternatives, guard_of
from tracer.link.evaluation import evaluate
from tracer.link.frames import AbstractRaiseError, Frame
from tracer.link.regions import Region
from tracer.link.values import ClassRef, TupleValue, Typed, Value, Values, ordered, unknown
from tracer.link.wording import wording_of
from tracer.model import code
from tracer.model.edges import Guard

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import SymbolId

UNNAMED = "?"
"""The exception of which nothing is known, as a bare ``raise`` raises it."""
CATCH_ALL = {"builtins:BaseException", "builtins:Exception"}


@handles(code.Try)
def _try(machine: Machine, node: code.Try, frame: Frame) -> bool:
    if not node.final:
        return _handled(machine, node, frame)
    region = Region(machine, frame, lambda: _handled(machine, node, frame))

    def finish() -> bool:
        return execute(machine, node.final, frame)

    if region.escapes:
        frame.escapes |= region.escapes
        _walk_aside(machine, frame, region.from_anywhere(finish))
    failed = region.leave(finish)
    if region.error is not None:
        region.resume()
        if finish():
            raise region.error
        return False
    if not region.flows:
        if failed is not None and not region.has_exits:
            raise failed
        return False
    region.resume()
    return finish()


def _handled(machine: Machine, node: code.Try, frame: Frame) -> bool:
    """Walk body, handlers and ``else``."""
    if not node.handlers:
        return execute(machine, node.body, frame)
    region = Region(machine, frame, lambda: execute(machine, node.body, frame))
    if region.error is not None and not region.has_exits:
        return _after_certain(machine, node, region, region.error, frame)
    return _after_possible(machine, node, region, frame)


def _after_certain(machine: Machine, node: code.Try, region: Region, error: AbstractRaiseError, frame: Frame) -> bool:
    """The body raises on every path: walk the handlers that this may reach."""
    handlers, left = _reached(machine, node.handlers, error.possible | region.escapes, frame)
    if region.escapes:
        region.resume_anywhere()
    else:
        region.resume()
    if not handlers:
        raise error.beside(frozenset(region.escapes))
    if len(handlers) == 1 and not left:
        return _handler(machine, handlers[0], error, frame, certain=True)()

    def again() -> bool:
        raise error.beside(left)

    ways = [_handler(machine, handler, error, frame, certain=False) for handler in handlers]
    return FLOWS in alternatives(machine, frame, [*ways, again] if left else ways)


def _after_possible(machine: Machine, node: code.Try, region: Region, frame: Frame) -> bool:
    """The body may raise, seen or unseen: its normal way out and every handler are alternatives."""

    def normal() -> bool:
        if not region.flows:
            return False
        region.resume()
        return execute(machine, node.orelse, frame)

    possible = region.escapes | (region.error.possible if region.error is not None else frozenset())
    reached, passing = _reached(machine, node.handlers, possible, frame)
    frame.escapes |= passing
    frame.strays.add(region.strays.cells, region.strays.names)
    walks = {
        handler: region.from_anywhere(_handler(machine, handler, None, frame, certain=False))
        for handler in node.handlers
    }
    for handler in filter(_reraises, node.handlers):
        raised = _walk_aside(machine, frame, walks[handler])
        if handler in reached:
            frame.escapes |= possible if UNNAMED in raised else raised
    walked = [handler for handler in node.handlers if not _reraises(handler)]
    try:
        ways = alternatives(machine, frame, [normal, *(walks[handler] for handler in walked)])
    except AbstractRaiseError as error:
        if not region.has_exits:
            raise
        frame.escapes |= error.possible
        return False
    rescuers = [handler for handler, way in zip(walked, ways[1:], strict=True) if way == FLOWS]
    if ways[0] != FLOWS and len(rescuers) == 1:
        frame.guards.append(_guard(machine, rescuers[0], None, frame))
    return FLOWS in ways


def _handler(
    machine: Machine, handler: code.Handler, error: AbstractRaiseError | None, frame: Frame, *, certain: bool
) -> Callable[[], bool]:
    """The walk of one handler; ``error`` is what it handles, where that is known."""

    def walk() -> bool:
        if handler.name is not None:
            types = unknown("a caught exception") if handler.type is None else evaluate(machine, handler.type, frame)
            caught = frozenset(Typed(value.symbol) for value in _options(types) if isinstance(value, ClassRef))
            frame.env[handler.name] = caught or unknown("a caught exception")
        frame.guards.append(_guard(machine, handler, True if certain else None, frame))
        try:
            flows = execute(machine, handler.body, frame)
        except AbstractRaiseError as raised:
            if raised.exception == UNNAMED and error is not None:
                raise error from None
            raise
        finally:
            frame.guards.pop()
        if handler.name is not None:
            frame.env.pop(handler.name, None)
        return flows

    return walk


def _guard(machine: Machine, handler: code.Handler, value: bool | None, frame: Frame) -> Guard:
    text = "except" if handler.type is None else f"except {wording_of(handler.type)}"
    return guard_of(machine, text, handler.span, True, value, frame)


def _reraises(handler: code.Handler) -> bool:
    return bool(handler.body) and isinstance(handler.body[-1], code.Raise)


def _walk_aside(machine: Machine, frame: Frame, walk: Callable[[], bool]) -> frozenset[SymbolId]:
    """Walk what ends in an exception that only some paths meet; returns what it raises of its own.

    What it writes is not there on the way on, but may be where the exception is handled.
    """
    env = frame.env
    frame.env = dict(env)
    raised: frozenset[SymbolId] = frozenset()
    level = machine.heap.begin()
    try:
        walk()
    except AbstractRaiseError as error:
        raised = error.possible
    finally:
        changed = {name: values for name, values in frame.env.items() if env.get(name) is not values}
        frame.strays.add(machine.heap.delta_since(level), changed)
        machine.heap.undo_to(level)
        frame.env = env
    return raised


def _reached(
    machine: Machine, handlers: tuple[code.Handler, ...], exceptions: Iterable[SymbolId], frame: Frame
) -> tuple[list[code.Handler], frozenset[SymbolId]]:
    """The handlers that any of the exceptions may reach, in order, and the exceptions that may pass them all."""
    left = frozenset(exceptions)
    found: list[code.Handler] = []
    for handler in handlers:
        if not left:
            break
        types = None if handler.type is None else evaluate(machine, handler.type, frame)
        verdicts = {name: True if types is None else catches(machine, types, name) for name in left}
        if any(verdict is not False for verdict in verdicts.values()):
            found.append(handler)
        left = frozenset(name for name, verdict in verdicts.items() if verdict is not True)
    return found, left


def catches(machine: Machine, types: Values, exception: SymbolId) -> bool | None:
    """Whether ``except types`` catches an exception."""
    from tracer.link.classes import is_subclass

    verdicts: list[bool | None] = []
    for option in _options(types):
        if isinstance(option, ClassRef) and exception != UNNAMED:
            verdicts.append(is_subclass(machine, exception, option.symbol))
        else:
            verdicts.append((isinstance(option, ClassRef) and option.symbol in CATCH_ALL) or None)
    if True in verdicts and len(types) == 1:
        return True
    return None if None in verdicts or True in verdicts else False


def _options(types: Values) -> list[Value]:
    """The classes that a handler names, a tuple's one by one."""
    return [
        option
        for value in ordered(types)
        for option in (
            (item for part in value.items for item in ordered(part)) if isinstance(value, TupleValue) else (value,)
        )
    ]
