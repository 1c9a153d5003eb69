"""What functions and classes have in common: decorators, docstrings, type parameters."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import libcst as cst

from tracer.extract.builder import FileBuilder, Syntax, span_of
from tracer.extract.text import first_paragraph
from tracer.model.code import Expr
from tracer.model.names import Span


def lower_decorators(
    builder: FileBuilder, nodes: Sequence[cst.Decorator], syntax: list[Syntax]
) -> tuple[tuple[tuple[Expr, Span], ...], tuple[str, ...]]:
    """Lower decorators, outermost first, and give their source text."""
    if not nodes:
        return (), ()
    pairs = list(zip(nodes, syntax, strict=True))
    lowered = tuple([(builder.lower(node.decorator, known), span_of(known)) for node, known in pairs])
    return lowered, tuple([builder.text_of(known) for known in syntax])


def doc_of(body: list[ast.stmt]) -> str | None:
    """The first paragraph of the docstring that opens a body."""
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        value = body[0].value.value
        return first_paragraph(value) if isinstance(value, str) else None
    return None


def bind_type_parameters(builder: FileBuilder, node: cst.TypeParameters | None) -> None:
    """Bind ``def f[T]``'s parameters in the scope they serve; at run time they have a scope of their own around it."""
    if node is not None:
        builder.scope.bound.update(parameter.param.name.value for parameter in node.params)
