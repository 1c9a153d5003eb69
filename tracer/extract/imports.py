"""Imports: the statement where it stands, and one ``Import`` per bound name for the header."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from tracer.extract.builder import FileBuilder, StatementHandler, Syntax, span_of
from tracer.model.code import ImportFrom, ImportModule, Statement
from tracer.model.facts import Import


def lower_import(builder: FileBuilder, node: cst.Import, syntax: Syntax, lowered: list[Statement]) -> None:
    """Lower ``import a.b, c as d``, one statement per module."""
    scope, span = builder.scope, span_of(syntax)
    for _, alias in zip(node.names, syntax.names, strict=True):
        name = builder.mangle(alias.asname or alias.name.partition(".")[0])
        builder.bind(name)
        conditional = scope.conditional > 0
        builder.imports.append(Import(name, alias.name, 0, None, scope.index, conditional, span_of(alias)))
        lowered.append(ImportModule(alias.name, alias.asname, span))


def lower_import_from(builder: FileBuilder, node: cst.ImportFrom, syntax: Syntax, lowered: list[Statement]) -> None:
    """Lower ``from module import names``; a star binds nothing that the file alone can know."""
    scope, module, level = builder.scope, syntax.module or "", len(node.relative)
    for alias in syntax.names:
        name = builder.mangle(alias.asname or alias.name)
        if name != "*":
            builder.bind(name)
        conditional = scope.conditional > 0
        builder.imports.append(Import(name, module, level, alias.name, scope.index, conditional, span_of(alias)))
    names = tuple([(alias.name, alias.asname) for alias in syntax.names])
    lowered.append(ImportFrom(module, level, names, span_of(syntax)))


STATEMENTS: Mapping[type[cst.CSTNode], StatementHandler] = {
    cst.Import: lower_import,
    cst.ImportFrom: lower_import_from,
}
