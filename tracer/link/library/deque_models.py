"""``collections.deque``: both ends, and a length that may be bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.frames import Arguments, Frame
from tracer.link.heap import CONTENT, Content
from tracer.link.values import NONE, ClassRef, Obj, Value, Values, join, join_all, known_constant, unknown

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import Span


def construct(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``deque(iterable, maxlen)``."""
    made = machine.container("collections:deque", ("deque", span), frame, Content())
    for obj in made:
        if isinstance(obj, Obj):
            machine.heap.set((obj.number, "maxlen"), arguments.at(1, "maxlen") or NONE)
            if arguments.positional or arguments.rest:
                given = Arguments(arguments.positional[:1], rest=arguments.rest)
                extend(machine, obj, given, frame, span)
    return made


def append(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``deque.append(x)``."""
    return _add(machine, receiver, arguments.positional[:1], arguments.rest, at_left=False)


def append_left(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``deque.appendleft(x)``."""
    return _add(machine, receiver, arguments.positional[:1], arguments.rest, at_left=True)


def extend(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``deque.extend(items)``."""
    return _add(machine, receiver, *_spread(machine, arguments, frame, span), at_left=False)


def extend_left(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``deque.extendleft(items)``: the last one ends up first."""
    return _add(machine, receiver, *_spread(machine, arguments, frame, span), at_left=True)


def pop_left(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``deque.popleft()``."""
    from tracer.link.values import constant

    return machine.library.call_method(machine, "list.pop", receiver, Arguments([constant(0)]), frame, span)


def _spread(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> tuple[list[Values], Values]:
    from tracer.link.iteration import definite_items, iterate

    values = arguments.positional[0] if arguments.positional else arguments.rest
    known = definite_items(machine, values, 4096)
    return (known, frozenset()) if known is not None else ([], iterate(machine, values, frame, span))


def _add(machine: Machine, receiver: Value, added: list[Values], rest: Values, *, at_left: bool) -> Values:
    if not isinstance(receiver, Obj):
        return NONE
    content = machine.content(receiver)
    limit = machine.heap.get((receiver.number, "maxlen"))
    bound = known_constant(limit) if isinstance(limit, frozenset) else None
    items = [item for _, item in content.items]
    is_exact = content.is_exact and not rest and receiver.number not in machine.heap.summaries
    if not is_exact or bound is None or not isinstance(bound.value, int | None):
        machine.heap.set((receiver.number, CONTENT), Content((), join(content.everything(), join_all([*added, rest]))))
        return NONE
    items = [*reversed(added), *items] if at_left else [*items, *added]
    if bound.value is not None:
        items = items[: bound.value] if at_left else items[max(len(items) - bound.value, 0) :]
    machine.heap.set((receiver.number, CONTENT), Content(tuple(enumerate(items))))
    return NONE


def rotate(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``deque.rotate(n)``: which item is where is not kept."""
    if not isinstance(receiver, Obj):
        return unknown("a deque that is not known")
    content = machine.content(receiver)
    items = tuple((index, content.everything()) for index, _ in enumerate(content.items))
    machine.heap.set((receiver.number, CONTENT), Content(items, content.rest))
    return NONE
