"""The mutable state of one file's extraction; it lives for one call and hands out frozen values.

A ``FileBuilder`` holds what all extractors fill (scopes, definitions, imports, attribute names) and the scope being
lowered. It dispatches on a node's class to the handlers it was given, so that no extractor has to know the others.
Every handler gets a libcst node and the ``ast`` node of the same source text: names and structure come from the first,
positions from the second.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

import libcst as cst

from tracer.extract.text import one_line
from tracer.model.code import Expr, Name, Parameter, Pattern, Scope, Statement
from tracer.model.facts import Definition, Import
from tracer.model.names import Span

# The syntax side is Any: handlers read position and child fields of the one ast class that pairs with their node.
Syntax = Any
ExpressionHandler = Callable[["FileBuilder", Any, Syntax], Expr]
StatementHandler = Callable[["FileBuilder", Any, Syntax, list[Statement]], None]
PatternHandler = Callable[["FileBuilder", Any, Syntax], Pattern]

_new_span = tuple.__new__


class PairingError(Exception):
    """The libcst and the ``ast`` tree of a file do not describe the same code."""


def span_of(syntax: Syntax) -> Span:
    """The node's range, as ``ast`` has it."""
    return _new_span(Span, (syntax.lineno, syntax.col_offset, syntax.end_lineno, syntax.end_col_offset))


class ScopeBuilder:
    """The scope being lowered: its tables so far and its counters."""

    __slots__ = (
        "bound", "conditional", "globals", "index", "is_generator", "kind", "lambdas", "nonlocals", "private",
        "qualname",
    )  # fmt: skip

    def __init__(self, kind: str, qualname: str, index: int, private: str | None) -> None:
        self.kind = kind
        self.qualname = qualname
        self.index = index
        self.private = private
        self.bound: set[str] = set()
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self.lambdas = 0
        self.conditional = 0
        self.is_generator = False


class FileBuilder:
    """What one file's extraction has found so far."""

    __slots__ = (
        "attributes", "binds", "definitions", "expressions", "imports", "lines", "names", "patterns", "qualnames",
        "scope", "scopes", "statements",
    )  # fmt: skip

    def __init__(
        self,
        lines: tuple[bytes, ...],
        expressions: Mapping[type[cst.CSTNode], ExpressionHandler],
        statements: Mapping[type[cst.CSTNode], StatementHandler],
        patterns: Mapping[type[cst.CSTNode], PatternHandler],
    ) -> None:
        self.lines = lines
        self.expressions = expressions
        self.statements = statements
        self.patterns = patterns
        self.scopes: list[Scope | None] = [None]
        self.definitions: list[Definition] = []
        self.imports: list[Import] = []
        self.attributes: set[str] = set()
        self.names: dict[str, Name] = {}
        self.qualnames: dict[str, int] = {}
        self.scope = ScopeBuilder("module", "", 0, None)
        self.binds = True

    def lower(self, node: cst.CSTNode, syntax: Syntax) -> Expr:
        """Lower an expression."""
        return self.expressions[node.__class__](self, node, syntax)

    def lower_pattern(self, node: cst.CSTNode, syntax: Syntax) -> Pattern:
        """Lower a ``case`` pattern."""
        return self.patterns[node.__class__](self, node, syntax)

    def lower_block(self, suite: cst.BaseSuite | cst.Module, syntax: list[ast.stmt]) -> tuple[Statement, ...]:
        """Lower a suite against the ``ast`` statements of the same block."""
        lowered: list[Statement] = []
        handlers = self.statements
        remaining = iter(syntax)
        for line in suite.body:
            small = line.body if line.__class__ is cst.SimpleStatementLine else (line,)
            for node in small:
                statement = next(remaining, None)
                if statement is None:
                    raise PairingError("libcst has more statements than ast")
                handlers[node.__class__](self, node, statement, lowered)
        if next(remaining, None) is not None:
            raise PairingError("ast has more statements than libcst")
        return tuple(lowered)

    def mangle(self, name: str) -> str:
        """Apply a class's private name mangling (``__x`` in ``class C`` is ``_C__x``)."""
        private = self.scope.private
        if private is None or name[:2] != "__" or name[-2:] == "__" or "." in name:
            return name
        return f"_{private}{name}"

    def bind(self, name: str) -> None:
        """Note that the scope binds ``name`` (already mangled)."""
        if self.binds:
            self.scope.bound.add(name)

    def bind_by_walrus(self, name: str) -> None:
        """Bind even from inside a comprehension: that is where ``:=`` binds."""
        self.scope.bound.add(name)

    def text_of(self, syntax: Syntax) -> str:
        """The node's source as one line."""
        return one_line(self.lines, span_of(syntax))

    def next_qualname(self, name: str) -> str:
        """A file-local qualified name for a definition in the scope: ``outer.inner``, ``name#2`` when repeated."""
        qualname = f"{self.scope.qualname}.{name}" if self.scope.qualname else name
        count = self.qualnames.get(qualname, 0) + 1
        self.qualnames[qualname] = count
        return qualname if count == 1 else f"{qualname}#{count}"

    def next_lambda(self) -> str:
        """The qualified name of the scope's next lambda, counted from 1."""
        self.scope.lambdas += 1
        name = f"<lambda>#{self.scope.lambdas}"
        return f"{self.scope.qualname}.{name}" if self.scope.qualname else name

    def open_scope(self, kind: str, qualname: str, private: str | None) -> ScopeBuilder:
        """Number a new scope and make it current; returns the one to go back to."""
        outer = self.scope
        self.scope = ScopeBuilder(kind, qualname, len(self.scopes), private)
        self.scopes.append(None)
        return outer

    def close_scope(
        self,
        outer: ScopeBuilder,
        parameters: tuple[Parameter, ...],
        body: tuple[Statement, ...],
        span: Span,
        *,
        is_async: bool = False,
        returns: Expr | None = None,
    ) -> int:
        """Freeze the current scope and go back to ``outer``; returns the closed scope's number."""
        scope = self.scope
        self.scopes[scope.index] = self.freeze_scope(
            outer.index, parameters, body, span, is_async=is_async, returns=returns
        )
        self.scope = outer
        return scope.index

    def freeze_scope(
        self,
        parent: int,
        parameters: tuple[Parameter, ...],
        body: tuple[Statement, ...],
        span: Span,
        *,
        is_async: bool = False,
        returns: Expr | None = None,
    ) -> Scope:
        """The current scope as a frozen value."""
        scope = self.scope
        return Scope(
            kind=scope.kind,
            qualname=scope.qualname,
            parent=parent,
            parameters=parameters,
            bound=tuple(sorted(scope.bound - scope.globals - scope.nonlocals)),
            globals=tuple(sorted(scope.globals)),
            nonlocals=tuple(sorted(scope.nonlocals)),
            body=body,
            span=span,
            is_generator=scope.is_generator,
            is_async=is_async,
            returns=returns,
        )
