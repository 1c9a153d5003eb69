"""Context managers: what ``with`` binds, and what runs when it is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.attributes import own_method
from tracer.link.frames import Arguments, Frame
from tracer.link.iteration import iterate
from tracer.link.values import NOTHING, Obj, Typed, Value, Values, unknown

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import Span


def enter_context(machine: Machine, managers: Values, frame: Frame, span: Span) -> Values:
    """``with managers as ...``: what ``__enter__`` returns."""

    def enter(value: Value) -> Values:
        if isinstance(value, Obj) and value.cls == "contextlib:_GeneratorContextManager":
            cell = machine.heap.get((value.number, "gen"))
            return iterate(machine, cell, frame, span) if isinstance(cell, frozenset) else NOTHING
        method = own_method(machine, value, "__enter__")
        if method is not None:
            return machine.call(frozenset({method}), Arguments(), frame, span, "with")
        return frozenset({value}) if isinstance(value, Typed | Obj) else unknown("what a context manager returns")

    return machine.for_each(managers, enter, frame)


def exit_context(machine: Machine, managers: Values, frame: Frame, span: Span) -> None:
    """The ``__exit__`` calls at a ``with`` statement's end."""

    def leave(value: Value) -> Values:
        method = own_method(machine, value, "__exit__")
        if method is not None:
            error = unknown("an exception, or None")
            return machine.call(frozenset({method}), Arguments([error, error, error]), frame, span, "with")
        return NOTHING

    machine.for_each(managers, leave, frame)
