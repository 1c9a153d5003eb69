"""Annotations, lowered: expressions whose strings are read as the code they quote.

A quoted type parses like any other expression; every node inside it stands where the string does. ``Literal[...]`` and
the metadata of ``Annotated[...]`` quote nothing, so their strings stay strings.
"""

from __future__ import annotations

import ast
import keyword
import warnings

import libcst as cst

from tracer.extract.builder import FileBuilder, Syntax
from tracer.model.code import Attribute, Binary, Const, Display, Expr, Name, Subscript

_MAX_QUOTED = 1_000


def lower_annotation(builder: FileBuilder, node: cst.Annotation, syntax: Syntax) -> Expr:
    """Lower an annotation; a string in it that does not parse stays a ``Const``."""
    lowered = builder.lower(node.annotation, syntax)
    kind = lowered.__class__
    return lowered if kind is Name or kind is Attribute else _unquoted(builder, lowered, syntax)


def _unquoted(builder: FileBuilder, lowered: Expr, syntax: Syntax) -> Expr:
    if isinstance(lowered, Const) and isinstance(lowered.value, str):
        return _parse_quoted(builder, lowered.value, syntax) or lowered
    if isinstance(lowered, Subscript):
        return _unquoted_subscript(builder, lowered, syntax)
    if isinstance(lowered, Binary):
        left, right = _unquoted(builder, lowered.left, syntax.left), _unquoted(builder, lowered.right, syntax.right)
        return (
            lowered
            if left is lowered.left and right is lowered.right
            else Binary(left, lowered.operator, right, lowered.span)
        )
    if isinstance(lowered, Display):
        return _unquoted_display(builder, lowered, syntax, len(lowered.elements))
    return lowered


def _unquoted_subscript(builder: FileBuilder, lowered: Subscript, syntax: Syntax) -> Expr:
    value, index = lowered.value, lowered.index
    generic = value.name if isinstance(value, Attribute) else value.id if isinstance(value, Name) else ""
    if generic == "Literal":
        return lowered
    if generic == "Annotated" and isinstance(index, Display):
        index = _unquoted_display(builder, index, syntax.slice, 1)
    else:
        index = _unquoted(builder, index, syntax.slice)
    return lowered if index is lowered.index else Subscript(value, index, lowered.span)


def _unquoted_display(builder: FileBuilder, lowered: Display, syntax: Syntax, count: int) -> Display:
    elements = tuple(
        [
            _unquoted(builder, element, known) if number < count else element
            for number, (element, known) in enumerate(zip(lowered.elements, syntax.elts, strict=True))
        ]
    )
    unchanged = all(new is old for new, old in zip(elements, lowered.elements, strict=True))
    return lowered if unchanged else Display(lowered.kind, elements, lowered.span)


def _parse_quoted(builder: FileBuilder, source: str, place: Syntax) -> Expr | None:
    source = source.strip()
    if not source or len(source) > _MAX_QUOTED:
        return None
    if source.isidentifier() and not keyword.iskeyword(source):
        return Name(builder.mangle(source))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            syntax = ast.parse(source, mode="eval").body
        node = cst.parse_expression(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError, cst.ParserSyntaxError):
        return None
    for inner in ast.walk(syntax):
        if isinstance(inner, (ast.Lambda, ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.IfExp)):
            return None
        ast.copy_location(inner, place)
    return _unquoted(builder, builder.lower(node, syntax), syntax)
