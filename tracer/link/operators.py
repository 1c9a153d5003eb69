"""Operators: a class's own method where it has one, else what is known of builtin values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tracer.link import constants
from tracer.link.attributes import class_now, own_method
from tracer.link.classes import is_subclass
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


_NOT_IMPLEMENTED = Const("NotImplemented", "NotImplemented")
_UNARY = {"-": "__neg__", "+": "__pos__", "~": "__invert__"}


def unary(machine: Machine, token: str, operand: Values, frame: Frame, span: Span) -> Values:
    """``-x``, ``+x`` and ``~x``: a class's own method where it has one, constants."""
    methods = {value: own_method(machine, value, _UNARY[token]) for value in operand}
    if not any(methods.values()):
        return constants.fold_unary(token, operand)

    def apply(value: Value) -> Values:
        if method := methods[value]:
            return machine.call(method, Arguments(), frame, span, "operator")
        return constants.fold_unary(token, frozenset({value}))

    return machine.for_each(operand, apply, frame)


def binary(machine: Machine, token: str, left: Values, right: Values, frame: Frame, span: Span) -> Values:
    """``left token right``: a class's own method where it has one, containers, constants."""
    name = _OPERATORS.get(token, "")

    def otherwise(one: Values, two: Values) -> Values:
        return _builtin(machine, token, one, two, frame, span)

    asked = ask_operands(machine, left, right, (f"__{name}__", f"__r{name}__"), otherwise, frame, span)
    return otherwise(left, right) if asked is None else asked


def ask_operands(
    machine: Machine,
    left: Values,
    right: Values,
    names: tuple[str, str],
    otherwise: Callable[[Values, Values], Values],
    frame: Frame,
    span: Span,
    *,
    of_comparison: bool = False,
) -> Values | None:
    """What the operands' own methods answer, the right one's under the second name; None where neither has one.

    The right operand is asked first where its class derives from the left one's, else where that one's method answers
    ``NotImplemented``.
    """
    methods = {value: own_method(machine, value, names[0]) for value in left}
    reflected = {value: own_method(machine, value, names[1]) for value in right}

    def ask(turns: list[tuple[Values, Values]], one: Values, two: Values) -> Values:
        turns = [(method, operand) for method, operand in turns if method]
        if not turns:
            return otherwise(one, two)
        answer = machine.call(turns[0][0], Arguments([turns[0][1]]), frame, span, "operator")
        if _NOT_IMPLEMENTED not in answer:
            return answer

        def settle(value: Value) -> Values:
            return ask(turns[1:], one, two) if value == _NOT_IMPLEMENTED else frozenset({value})

        return machine.for_each(answer, settle, frame)

    def ask_left(one: Value) -> Values:
        if not any(reflected.values()):
            return ask([(methods[one], right)], frozenset({one}), right)
        return machine.for_each(right, lambda two: ask_pair(one, two), frame)

    def ask_pair(one: Value, two: Value) -> Values:
        first, second = class_now(machine, one), class_now(machine, two)
        turns = [(methods[one], frozenset({two})), (reflected[two], frozenset({one}))]
        if first == second and not of_comparison:
            turns.pop()
        elif first is not None and second is not None and is_subclass(machine, second, first):
            inherited = machine.find_in_class(first, names[1]) == machine.find_in_class(second, names[1])
            turns = turns[::-1] if of_comparison or not inherited else turns
        return ask(turns, frozenset({one}), frozenset({two}))

    def reflect(two: Value) -> Values:
        return ask([(reflected.get(two, NOTHING), left)], left, frozenset({two}))

    if any(methods.values()):
        return machine.for_each(left, ask_left, frame)
    if any(reflected.values()):
        # What the left operand's own method would have answered first is not known of every value.
        maybe = NOTHING if all(isinstance(value, Const | TupleValue) for value in left) else unknown("an operand")
        return machine.for_each(right | maybe, reflect, frame)
    return None


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
