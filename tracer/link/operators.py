"""Operators: a class's own method where it has one, else what is known of builtin values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link import constants
from tracer.link.attributes import own_method
from tracer.link.containers import DICTS, LISTS, update_content
from tracer.link.frames import Arguments, Frame
from tracer.link.heap import Content
from tracer.link.iteration import definite_items, iterate
from tracer.link.values import (
    NOTHING,
    ClassRef,
    Const,
    Obj,
    TupleValue,
    Value,
    Values,
    join,
    single,
    tuple_values,
    unknown,
)

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import Span

_OPERATORS = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "@": "matmul", "**": "pow",
    "&": "and", "|": "or", "^": "xor", "<<": "lshift", ">>": "rshift",
}  # fmt: skip


def binary(machine: Machine, token: str, left: Values, right: Values, frame: Frame, span: Span) -> Values:
    """``left token right``: a class's own method where it has one, containers, constants."""
    name = _OPERATORS.get(token, "")
    methods = {value: own_method(machine, value, f"__{name}__") for value in left}
    if any(methods.values()):

        def apply(value: Value) -> Values:
            if method := methods[value]:
                return machine.call(method, Arguments([right]), frame, span, "operator")
            return _builtin(machine, token, frozenset({value}), right, frame, span)

        return machine.for_each(left, apply, frame)
    methods = {value: own_method(machine, value, f"__r{name}__") for value in right}
    if any(methods.values()):
        # What the left operand's own method would have answered first is not known of every value.
        maybe = NOTHING if all(isinstance(value, Const | TupleValue) for value in left) else unknown("an operand")

        def reflect(value: Value) -> Values:
            if method := methods.get(value):
                return machine.call(method, Arguments([left]), frame, span, "operator")
            return _builtin(machine, token, left, frozenset({value}), frame, span)

        return machine.for_each(right | maybe, reflect, frame)
    return _builtin(machine, token, left, right, frame, span)


def _builtin(machine: Machine, token: str, left: Values, right: Values, frame: Frame, span: Span) -> Values:
    if token == "+":
        joined = _concatenate(machine, left, right, frame, span)
        if joined is not None:
            return joined
    if token == "|":
        first, second = single(left), single(right)
        if isinstance(first, Obj) and first.cls in DICTS and isinstance(second, Obj):
            content = update_content(machine, machine.content(first), right)
            return machine.container("dict", (span, "|"), frame, content)
        if isinstance(first, ClassRef):
            return left
    return constants.fold_binary(token, left, right)


def _concatenate(machine: Machine, left: Values, right: Values, frame: Frame, span: Span) -> Values | None:
    first, second = single(left), single(right)
    if isinstance(first, TupleValue) and isinstance(second, TupleValue):
        return tuple_values((*first.items, *second.items))
    if isinstance(first, Obj) and first.cls in LISTS:
        kind = first.cls
        one, two = definite_items(machine, left, 4096), definite_items(machine, right, 4096)
        if one is not None and two is not None:
            return machine.container(kind, (span, "+"), frame, Content(tuple(enumerate([*one, *two]))))
        rest = join(iterate(machine, left, frame, span), iterate(machine, right, frame, span))
        return machine.container(kind, (span, "+"), frame, Content((), rest))
    return None


def augmented(machine: Machine, token: str, left: Values, right: Values, frame: Frame, span: Span) -> Values:
    """``left token= right``; lists and own ``__iadd__`` change in place."""
    value = single(left)
    if isinstance(value, Obj) and value.cls in LISTS - {"builtins:tuple"} and token == "+":
        machine.library.call_method(machine, "list.extend", value, Arguments([right]), frame, span)
        return left
    if isinstance(value, Obj) and value.cls in DICTS and token == "|":
        machine.library.call_method(machine, "dict.update", value, Arguments([right]), frame, span)
        return left
    methods = {item: own_method(machine, item, f"__i{_OPERATORS.get(token, '')}__") for item in left}
    if not any(methods.values()):
        return binary(machine, token, left, right, frame, span)

    def change(item: Value) -> Values:
        if method := methods[item]:
            return machine.call(method, Arguments([right]), frame, span, "operator")
        return binary(machine, token, frozenset({item}), right, frame, span)

    return machine.for_each(left, change, frame)
