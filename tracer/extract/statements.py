"""Statements, lowered: assignments, control flow, imports' siblings. Definitions and patterns have their own modules.

A bare string statement is documentation and is left out; ``global`` and ``nonlocal`` end in the scope's tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import libcst as cst

from tracer.extract.annotations import lower_annotation
from tracer.extract.builder import FileBuilder, PairingError, StatementHandler, Syntax, span_of
from tracer.model.code import (
    Assert,
    Assign,
    Augment,
    Const,
    Delete,
    Evaluate,
    Expr,
    For,
    Handler,
    If,
    Jump,
    Raise,
    Return,
    Statement,
    Try,
    While,
    With,
    WithItem,
)

_Handler = cst.ExceptHandler | cst.ExceptStarHandler
_AUGMENTED: Mapping[type[cst.CSTNode], str] = {
    cst.AddAssign: "+", cst.SubtractAssign: "-", cst.MultiplyAssign: "*", cst.MatrixMultiplyAssign: "@",
    cst.DivideAssign: "/", cst.FloorDivideAssign: "//", cst.ModuloAssign: "%", cst.PowerAssign: "**",
    cst.LeftShiftAssign: "<<", cst.RightShiftAssign: ">>", cst.BitAndAssign: "&", cst.BitOrAssign: "|",
    cst.BitXorAssign: "^",
}  # fmt: skip


def lower_evaluate(builder: FileBuilder, node: cst.Expr, syntax: Syntax, lowered: list[Statement]) -> None:
    """Lower an expression statement."""
    value = builder.lower(node.value, syntax.value)
    if not (isinstance(value, Const) and isinstance(value.value, str)):
        lowered.append(Evaluate(value, span_of(syntax)))


def lower_assign(builder: FileBuilder, node: cst.Assign, syntax: Syntax, lowered: list[Statement]) -> None:
    """Lower ``a = b = value``."""
    pairs = zip(node.targets, syntax.targets, strict=True)
    targets = tuple([builder.lower(target.target, known) for target, known in pairs])
    lowered.append(Assign(targets, builder.lower(node.value, syntax.value), span_of(syntax)))


def lower_annotated(builder: FileBuilder, node: cst.AnnAssign, syntax: Syntax, lowered: list[Statement]) -> None:
    """Lower ``target: annotation = value``."""
    target = builder.lower(node.target, syntax.target)
    annotation = lower_annotation(builder, node.annotation, syntax.annotation)
    value = None if node.value is None else builder.lower(node.value, syntax.value)
    lowered.append(Assign((target,), value, span_of(syntax), annotation))


def lower_augment(builder: FileBuilder, node: cst.AugAssign, syntax: Syntax, lowered: list[Statement]) -> None:
    """Lower ``target += value`` and its like."""
    target = builder.lower(node.target, syntax.target)
    value = builder.lower(node.value, syntax.value)
    lowered.append(Augment(target, _AUGMENTED[node.operator.__class__], value, span_of(syntax)))


def lower_type_alias(builder: FileBuilder, node: cst.TypeAlias, syntax: Syntax, lowered: list[Statement]) -> None:
    """Lower ``type X = value`` as the assignment it amounts to."""
    target = builder.lower(node.name, syntax.name)
    lowered.append(Assign((target,), builder.lower(node.value, syntax.value), span_of(syntax)))


def lower_delete(builder: FileBuilder, node: cst.Del, syntax: Syntax, lowered: list[Statement]) -> None:
    """Lower ``del``; several bare targets are one tuple to libcst."""
    target = node.target
    if isinstance(target, cst.Tuple) and not target.lpar:
        pairs = zip(target.elements, syntax.targets, strict=True)
        targets = tuple([builder.lower(element.value, known) for element, known in pairs])
    else:
        (known,) = syntax.targets
        targets = (builder.lower(target, known),)
    lowered.append(Delete(targets, span_of(syntax)))


def lower_return(builder: FileBuilder, node: cst.Return, syntax: Syntax, lowered: list[Statement]) -> None:
    """Lower ``return``."""
    lowered.append(Return(_optional(builder, node.value, syntax.value), span_of(syntax)))


def lower_raise(builder: FileBuilder, node: cst.Raise, syntax: Syntax, lowered: list[Statement]) -> None:
    """Lower ``raise``."""
    exception = _optional(builder, node.exc, syntax.exc)
    cause = None if node.cause is None else builder.lower(node.cause.item, syntax.cause)
    lowered.append(Raise(exception, cause, span_of(syntax)))


def lower_assert(builder: FileBuilder, node: cst.Assert, syntax: Syntax, lowered: list[Statement]) -> None:
    """Lower ``assert``."""
    test = builder.lower(node.test, syntax.test)
    lowered.append(
        Assert(test, _optional(builder, node.msg, syntax.msg), builder.text_of(syntax.test), span_of(syntax))
    )


def lower_jump(builder: FileBuilder, node: cst.CSTNode, syntax: Syntax, lowered: list[Statement]) -> None:
    """Lower ``break``, ``continue`` and ``pass``."""
    lowered.append(Jump(node.__class__.__name__.lower()))


def declare_globals(builder: FileBuilder, node: cst.Global, syntax: Syntax, lowered: list[Statement]) -> None:
    """Note ``global`` names."""
    builder.scope.globals.update(builder.mangle(name) for name in syntax.names)


def declare_nonlocals(builder: FileBuilder, node: cst.Nonlocal, syntax: Syntax, lowered: list[Statement]) -> None:
    """Note ``nonlocal`` names."""
    builder.scope.nonlocals.update(builder.mangle(name) for name in syntax.names)


def lower_if(builder: FileBuilder, node: cst.If, syntax: Syntax, lowered: list[Statement]) -> None:
    """Lower ``if``; an ``elif`` is an ``If`` alone in ``orelse``."""
    test = builder.lower(node.test, syntax.test)
    builder.scope.conditional += 1
    body = builder.lower_block(node.body, syntax.body)
    orelse: tuple[Statement, ...] = ()
    if isinstance(node.orelse, cst.If):
        chained: list[Statement] = []
        lower_if(builder, node.orelse, syntax.orelse[0], chained)
        orelse = tuple(chained)
    elif node.orelse is not None:
        orelse = builder.lower_block(node.orelse.body, syntax.orelse)
    builder.scope.conditional -= 1
    lowered.append(If(test, body, orelse, builder.text_of(syntax.test), span_of(syntax.test)))


def lower_while(builder: FileBuilder, node: cst.While, syntax: Syntax, lowered: list[Statement]) -> None:
    """Lower ``while``."""
    test = builder.lower(node.test, syntax.test)
    body, orelse = _lower_loop(builder, node, syntax)
    lowered.append(While(test, body, orelse, builder.text_of(syntax.test), span_of(syntax.test)))


def lower_for(builder: FileBuilder, node: cst.For, syntax: Syntax, lowered: list[Statement]) -> None:
    """Lower ``for``."""
    target = builder.lower(node.target, syntax.target)
    iterable = builder.lower(node.iter, syntax.iter)
    body, orelse = _lower_loop(builder, node, syntax)
    text = f"{builder.text_of(syntax.target)} in {builder.text_of(syntax.iter)}"
    is_async = node.asynchronous is not None
    lowered.append(For(target, iterable, body, orelse, text, span_of(syntax.iter), is_async))


def _lower_loop(
    builder: FileBuilder, node: cst.For | cst.While, syntax: Syntax
) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    builder.scope.conditional += 1
    body = builder.lower_block(node.body, syntax.body)
    orelse = () if node.orelse is None else builder.lower_block(node.orelse.body, syntax.orelse)
    builder.scope.conditional -= 1
    return body, orelse


def lower_with(builder: FileBuilder, node: cst.With, syntax: Syntax, lowered: list[Statement]) -> None:
    """Lower ``with``."""
    items = tuple([_lower_item(builder, item, known) for item, known in zip(node.items, syntax.items, strict=True)])
    body = builder.lower_block(node.body, syntax.body)
    lowered.append(With(items, body, span_of(syntax), node.asynchronous is not None))


def _lower_item(builder: FileBuilder, node: cst.WithItem, syntax: Syntax) -> WithItem:
    manager = builder.lower(node.item, syntax.context_expr)
    target = None if node.asname is None else builder.lower(node.asname.name, syntax.optional_vars)
    return WithItem(manager, target, span_of(syntax.context_expr))


def lower_try(builder: FileBuilder, node: cst.Try | cst.TryStar, syntax: Syntax, lowered: list[Statement]) -> None:
    """Lower ``try``; ``except*`` is lowered like ``except``."""
    builder.scope.conditional += 1
    body = builder.lower_block(node.body, syntax.body)
    clauses: Sequence[_Handler] = node.handlers
    pairs = zip(clauses, syntax.handlers, strict=True)
    handlers = tuple([_lower_handler(builder, handler, known) for handler, known in pairs])
    orelse = () if node.orelse is None else builder.lower_block(node.orelse.body, syntax.orelse)
    final = () if node.finalbody is None else builder.lower_block(node.finalbody.body, syntax.finalbody)
    builder.scope.conditional -= 1
    lowered.append(Try(body, handlers, orelse, final, span_of(syntax)))


def _lower_handler(builder: FileBuilder, node: _Handler, syntax: Syntax) -> Handler:
    caught = _optional(builder, node.type, syntax.type)
    name = None if syntax.name is None else builder.mangle(syntax.name)
    if name is not None:
        builder.bind(name)
    return Handler(caught, name, builder.lower_block(node.body, syntax.body), span_of(syntax))


def _optional(builder: FileBuilder, node: cst.BaseExpression | None, syntax: Syntax) -> Expr | None:
    if (node is None) is not (syntax is None):
        raise PairingError("only one tree has an optional part")
    return None if node is None else builder.lower(node, syntax)


STATEMENTS: Mapping[type[cst.CSTNode], StatementHandler] = {
    cst.Expr: lower_evaluate,
    cst.Assign: lower_assign,
    cst.AnnAssign: lower_annotated,
    cst.AugAssign: lower_augment,
    cst.TypeAlias: lower_type_alias,
    cst.Del: lower_delete,
    cst.Return: lower_return,
    cst.Raise: lower_raise,
    cst.Assert: lower_assert,
    cst.Pass: lower_jump,
    cst.Break: lower_jump,
    cst.Continue: lower_jump,
    cst.Global: declare_globals,
    cst.Nonlocal: declare_nonlocals,
    cst.If: lower_if,
    cst.While: lower_while,
    cst.For: lower_for,
    cst.With: lower_with,
    cst.Try: lower_try,
    cst.TryStar: lower_try,
}
