"""Folding of operators over known constants. Everything else keeps its type where the operator does."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from tracer.link.values import Const, Typed, Values, class_of, constant, known_constant, single, unknown

LONGEST = 4096

_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "&": operator.and_, "|": operator.or_, "^": operator.xor,
}  # fmt: skip
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_NUMBERS = {"builtins:int", "builtins:float", "builtins:bool"}


def fold_binary(token: str, left: Values, right: Values) -> Values:
    """The operator's result on constants, or on values of builtin types."""
    first, second = known_constant(left), known_constant(right)
    function = _BINARY.get(token)
    if first is not None and second is not None and function is not None and _is_small(token, first, second):
        try:
            return constant(function(first.value, second.value))
        except (ArithmeticError, TypeError, ValueError):
            return unknown("an operator applied to unsuited constants")
    kinds = {class_of(value) for values in (left, right) for value in values}
    if kinds and kinds <= _NUMBERS and len(left) and len(right):
        return frozenset({Typed("builtins:float" if "builtins:float" in kinds or token == "/" else "builtins:int")})
    if kinds == {"builtins:str"} or (token == "%" and {class_of(value) for value in left} == {"builtins:str"}):
        return frozenset({Typed("builtins:str")})
    return unknown("result of an operator")


def _is_small(token: str, first: Const, second: Const) -> bool:
    if token == "*":
        return not (isinstance(first.value, str | bytes) or isinstance(second.value, str | bytes))
    return not isinstance(first.value, str | bytes) or len(first.value) < LONGEST


def fold_unary(token: str, operand: Values) -> Values:
    """``-x``, ``+x``, ``~x``."""
    const = known_constant(operand)
    if const is not None and isinstance(const.value, int | float):
        if token == "-":
            return constant(-const.value)
        if token == "+":
            return constant(+const.value)
        if isinstance(const.value, int):
            return constant(~const.value)
    value = single(operand)
    return (
        frozenset({value}) if isinstance(value, Typed) and value.cls in _NUMBERS else unknown("result of an operator")
    )


def fold_compare(token: str, left: Const, right: Const) -> bool | None:
    """A comparison of two constants."""
    try:
        return _COMPARE[token](left.value, right.value)
    except TypeError:
        return None
