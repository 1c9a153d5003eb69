"""Literals, lowered: numbers, strings, implicit concatenation, f-strings.

Values are the ones ``ast`` evaluated; what the store cannot hold (bytes, integers beyond 64 bits, complex numbers,
text with lone surrogates) keeps only its type.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

import libcst as cst

from tracer.extract.builder import ExpressionHandler, FileBuilder, PairingError, Syntax, span_of
from tracer.model.code import Const, Display, Expr, Formatted, Opaque
from tracer.model.names import Span

_INTEGERS = range(-(2**63), 2**63)


def constant_of(value: object) -> Expr:
    """The lowered form of a literal's value."""
    if isinstance(value, str):
        return Const(value) if _has_utf8_form(value) else Opaque("str")
    if isinstance(value, int) and value not in _INTEGERS:
        return Opaque("int")
    if value is None or isinstance(value, (int, float)):
        return Const(value)
    return Opaque(value.__class__.__name__)


def _has_utf8_form(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def lower_literal(builder: FileBuilder, node: cst.BaseExpression, syntax: Syntax) -> Expr:
    """Lower a number, string, bytes or ``...``."""
    if syntax.__class__ is not ast.Constant:
        raise PairingError(f"{node.__class__.__name__} is paired with {syntax.__class__.__name__}")
    return constant_of(syntax.value)


def lower_concatenated(builder: FileBuilder, node: cst.ConcatenatedString, syntax: Syntax) -> Expr:
    """Lower adjacent string literals, which Python joins before it runs."""
    if isinstance(syntax, ast.Constant):
        return constant_of(syntax.value)
    return lower_formatted(builder, node, syntax)


def lower_formatted(builder: FileBuilder, node: cst.BaseExpression, syntax: Syntax) -> Expr:
    """Lower an f-string (or a t-string, which has the same parts)."""
    fields = _fields_of(node)
    values: list[Expr] = []
    for part in syntax.values:
        if isinstance(part, ast.Constant):
            _add_text(values, str(part.value))
        else:
            _add_field(builder, next(fields), part, values)
    if next(fields, None) is not None:
        raise PairingError("libcst has more replacement fields than ast")
    return Formatted(tuple(values), span_of(syntax))


def _add_text(values: list[Expr], text: str) -> None:
    """Add literal text; empty and split pieces are merged because Python versions cut them differently."""
    last = values[-1] if values else None
    if isinstance(last, Const) and isinstance(last.value, str):
        text = last.value + text
        values.pop()
    if text:
        values.append(constant_of(text))


def _add_field(builder: FileBuilder, node: cst.FormattedStringExpression, syntax: Syntax, values: list[Expr]) -> None:
    """Add a replacement field; fields inside its format specification follow it."""
    value = builder.lower(node.expression, syntax.value)
    if isinstance(value, Display) and isinstance(node.expression, cst.Tuple) and not node.expression.lpar:
        # Up to 3.11 a bare tuple's position includes the braces; its elements' positions are the same everywhere.
        elements = syntax.value.elts
        value = Display(value.kind, value.elements, Span(*span_of(elements[0])[:2], *span_of(elements[-1])[2:]))
    values.append(value)
    if syntax.conversion != -1 or syntax.format_spec is not None:
        # What the field's text is, only formatting it says.
        values.append(Opaque("str"))
    if syntax.format_spec is None or node.format_spec is None:
        return
    nested = (part for part in node.format_spec if isinstance(part, cst.FormattedStringExpression))
    for part in syntax.format_spec.values:
        if not isinstance(part, ast.Constant):
            _add_field(builder, next(nested), part, values)


def _fields_of(node: cst.BaseExpression) -> Iterator[cst.FormattedStringExpression]:
    """The replacement fields of a string in source order, across implicit concatenation."""
    if isinstance(node, cst.ConcatenatedString):
        yield from _fields_of(node.left)
        yield from _fields_of(node.right)
    elif isinstance(node, (cst.FormattedString, cst.TemplatedString)):
        for part in node.parts:
            if isinstance(part, (cst.FormattedStringExpression, cst.TemplatedStringExpression)):
                yield part  # type: ignore[misc]


HANDLERS: Mapping[type[cst.CSTNode], ExpressionHandler] = {
    cst.Integer: lower_literal,
    cst.Float: lower_literal,
    cst.Imaginary: lower_literal,
    cst.SimpleString: lower_literal,
    cst.Ellipsis: lower_literal,
    cst.ConcatenatedString: lower_concatenated,
    cst.FormattedString: lower_formatted,
    cst.TemplatedString: lower_formatted,
}
