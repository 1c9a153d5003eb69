"""Functions and lambdas: parameters, defaults, annotations, and the scope each of them opens."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

import libcst as cst

from tracer.extract.annotations import lower_annotation
from tracer.extract.builder import ExpressionHandler, FileBuilder, StatementHandler, Syntax, span_of
from tracer.extract.definitions import bind_type_parameters, doc_of, lower_decorators
from tracer.model.code import Argument, DefineFunction, Expr, Lambda, Parameter, Return, Statement
from tracer.model.facts import Definition


def lower_function(builder: FileBuilder, node: cst.FunctionDef, syntax: Syntax, lowered: list[Statement]) -> None:
    """Lower a ``def``: what its statement evaluates here, its body as a scope of its own."""
    decorators, sources = lower_decorators(builder, node.decorators, syntax.decorator_list)
    parameters, defaults = lower_parameters(builder, node.params, syntax.args)
    returns = None if node.returns is None else lower_annotation(builder, node.returns, syntax.returns)
    name, span, parent = builder.mangle(syntax.name), span_of(syntax), builder.scope.index
    builder.bind(name)
    qualname = builder.next_qualname(syntax.name)
    first_line = syntax.decorator_list[0].lineno if decorators else span.line
    outer = builder.open_scope("function", qualname, builder.scope.private)
    builder.definitions.append(
        Definition(
            "function", qualname, builder.scope.index, parent, span, first_line, (), sources, doc_of(syntax.body)
        )
    )
    bind_type_parameters(builder, node.type_parameters)
    builder.scope.bound.update(parameter.name for parameter in parameters)
    body = builder.lower_block(node.body, syntax.body)
    is_async = isinstance(syntax, ast.AsyncFunctionDef)
    scope = builder.close_scope(outer, parameters, body, span, is_async=is_async, returns=returns)
    lowered.append(DefineFunction(name, scope, decorators, defaults, span))


def lower_lambda(builder: FileBuilder, node: cst.Lambda, syntax: Syntax) -> Expr:
    """Lower a lambda; its body is one ``Return``."""
    qualname, span, parent = builder.next_lambda(), span_of(syntax), builder.scope.index
    parameters, defaults = lower_parameters(builder, node.params, syntax.args)
    outer = builder.open_scope("lambda", qualname, builder.scope.private)
    builder.definitions.append(Definition("lambda", qualname, builder.scope.index, parent, span, span.line))
    builder.scope.bound.update(parameter.name for parameter in parameters)
    binds, builder.binds = builder.binds, True
    body = (Return(builder.lower(node.body, syntax.body), span_of(syntax.body)),)
    builder.binds = binds
    return Lambda(builder.close_scope(outer, parameters, body, span), defaults, span)


def lower_parameters(
    builder: FileBuilder, node: cst.Parameters, syntax: ast.arguments
) -> tuple[tuple[Parameter, ...], tuple[Argument, ...]]:
    """Lower parameters in source order, and their defaults as arguments named after them."""
    parameters: list[Parameter] = []
    defaults: list[Argument] = []
    for kind, parameter, known, default in _paired_parameters(node, syntax):
        name = builder.mangle(known.arg)
        annotation = parameter.annotation
        lowered = None if annotation is None else lower_annotation(builder, annotation, known.annotation)
        parameters.append(Parameter(name, kind, parameter.default is not None, lowered))
        if parameter.default is not None:
            defaults.append(Argument(builder.lower(parameter.default, default), name))
    return tuple(parameters), tuple(defaults)


def _paired_parameters(
    node: cst.Parameters, syntax: ast.arguments
) -> Iterator[tuple[str, cst.Param, ast.arg, ast.expr | None]]:
    """Each parameter with its ``ast`` twin and its default's; ``ast`` lists positional defaults from the right."""
    defaults = iter(syntax.defaults)
    positional = (("positional", node.posonly_params, syntax.posonlyargs), ("normal", node.params, syntax.args))
    for kind, nodes, known in positional:
        for parameter, argument in zip(nodes, known, strict=True):
            yield kind, parameter, argument, next(defaults) if parameter.default is not None else None
    if isinstance(node.star_arg, cst.Param) and syntax.vararg is not None:
        yield "vararg", node.star_arg, syntax.vararg, None
    for parameter, argument, default in zip(node.kwonly_params, syntax.kwonlyargs, syntax.kw_defaults, strict=True):
        yield "keyword", parameter, argument, default
    if node.star_kwarg is not None and syntax.kwarg is not None:
        yield "kwarg", node.star_kwarg, syntax.kwarg, None


EXPRESSIONS: Mapping[type[cst.CSTNode], ExpressionHandler] = {cst.Lambda: lower_lambda}
STATEMENTS: Mapping[type[cst.CSTNode], StatementHandler] = {cst.FunctionDef: lower_function}
