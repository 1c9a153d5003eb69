"""Simple statements: assignments, deletions, returns, raises, imports and definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.assignment import assign, augment
from tracer.link.attributes import delete_attribute
from tracer.link.blocks import handles
from tracer.link.branches import guard_of
from tracer.link.evaluation import evaluate
from tracer.link.frames import AbstractRaiseError, Frame, raise_first
from tracer.link.imports import execute_import, execute_import_from
from tracer.link.narrowing import narrow
from tracer.link.subscripts import delete_item
from tracer.link.truth import ask_truth
from tracer.link.values import NONE, NOTHING, ClassRef, Obj, TupleValue, Typed, Values, join, known_text, ordered
from tracer.model import code

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import Span


@handles(code.Evaluate)
def _evaluate(machine: Machine, node: code.Evaluate, frame: Frame) -> bool:
    evaluate(machine, node.value, frame)
    return True


@handles(code.Assign)
def _assign(machine: Machine, node: code.Assign, frame: Frame) -> bool:
    if node.value is None:
        if frame.scope.kind == "class" and isinstance(node.targets[0], code.Name):
            machine.classes_in_progress[-1].annotations.setdefault(node.targets[0].id, node.annotation)
        return True
    values = evaluate(machine, node.value, frame)
    if node.annotation is not None and frame.scope.kind == "class" and isinstance(node.targets[0], code.Name):
        machine.classes_in_progress[-1].annotations.setdefault(node.targets[0].id, node.annotation)
    for target in node.targets:
        assign(machine, target, values, frame, node.span)
    return True


@handles(code.Augment)
def _augment(machine: Machine, node: code.Augment, frame: Frame) -> bool:
    augment(machine, node, frame)
    return True


@handles(code.Delete)
def _delete(machine: Machine, node: code.Delete, frame: Frame) -> bool:
    for target in node.targets:
        if isinstance(target, code.Name):
            frame.env.pop(target.id, None)
        elif isinstance(target, code.Attribute):
            delete_attribute(machine, evaluate(machine, target.value, frame), target.name, frame, node.span)
        elif isinstance(target, code.Subscript):
            container = evaluate(machine, target.value, frame)
            delete_item(machine, container, evaluate(machine, target.index, frame), frame, target.span)
    return True


@handles(code.Return)
def _return(machine: Machine, node: code.Return, frame: Frame) -> bool:
    values = NONE if node.value is None else evaluate(machine, node.value, frame)
    frame.returned = join(frame.returned, values)
    frame.exits.append((dict(frame.env), machine.heap.delta_since(frame.level)))
    return False


@handles(code.Raise)
def _raise(machine: Machine, node: code.Raise, frame: Frame) -> bool:
    values = NOTHING if node.exception is None else evaluate(machine, node.exception, frame)
    if node.cause is not None:
        evaluate(machine, node.cause, frame)
    errors: list[AbstractRaiseError] = []
    for value in ordered(values):
        if isinstance(value, ClassRef):
            errors.append(AbstractRaiseError(value.symbol, "", values))
        elif isinstance(value, Obj | Typed):
            errors.append(AbstractRaiseError(value.cls, _message_of(machine, value), values))
    if len(errors) < len(values) or not errors:
        others = frozenset({"?"}) if values else frozenset()
        errors.append(AbstractRaiseError("builtins:Exception" if values else "?", "", values, others))
    raise_first(errors)


def _message_of(machine: Machine, value: Obj | Typed) -> str:
    cell = machine.heap.get((value.number, "args")) if isinstance(value, Obj) else None
    for arguments in ordered(cell if isinstance(cell, frozenset) else ()):
        if isinstance(arguments, TupleValue) and arguments.items:
            return known_text(arguments.items[0]) or ""
    return ""


@handles(code.Assert)
def _assert(machine: Machine, node: code.Assert, frame: Frame) -> bool:
    test = evaluate(machine, node.test, frame)
    value = ask_truth(machine, test, frame, node.span)
    if value is False:
        raise AbstractRaiseError("builtins:AssertionError", node.text)
    if value is None:
        narrow(machine, node.test, True, frame)
        frame.guards.append(guard_of(machine, node.text, node.span, True, None, frame))
    return True


@handles(code.Jump)
def _jump(machine: Machine, node: code.Jump, frame: Frame) -> bool:
    if node.kind == "pass" or not frame.loops:
        return True
    exits = frame.loops[-1]
    state = (dict(frame.env), machine.heap.delta_since(exits.level))
    (exits.breaks if node.kind == "break" else exits.continues).append(state)
    return False


@handles(code.ImportModule)
def _import(machine: Machine, node: code.ImportModule, frame: Frame) -> bool:
    execute_import(machine, node, frame)
    return True


@handles(code.ImportFrom)
def _import_from(machine: Machine, node: code.ImportFrom, frame: Frame) -> bool:
    execute_import_from(machine, node, frame)
    return True


@handles(code.DefineFunction)
def _define_function(machine: Machine, node: code.DefineFunction, frame: Frame) -> bool:
    defaults = {argument.keyword or "": evaluate(machine, argument.value, frame) for argument in node.defaults}
    function = machine.define(frame, node.scope, defaults)
    values = decorate(machine, frozenset({function}), node.decorators, frame)
    frame.env[node.name] = values
    return True


def decorate(machine: Machine, values: Values, decorators: tuple[tuple[code.Expr, Span], ...], frame: Frame) -> Values:
    """Apply decorators, innermost first; one that is not followed is taken to return what it was given."""
    from tracer.link.decorators import apply_decorator

    for expression, span in reversed(decorators):
        values = apply_decorator(machine, evaluate(machine, expression, frame), values, frame, span)
    return values


@handles(code.DefineClass)
def _define_class(machine: Machine, node: code.DefineClass, frame: Frame) -> bool:
    from tracer.link.classes import define_class

    values = define_class(machine, node, frame)
    frame.env[node.name] = decorate(machine, values, node.decorators, frame)
    return True
