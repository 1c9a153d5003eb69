"""Classes: bases and keywords where the statement stands, the body as a scope of its own."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from tracer.extract.builder import FileBuilder, StatementHandler, Syntax, span_of
from tracer.extract.definitions import bind_type_parameters, doc_of, lower_decorators
from tracer.extract.expressions import lower_arguments
from tracer.model.code import DefineClass, Statement
from tracer.model.facts import Definition


def lower_class(builder: FileBuilder, node: cst.ClassDef, syntax: Syntax, lowered: list[Statement]) -> None:
    """Lower a ``class`` statement."""
    decorators, sources = lower_decorators(builder, node.decorators, syntax.decorator_list)
    arguments = lower_arguments(builder, [*node.bases, *node.keywords], syntax.bases, syntax.keywords)
    name, span, parent = builder.mangle(syntax.name), span_of(syntax), builder.scope.index
    builder.bind(name)
    qualname = builder.next_qualname(syntax.name)
    first_line = syntax.decorator_list[0].lineno if decorators else span.line
    bases = tuple([builder.text_of(base) for base in syntax.bases])
    # A class named only with underscores mangles nothing.
    outer = builder.open_scope("class", qualname, syntax.name.lstrip("_") or None)
    builder.definitions.append(
        Definition(
            "class", qualname, builder.scope.index, parent, span, first_line, bases, sources, doc_of(syntax.body)
        )
    )
    bind_type_parameters(builder, node.type_parameters)
    body = builder.lower_block(node.body, syntax.body)
    lowered.append(DefineClass(name, builder.close_scope(outer, (), body, span), decorators, arguments, span))


STATEMENTS: Mapping[type[cst.CSTNode], StatementHandler] = {cst.ClassDef: lower_class}
