"""Functions that call operators on the items they are given: ``sum``, ``max``, ``sorted``, ``reduce``."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tracer.link.comparisons import compare
from tracer.link.frames import Arguments, Frame
from tracer.link.heap import Content
from tracer.link.operators import binary
from tracer.link.values import (
    INT,
    NONE,
    NOTHING,
    Const,
    Obj,
    Typed,
    Values,
    constant,
    join,
    join_all,
    unknown,
)

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import Span


def _items(machine: Machine, values: Values, frame: Frame, span: Span) -> list[Values]:
    """The items one by one; where their number is not known, all at once and again."""
    from tracer.link.iteration import definite_items, iterate

    known = definite_items(machine, values, 64)
    return known if known is not None else [iterate(machine, values, frame, span)] * 2


def _has_operators(machine: Machine, values: Values) -> bool:
    return any(isinstance(value, Obj | Typed) and value.cls in machine.classes for value in values)


def sum_items(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``sum(items, start)``: ``start + first``, and so on."""
    items = _items(machine, arguments.positional[0], frame, span) if arguments.positional else []
    if not any(_has_operators(machine, values) for values in items):
        return unknown("a sum")
    total = arguments.at(1, "start") or constant(0)
    for values in items:
        total = binary(machine, "+", total, values, frame, span)
    return total


def order_items(machine: Machine, items: list[Values], key: Values | None, frame: Frame, span: Span) -> None:
    """Compare neighbours as sorting does: later ones with earlier ones, by ``<``."""
    _compare_items(machine, "<", items, key, frame, span)


def _compare_items(
    machine: Machine, token: str, items: list[Values], key: Values | None, frame: Frame, span: Span
) -> None:
    if key is not None and key != NONE:
        items = [machine.call(key, Arguments([values]), frame, span) for values in items]
    for earlier, later in pairwise(items):
        if _has_operators(machine, later):
            compare(machine, token, later, earlier, frame, span)


def sort_items(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``sorted(items, key=...)``."""
    items = _items(machine, arguments.positional[0], frame, span) if arguments.positional else []
    order_items(machine, items, arguments.keywords.get("key"), frame, span)
    return machine.container("list", ("sorted", span), frame, Content((), join_all(items)))


def find_greatest(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``max(...)``."""
    return _find_extreme(machine, ">", arguments, frame, span)


def find_least(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``min(...)``."""
    return _find_extreme(machine, "<", arguments, frame, span)


def _find_extreme(machine: Machine, token: str, arguments: Arguments, frame: Frame, span: Span) -> Values:
    items = list(arguments.positional)
    if len(items) == 1:
        items = _items(machine, items[0], frame, span)
    _compare_items(machine, token, items, arguments.keywords.get("key"), frame, span)
    found = frozenset(
        INT_VALUE if isinstance(value, Const) and value.kind == "int" else value for value in join_all(items)
    )
    return join(found, arguments.keywords.get("default", NOTHING))


(INT_VALUE,) = INT


def reduce_items(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``functools.reduce(function, items, initial)``."""
    if len(arguments.positional) < 2:
        return unknown("reduce() with arguments that the call does not show")
    function, items = arguments.positional[:2]
    given = [*arguments.positional[2:3], *_items(machine, items, frame, span)]
    if not given:
        return unknown("what reduce() makes of nothing")
    total = given[0]
    for values in given[1:]:
        total = machine.call(function, Arguments([total, values]), frame, span)
    return total
