"""Iteration and unpacking: what a container or an iterable object yields, item by item where that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.attributes import find_special, own_method
from tracer.link.containers import CONTAINERS, LISTS, key_values
from tracer.link.frames import Arguments, Frame
from tracer.link.heap import Content
from tracer.link.values import (
    ABSENT,
    NOTHING,
    STR,
    ClassRef,
    Const,
    InstanceDict,
    Obj,
    TupleValue,
    Typed,
    Value,
    Values,
    class_of,
    constant,
    join,
    join_all,
    known_constant,
    single,
    unknown,
    without_absent,
)
from tracer.model import code

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import Span

SPELLED_OUT = 64
"""A known text longer than this is not iterated character by character."""


def definite_items(machine: Machine, values: Values, limit: int) -> list[Values] | None:
    """Items in order where their number is known and at most ``limit``."""
    value = single(values)
    if isinstance(value, TupleValue):
        return list(value.items)
    if isinstance(value, Obj) and value.cls in CONTAINERS:
        content = machine.content(value)
        if not content.is_exact or len(content.items) > limit:
            return None
        if value.cls in LISTS:
            return [item for _, item in content.items]
        return [key_values(key) for key, _ in content.items]
    if isinstance(value, Obj) and (items := machine.library.tuple_items(machine, value)) is not None:
        return list(items)
    if isinstance(value, Const) and isinstance(value.value, str) and len(value.value) <= SPELLED_OUT:
        return [constant(character) for character in value.value]
    if isinstance(value, InstanceDict):
        return [constant(name) for name in machine.heap.attributes_of(value.owner.number)]
    return None


def range_of(values: Values) -> range | None:
    """The one range that these values are; its rounds are walked together, but known to be some or none."""
    const = known_constant(values)
    return const.value if const is not None and isinstance(const.value, range) else None


def iterate(machine: Machine, values: Values, frame: Frame, span: Span) -> Values:
    """What iterating may yield; a class's own ``__iter__`` and ``__next__`` are called."""
    return machine.for_each(values, lambda value: _iterate_value(machine, value, frame, span), frame)


def _iterate_value(machine: Machine, value: Value, frame: Frame, span: Span) -> Values:
    match value:
        case TupleValue(items=items):
            return join_all(list(items))
        case Obj(cls=cls) if cls in CONTAINERS:
            content = machine.content(value)
            if cls in LISTS:
                return content.everything()
            keys = [key_values(key) for key, _ in content.items]
            rest = content.keys or (unknown("a key of a dict") if content.rest else NOTHING)
            return join_all([*keys, rest])
        case Obj(cls="types:GeneratorType"):
            return machine.resume_generator(value, frame, span)
        case Obj(cls=cls) if (model := machine.library.iteration(cls)) is not None:
            return model(machine, value, frame, span)
        case Typed(cls="builtins:str") | Const(kind="str"):
            return STR
        case Typed(cls="builtins:range") | Const(kind="range"):
            return frozenset({Typed("builtins:int")})
        case Obj() | Typed():
            return _iterate_instance(machine, value, frame, span)
        case ClassRef(symbol=symbol):
            members = machine.library.enum_members(machine, symbol)
            if members is not None:
                return members
        case InstanceDict():
            return STR
    return unknown("items of something that is not known")


def _iterate_instance(machine: Machine, value: Value, frame: Frame, span: Span) -> Values:
    method = own_method(machine, value, "__iter__")

    def follow(item: Value) -> Values:
        following = find_special(machine, item, "__next__") if isinstance(item, Obj) else NOTHING
        if following:
            return machine.call(following, Arguments(), frame, span, "for")
        return _iterate_value(machine, item, frame, span) if item != value else NOTHING

    def begin(supplier: Value) -> Values:
        if supplier == ABSENT:
            return _iterate_by_index(machine, value, frame, span)
        iterator = machine.call(frozenset({supplier}), Arguments(), frame, span, "for")
        return machine.for_each(iterator, follow, frame)

    if method:
        return machine.for_each(method, begin, frame)
    if find_special(machine, value, "__iter__"):
        return unknown(f"items of a {class_of(value)}")
    return _iterate_by_index(machine, value, frame, span)


def _iterate_by_index(machine: Machine, value: Value, frame: Frame, span: Span) -> Values:
    """What an object without ``__iter__`` yields: its items, by their indices."""
    getter = without_absent(own_method(machine, value, "__getitem__"))
    if getter:
        return machine.call(getter, Arguments([frozenset({Typed("builtins:int")})]), frame, span, "for")
    return unknown(f"items of a {class_of(value)}")


def unpack(machine: Machine, values: Values, target: code.Display, frame: Frame) -> list[Values]:
    """Values for each part of ``a, *b, c = values``."""
    parts = target.elements
    star = next((index for index, part in enumerate(parts) if isinstance(part, code.Starred)), None)
    columns: list[Values] = [NOTHING] * len(parts)

    def spread(value: Value) -> Values:
        known = definite_items(machine, frozenset({value}), 4096)
        if known is None:
            item = _iterate_value(machine, value, frame, target.span)
            row = [item] * len(parts)
        elif star is None and len(known) == len(parts):
            row = known
        elif star is not None and len(known) >= len(parts) - 1:
            tail = len(known) - (len(parts) - star - 1)
            starred = machine.container("list", ("*", target.span), frame, Content(tuple(enumerate(known[star:tail]))))
            row = [*known[:star], starred, *known[tail:]]
        else:
            return NOTHING
        columns[:] = [join(column, item) for column, item in zip(columns, row, strict=True)]
        return NOTHING

    machine.for_each(values, spread, frame)
    return [column or unknown("unpacking something of another length") for column in columns]


def await_value(machine: Machine, values: Values, frame: Frame, span: Span) -> Values:
    """``await values``: a coroutine is walked here; what is no coroutine stands for its own result."""

    def await_one(value: Value) -> Values:
        if isinstance(value, Obj) and value.cls == "types:CoroutineType":
            return machine.resume_generator(value, frame, span)
        if isinstance(value, Obj) and (result := machine.library.task_result(machine, value)) is not None:
            return result
        method = own_method(machine, value, "__await__")
        if method:
            return machine.call(method, Arguments(), frame, span, "await")
        return frozenset({value})

    return machine.for_each(values, await_one, frame)
