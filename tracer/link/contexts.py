"""Context managers: what ``with`` binds, and what runs when it is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.attributes import find_special
from tracer.link.frames import Arguments, Frame
from tracer.link.iteration import is_walkable, iterate
from tracer.link.values import NOTHING, Obj, Typed, Values, join, order_key, ordered, unknown

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import Span


def enter_context(machine: Machine, managers: Values, frame: Frame, span: Span) -> Values:
    """``with managers as ...``: what ``__enter__`` returns."""
    result = NOTHING
    for value in sorted(managers, key=order_key) if len(managers) > 1 else managers:
        if isinstance(value, Obj) and value.cls == "contextlib:_GeneratorContextManager":
            cell = machine.heap.get((value.number, "gen"))
            result = join(result, iterate(machine, cell, frame, span) if isinstance(cell, frozenset) else NOTHING)
            continue
        method = find_special(machine, value, "__enter__") if isinstance(value, Obj | Typed) else None
        if method is not None and is_walkable(machine, method):
            result = join(result, machine.call(frozenset({method}), Arguments(), frame, span, "with"))
        elif isinstance(value, Typed | Obj):
            result = join(result, frozenset({value}))
        else:
            result = join(result, unknown("what a context manager returns"))
    return result


def exit_context(machine: Machine, managers: Values, frame: Frame, span: Span) -> None:
    """The ``__exit__`` calls at a ``with`` statement's end."""
    for value in ordered(managers):
        if isinstance(value, Obj):
            method = find_special(machine, value, "__exit__")
            if method is not None and is_walkable(machine, method):
                error = unknown("an exception, or None")
                machine.call(frozenset({method}), Arguments([error, error, error]), frame, span, "with")
