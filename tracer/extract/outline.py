"""Definitions and imports of a file whose bodies cannot be lowered, from its ``ast`` alone.

The scopes are there, numbered as everywhere else and with their parameters, but their bodies are empty: the header's
problem says why.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tracer.extract.builder import FileBuilder, span_of
from tracer.extract.definitions import doc_of
from tracer.model.code import Parameter
from tracer.model.facts import Definition, Import
from tracer.model.names import Span

_BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")


def outline_module(builder: FileBuilder, module: ast.Module, span: Span) -> None:
    """Fill the builder with what the file defines and imports."""
    _outline_block(builder, module)
    builder.scopes[0] = builder.freeze_scope(-1, (), (), span)


def _outline_block(builder: FileBuilder, parent: ast.AST) -> None:
    """Visit the definitions and imports of one scope in source order, its nested scopes as they come."""
    stack: list[tuple[ast.AST, bool]] = [(child, False) for child in _children_of(parent)]
    while stack:
        node, conditional = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            _outline_definition(builder, node)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            _outline_import(builder, node, conditional=conditional)
        else:
            stack.extend((child, True) for child in _children_of(node))


def _children_of(node: ast.AST) -> Iterator[ast.AST]:
    """The statements directly below a node, last first."""
    for name in reversed(_BLOCKS):
        block = getattr(node, name, None)
        if isinstance(block, list):
            yield from reversed(block)


def _outline_definition(builder: FileBuilder, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
    kind, private = "function", builder.scope.private
    bases: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    if isinstance(node, ast.ClassDef):
        kind, private = "class", node.name.lstrip("_") or None
        bases = tuple([builder.text_of(base) for base in node.bases])
    else:
        parameters = tuple(_parameters_of(builder, node.args))
    builder.bind(builder.mangle(node.name))
    qualname, parent = builder.next_qualname(node.name), builder.scope.index
    first_line = node.decorator_list[0].lineno if node.decorator_list else node.lineno
    decorators = tuple([builder.text_of(decorator) for decorator in node.decorator_list])
    outer = builder.open_scope(kind, qualname, private)
    builder.scope.bound.update(parameter.name for parameter in parameters)
    span, doc = span_of(node), doc_of(node.body)
    definition = Definition(kind, qualname, builder.scope.index, parent, span, first_line, bases, decorators, doc)
    builder.definitions.append(definition)
    _outline_block(builder, node)
    builder.close_scope(outer, parameters, (), span, is_async=isinstance(node, ast.AsyncFunctionDef))


def _parameters_of(builder: FileBuilder, arguments: ast.arguments) -> Iterator[Parameter]:
    required = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    for number, argument in enumerate((*arguments.posonlyargs, *arguments.args)):
        kind = "positional" if number < len(arguments.posonlyargs) else "normal"
        yield Parameter(builder.mangle(argument.arg), kind, number >= required)
    if arguments.vararg is not None:
        yield Parameter(builder.mangle(arguments.vararg.arg), "vararg", False)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield Parameter(builder.mangle(argument.arg), "keyword", default is not None)
    if arguments.kwarg is not None:
        yield Parameter(builder.mangle(arguments.kwarg.arg), "kwarg", False)


def _outline_import(builder: FileBuilder, node: ast.Import | ast.ImportFrom, *, conditional: bool) -> None:
    is_from = isinstance(node, ast.ImportFrom)
    for alias in node.names:
        bound = alias.asname or (alias.name if is_from else alias.name.partition(".")[0])
        name = builder.mangle(bound)
        if name != "*":
            builder.bind(name)
        module, level = (node.module or "", node.level) if isinstance(node, ast.ImportFrom) else (alias.name, 0)
        origin = alias.name if is_from else None
        builder.imports.append(Import(name, module, level, origin, builder.scope.index, conditional, span_of(alias)))
