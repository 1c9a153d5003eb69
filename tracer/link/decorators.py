"""Decorators: the builtin ones as descriptors, followed ones walked, others taken to keep what they decorate.

A decorator that is not followed hides what it returns. Nearly all of them call the function they were given, so the
decorated function stands for the result; the run then shows the wrapper as a frame on the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.frames import Arguments
from tracer.link.values import External, Unknown, Values, join, order_key

if TYPE_CHECKING:
    from tracer.link.frames import Frame
    from tracer.link.machine import Machine
    from tracer.model.names import Span


def apply_decorator(machine: Machine, decorators: Values, decorated: Values, frame: Frame, span: Span) -> Values:
    """The result of ``decorator(decorated)``."""
    result: Values = frozenset()
    for decorator in sorted(decorators, key=order_key):
        if isinstance(decorator, External | Unknown):
            modelled = machine.library.decorator(machine, decorator, decorated, frame, span)
            result = join(result, decorated if modelled is None else modelled)
            continue
        called = machine.call(frozenset({decorator}), Arguments([decorated]), frame, span, "decorator")
        kept = frozenset(value for value in called if not isinstance(value, Unknown))
        result = join(result, kept or decorated)
    return result
