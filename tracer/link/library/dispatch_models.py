"""``functools.singledispatch``: one function out of several, by the class of the first argument."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.evaluation import evaluate
from tracer.link.frames import Arguments, Frame
from tracer.link.heap import CONTENT, Content
from tracer.link.values import (
    NOTHING,
    Bound,
    Builtin,
    ClassRef,
    Function,
    Obj,
    PartialValue,
    Unknown,
    Value,
    Values,
    class_of,
    join,
    ordered,
    unknown,
)

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import Span

CALL, REGISTER = Builtin("singledispatch.call"), Builtin("singledispatch.register")


def make_dispatcher(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``@singledispatch``: a table of functions by class that starts with the decorated one, for ``object``."""
    decorated = arguments.positional[0] if arguments.positional else NOTHING
    table = machine.allocate("functools:singledispatch", (frame.symbol, span), frame)
    machine.heap.set((table.number, CONTENT), Content().put(ClassRef("builtins:object"), decorated))
    return frozenset({Bound(CALL, table)})


def member_of(method: Bound, name: str) -> Values | None:
    """``register`` and the rest of a dispatcher's attributes."""
    if method.function != CALL:
        return None
    return frozenset({Bound(REGISTER, method.receiver)}) if name == "register" else unknown(f"{name} of a dispatcher")


def register(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``@f.register``, ``@f.register(C)`` and ``f.register(C, g)``; gives the function back."""
    if not isinstance(receiver, Obj) or not arguments.positional:
        return unknown("a registration that the call does not show")
    first, *rest = arguments.positional
    functions = frozenset(value for value in first if isinstance(value, Function))
    if not functions and not rest:
        return frozenset({PartialValue(Bound(REGISTER, receiver), (first,), ())})
    classes = _annotated(machine, functions, frame) if functions else first
    values = functions or rest[0]
    content = machine.content(receiver)
    for cls in ordered(classes):
        content = content.put(cls, values) if isinstance(cls, ClassRef) else content.blur(values)
    machine.heap.set((receiver.number, CONTENT), content)
    return values


def _annotated(machine: Machine, functions: Values, frame: Frame) -> Values:
    """The classes that annotate the functions' first parameters."""
    found = NOTHING
    for function in ordered(functions):
        module = machine.modules.module(function.module) if isinstance(function, Function) else None
        parameters = module.scope(function.scope).parameters if module and isinstance(function, Function) else ()
        node = parameters[0].annotation if parameters else None
        found = join(found, evaluate(machine, node, frame) if node is not None else unknown("no annotation"))
    return found


def call(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """Call what is registered for the nearest class of the first argument; all of it where that is not known."""
    if not isinstance(receiver, Obj):
        return unknown("a dispatcher that is not known")
    content = machine.content(receiver)
    chosen = NOTHING
    for value in ordered(arguments.positional[0] if arguments.positional else unknown("no argument")):
        cls = class_of(value)
        if cls is None or isinstance(value, Unknown) or content.rest:
            chosen = join(chosen, content.everything())
            continue
        found = (content.get(ClassRef(each)) for each in machine.mro_of(cls))
        chosen = join(chosen, next((values for values in found if values), content.everything()))
    return machine.call(chosen, arguments, frame, span)
