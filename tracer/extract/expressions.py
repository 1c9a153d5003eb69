"""Expressions, lowered: names, attributes, calls, operators, displays.

Parentheses, commas and white space go; order and positions stay. Literals are in ``literals``, comprehensions in
``comprehensions`` and lambdas in ``functions``.
"""

from __future__ import annotations

import unicodedata
from ast import Load as _Load
from collections.abc import Mapping, Sequence

import libcst as cst

from tracer.extract.builder import ExpressionHandler, FileBuilder, PairingError, Syntax, span_of
from tracer.model.code import (
    Argument,
    Attribute,
    Await,
    Binary,
    Call,
    Compare,
    Conditional,
    Const,
    DictDisplay,
    Display,
    Expr,
    Logical,
    Name,
    Slice,
    Starred,
    Subscript,
    Unary,
    Walrus,
    Yield,
)

OPERATORS: Mapping[type[cst.CSTNode], str] = {
    cst.Add: "+", cst.Subtract: "-", cst.Multiply: "*", cst.Divide: "/", cst.FloorDivide: "//", cst.Modulo: "%",
    cst.Power: "**", cst.MatrixMultiply: "@", cst.LeftShift: "<<", cst.RightShift: ">>", cst.BitAnd: "&",
    cst.BitOr: "|", cst.BitXor: "^",
    cst.Plus: "+", cst.Minus: "-", cst.BitInvert: "~", cst.Not: "not",
    cst.And: "and", cst.Or: "or",
    cst.Equal: "==", cst.NotEqual: "!=", cst.LessThan: "<", cst.LessThanEqual: "<=", cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=", cst.Is: "is", cst.IsNot: "is not", cst.In: "in", cst.NotIn: "not in",
}  # fmt: skip
_CONSTANTS = {"True": Const(True), "False": Const(False), "None": Const(None)}
_BY_NAME = frozenset({"getattr", "setattr", "hasattr", "delattr"})
_DISPLAYS = {cst.Tuple: "tuple", cst.List: "list", cst.Set: "set"}


def identifier(written: str, known: str) -> str:
    """The name ``ast`` knows for an identifier as written (NFKC-normalised).

    Raises:
        PairingError: if the two trees disagree about it.
    """
    if written != known and unicodedata.normalize("NFKC", written) != known:
        raise PairingError(f"{written!r} is paired with {known!r}")
    return known


def lower_name(builder: FileBuilder, node: cst.Name, syntax: Syntax) -> Expr:
    """Lower a name, and note what it binds."""
    name = node.value
    constant = _CONSTANTS.get(name)
    if constant is not None:
        return constant
    if syntax.id != name:
        name = identifier(name, syntax.id)
    if name[:2] == "__":
        name = builder.mangle(name)
    if syntax.ctx.__class__ is not _Load:
        builder.bind(name)
    lowered = builder.names.get(name)
    if lowered is None:
        lowered = builder.names[name] = Name(name)
    return lowered


def lower_attribute(builder: FileBuilder, node: cst.Attribute, syntax: Syntax) -> Expr:
    """Lower ``value.name``."""
    name = node.attr.value
    if syntax.attr != name:
        name = identifier(name, syntax.attr)
    if name[:2] == "__":
        name = builder.mangle(name)
    builder.attributes.add(name)
    value = node.value
    return Attribute(builder.expressions[value.__class__](builder, value, syntax.value), name, span_of(syntax))


def lower_call(builder: FileBuilder, node: cst.Call, syntax: Syntax) -> Expr:
    """Lower a call; a constant name given to getattr and its like counts as an attribute name."""
    function = builder.lower(node.func, syntax.func)
    arguments = lower_arguments(builder, node.args, syntax.args, syntax.keywords)
    if function.__class__ is Name and function.id in _BY_NAME and len(arguments) > 1:
        named = arguments[1].value
        if isinstance(named, Const) and isinstance(named.value, str):
            builder.attributes.add(named.value)
    return Call(function, arguments, span_of(syntax))


def lower_arguments(
    builder: FileBuilder,
    nodes: Sequence[cst.Arg],
    positional: list[Syntax],
    keywords: list[Syntax],
) -> tuple[Argument, ...]:
    """Lower arguments in source order; ``ast`` keeps the positional and the named ones apart."""
    if len(nodes) != len(positional) + len(keywords):
        raise PairingError("the trees disagree about a call's arguments")
    lowered: list[Argument] = []
    expressions = builder.expressions
    by_position, by_name = iter(positional), iter(keywords)
    for node in nodes:
        value = node.value
        handler = expressions[value.__class__]
        if node.keyword is not None:
            keyword = next(by_name)
            lowered.append(Argument(handler(builder, value, keyword.value), keyword.arg))
        elif node.star == "":
            lowered.append(Argument(handler(builder, value, next(by_position))))
        elif node.star == "*":
            lowered.append(Argument(handler(builder, value, next(by_position).value), None, 1))
        else:
            lowered.append(Argument(handler(builder, value, next(by_name).value), None, 2))
    return tuple(lowered)


def lower_subscript(builder: FileBuilder, node: cst.Subscript, syntax: Syntax) -> Expr:
    """Lower ``value[index]``; several indices, or one with a comma or star, make a tuple."""
    value = builder.lower(node.value, syntax.value)
    elements, index = node.slice, syntax.slice
    first = elements[0]
    single = len(elements) == 1 and not isinstance(first.comma, cst.Comma)
    if single and not (isinstance(first.slice, cst.Index) and first.slice.star):
        return Subscript(value, _lower_index(builder, first.slice, index), span_of(syntax))
    lowered = [_lower_index(builder, element.slice, part) for element, part in zip(elements, index.elts, strict=True)]
    return Subscript(value, Display("tuple", tuple(lowered), span_of(index)), span_of(syntax))


def _lower_index(builder: FileBuilder, node: cst.BaseSlice, syntax: Syntax) -> Expr:
    if isinstance(node, cst.Index):
        return Starred(builder.lower(node.value, syntax.value)) if node.star else builder.lower(node.value, syntax)
    if not isinstance(node, cst.Slice):
        raise PairingError(f"{node.__class__.__name__} is no index")
    lower = None if node.lower is None else builder.lower(node.lower, syntax.lower)
    upper = None if node.upper is None else builder.lower(node.upper, syntax.upper)
    step = None if node.step is None else builder.lower(node.step, syntax.step)
    return Slice(lower, upper, step)


def lower_binary(builder: FileBuilder, node: cst.BinaryOperation, syntax: Syntax) -> Expr:
    """Lower ``left operator right``."""
    left = builder.lower(node.left, syntax.left)
    return Binary(left, OPERATORS[node.operator.__class__], builder.lower(node.right, syntax.right), span_of(syntax))


def lower_unary(builder: FileBuilder, node: cst.UnaryOperation, syntax: Syntax) -> Expr:
    """Lower ``-x``, ``+x``, ``~x`` and ``not x``."""
    return Unary(OPERATORS[node.operator.__class__], builder.lower(node.expression, syntax.operand), span_of(syntax))


def lower_compare(builder: FileBuilder, node: cst.Comparison, syntax: Syntax) -> Expr:
    """Lower a chain of comparisons."""
    left = builder.lower(node.left, syntax.left)
    operators = tuple([OPERATORS[target.operator.__class__] for target in node.comparisons])
    pairs = zip(node.comparisons, syntax.comparators, strict=True)
    comparators = tuple([builder.lower(target.comparator, part) for target, part in pairs])
    return Compare(left, operators, comparators, span_of(syntax))


def lower_logical(builder: FileBuilder, node: cst.BooleanOperation, syntax: Syntax) -> Expr:
    """Lower ``and`` and ``or``; libcst nests a chain to the left where ``ast`` keeps it flat."""
    operator = node.operator.__class__
    operands: list[cst.BaseExpression] = [node.right]
    left = node.left
    while isinstance(left, cst.BooleanOperation) and left.operator.__class__ is operator and not left.lpar:
        operands.append(left.right)
        left = left.left
    operands.append(left)
    pairs = zip(reversed(operands), syntax.values, strict=True)
    return Logical(OPERATORS[operator], tuple([builder.lower(part, known) for part, known in pairs]), span_of(syntax))


def lower_conditional(builder: FileBuilder, node: cst.IfExp, syntax: Syntax) -> Expr:
    """Lower ``body if test else orelse``, in source order."""
    body = builder.lower(node.body, syntax.body)
    test = builder.lower(node.test, syntax.test)
    orelse = builder.lower(node.orelse, syntax.orelse)
    return Conditional(test, body, orelse, builder.text_of(syntax.test), span_of(syntax))


def lower_display(builder: FileBuilder, node: cst.Tuple | cst.List | cst.Set, syntax: Syntax) -> Expr:
    """Lower a tuple, list or set, as a value or as a target."""
    lowered: list[Expr] = []
    expressions = builder.expressions
    for element, part in zip(node.elements, syntax.elts, strict=True):
        value = element.value
        if element.__class__ is cst.Element:
            lowered.append(expressions[value.__class__](builder, value, part))
        else:
            lowered.append(Starred(builder.lower(value, part.value)))
    return Display(_DISPLAYS[node.__class__], tuple(lowered), span_of(syntax))


def lower_dict(builder: FileBuilder, node: cst.Dict, syntax: Syntax) -> Expr:
    """Lower a dict display."""
    entries: list[tuple[Expr | None, Expr]] = []
    for element, key, value in zip(node.elements, syntax.keys, syntax.values, strict=True):
        known = builder.lower(element.key, key) if isinstance(element, cst.DictElement) else None
        entries.append((known, builder.lower(element.value, value)))
    return DictDisplay(tuple(entries), span_of(syntax))


def lower_starred(builder: FileBuilder, node: cst.StarredElement, syntax: Syntax) -> Expr:
    """Lower ``*value`` where it stands alone (``*args: *Ts``)."""
    return Starred(builder.lower(node.value, syntax.value))


def lower_await(builder: FileBuilder, node: cst.Await, syntax: Syntax) -> Expr:
    """Lower ``await value``."""
    return Await(builder.lower(node.expression, syntax.value), span_of(syntax))


def lower_yield(builder: FileBuilder, node: cst.Yield, syntax: Syntax) -> Expr:
    """Lower ``yield`` and ``yield from``; its scope is a generator."""
    builder.scope.is_generator = True
    value = node.value
    if value is None:
        return Yield(None, is_from=False, span=span_of(syntax))
    if isinstance(value, cst.From):
        return Yield(builder.lower(value.item, syntax.value), is_from=True, span=span_of(syntax))
    return Yield(builder.lower(value, syntax.value), is_from=False, span=span_of(syntax))


def lower_walrus(builder: FileBuilder, node: cst.NamedExpr, syntax: Syntax) -> Expr:
    """Lower ``name := value``; it binds in the scope around any comprehension."""
    name = builder.mangle(syntax.target.id)
    builder.bind_by_walrus(name)
    return Walrus(name, builder.lower(node.value, syntax.value))


HANDLERS: Mapping[type[cst.CSTNode], ExpressionHandler] = {
    cst.Name: lower_name,
    cst.Attribute: lower_attribute,
    cst.Call: lower_call,
    cst.Subscript: lower_subscript,
    cst.BinaryOperation: lower_binary,
    cst.UnaryOperation: lower_unary,
    cst.Comparison: lower_compare,
    cst.BooleanOperation: lower_logical,
    cst.IfExp: lower_conditional,
    cst.Tuple: lower_display,
    cst.List: lower_display,
    cst.Set: lower_display,
    cst.Dict: lower_dict,
    cst.StarredElement: lower_starred,
    cst.Await: lower_await,
    cst.Yield: lower_yield,
    cst.NamedExpr: lower_walrus,
}
