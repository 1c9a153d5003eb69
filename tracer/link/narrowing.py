"""What a condition that came out true (or false) says about the names in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tracer.link.truth import truth_of_value
from tracer.link.values import (
    ABSENT,
    NOTHING,
    Builtin,
    ClassRef,
    Const,
    Imported,
    Obj,
    TupleValue,
    Typed,
    Value,
    Values,
    class_of,
    single,
)
from tracer.model import code

if TYPE_CHECKING:
    from tracer.link.frames import Frame
    from tracer.link.machine import Machine

Keep = Callable[[Value], bool]


def narrow(machine: Machine, test: code.Expr, branch: bool, frame: Frame) -> bool:
    """Restrict names to the values for which ``test`` is ``branch``; False where none is left (a dead branch)."""
    match test:
        case code.Unary(operator="not", operand=operand):
            return narrow(machine, operand, not branch, frame)
        case code.Logical(operator=operator, values=values):
            if (operator == "and") is branch:
                return all(narrow(machine, part, branch, frame) for part in values)
            return True
        case code.Walrus(name=name):
            return _restrict(
                machine, code.Name(name), frame, lambda value: truth_of_value(machine, value) is not (not branch)
            )
        case code.Compare(left=left, operators=(operator,), comparators=(right,)):
            keep = _comparison(machine, left, operator, right, branch, frame)
            return True if keep is None else _restrict(machine, keep[0], frame, keep[1])
        case code.Call(function=code.Name() as function, arguments=(subject, classes)) if _is(
            machine, function, Builtin("isinstance"), frame
        ):
            return _restrict(machine, subject.value, frame, _instance_filter(machine, classes.value, branch, frame))
        case code.Name() | code.Attribute():
            return _restrict(machine, test, frame, lambda value: truth_of_value(machine, value) is not (not branch))
    return True


def _comparison(
    machine: Machine, left: code.Expr, operator: str, right: code.Expr, branch: bool, frame: Frame
) -> tuple[code.Expr, Keep] | None:
    if operator in {"is", "is not", "==", "!="}:
        same = (operator in {"is", "=="}) is branch
        if isinstance(left, code.Call) and _is(machine, left.function, ClassRef("builtins:type"), frame):
            cls = single(_peek(machine, right, frame))
            if isinstance(cls, ClassRef) and len(left.arguments) == 1:
                return (
                    left.arguments[0].value,
                    lambda value: (
                        _may_have_class(value, cls.symbol)
                        if same
                        else (class_of(value) != cls.symbol or not isinstance(value, Obj | TupleValue | Const))
                    ),
                )
        if isinstance(right, code.Const):
            wanted = right.value
            return left, lambda value: _may_equal(value, wanted) if same else not _must_equal(value, wanted)
    return None


def _may_equal(value: Value, wanted: object) -> bool:
    if isinstance(value, Const):
        return value.value == wanted and (type(value.value) is type(wanted) or wanted is not None)
    if isinstance(value, Typed):
        return value.cls == f"builtins:{type(wanted).__name__}" or not value.cls.startswith("builtins:")
    return not isinstance(value, Obj | TupleValue | ClassRef) or (wanted is not None and isinstance(value, Obj))


def _must_equal(value: Value, wanted: object) -> bool:
    return isinstance(value, Const) and value.value == wanted and type(value.value) is type(wanted)


def _may_have_class(value: Value, cls: str) -> bool:
    known = class_of(value)
    return known is None or known == cls


def _instance_filter(machine: Machine, classes: code.Expr, branch: bool, frame: Frame) -> Keep:
    from tracer.link.comparisons import is_instance

    wanted = _peek(machine, classes, frame)
    return lambda value: is_instance(machine, value, wanted) is not (not branch)


def _is(machine: Machine, node: code.Expr, value: Value, frame: Frame) -> bool:
    """Whether a name stands for this very value, whatever it is called here."""
    return isinstance(node, code.Name) and single(_peek(machine, node, frame)) == value


def _peek(machine: Machine, node: code.Expr, frame: Frame) -> Values:
    """Evaluate a name or a tuple of names again, without effects."""
    from tracer.link.evaluation import evaluate

    if isinstance(node, code.Name | code.Attribute | code.Display | code.Const):
        return evaluate(machine, node, frame)
    return NOTHING


def _restrict(machine: Machine, node: code.Expr, frame: Frame, keep: Keep) -> bool:
    if isinstance(node, code.Name):
        for scope in reversed(frame.overlay):
            if node.id in scope:
                scope[node.id] = frozenset(filter(keep, scope[node.id])) or scope[node.id]
                return True
        known = frame.env.get(node.id)
        if known is None or any(isinstance(value, Imported) for value in known):
            return True
        left = frozenset(value for value in known if value == ABSENT or keep(value))
        if not left - {ABSENT}:
            return False
        frame.env[node.id] = left
        return True
    if isinstance(node, code.Attribute) and isinstance(node.value, code.Name):
        owner = single(frame.env.get(node.value.id, NOTHING))
        if isinstance(owner, Obj) and owner.number not in machine.heap.summaries:
            cell = machine.heap.get((owner.number, node.name))
            if isinstance(cell, frozenset) and machine.find_in_class(owner.cls, node.name) is None:
                left = frozenset(value for value in cell if value == ABSENT or keep(value))
                if not left - {ABSENT}:
                    return False
                machine.heap.set((owner.number, node.name), left)
    return True
