"""Comprehensions, lowered: their targets are theirs alone, whatever the Python version makes of their frames."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from tracer.extract.builder import ExpressionHandler, FileBuilder, PairingError, Syntax, span_of
from tracer.model.code import Comprehension, Expr, Generator

_KINDS = {cst.ListComp: "list", cst.SetComp: "set", cst.GeneratorExp: "generator"}


def lower_comprehension(builder: FileBuilder, node: cst.BaseSimpleComp, syntax: Syntax) -> Expr:
    """Lower a list, set or generator comprehension."""
    element = builder.lower(node.elt, syntax.elt)
    generators = _lower_generators(builder, node.for_in, syntax.generators)
    return Comprehension(_KINDS[node.__class__], element, None, generators, span_of(syntax))


def lower_dict_comprehension(builder: FileBuilder, node: cst.DictComp, syntax: Syntax) -> Expr:
    """Lower a dict comprehension: ``element`` is the key."""
    key = builder.lower(node.key, syntax.key)
    value = builder.lower(node.value, syntax.value)
    generators = _lower_generators(builder, node.for_in, syntax.generators)
    return Comprehension("dict", key, value, generators, span_of(syntax))


def _lower_generators(builder: FileBuilder, node: cst.CompFor, syntax: list[Syntax]) -> tuple[Generator, ...]:
    lowered: list[Generator] = []
    clause: cst.CompFor | None = node
    for known in syntax:
        if clause is None:
            raise PairingError("ast has more for clauses than libcst")
        lowered.append(_lower_generator(builder, clause, known))
        clause = clause.inner_for_in
    return tuple(lowered)


def _lower_generator(builder: FileBuilder, node: cst.CompFor, syntax: Syntax) -> Generator:
    """Lower one clause; like a loop's, its span is the iterable's."""
    binds, builder.binds = builder.binds, False
    target = builder.lower(node.target, syntax.target)
    builder.binds = binds
    iterable = builder.lower(node.iter, syntax.iter)
    conditions = tuple([builder.lower(part.test, known) for part, known in zip(node.ifs, syntax.ifs, strict=True)])
    return Generator(target, iterable, conditions, span_of(syntax.iter), bool(syntax.is_async))


HANDLERS: Mapping[type[cst.CSTNode], ExpressionHandler] = {
    cst.ListComp: lower_comprehension,
    cst.SetComp: lower_comprehension,
    cst.GeneratorExp: lower_comprehension,
    cst.DictComp: lower_dict_comprehension,
}
