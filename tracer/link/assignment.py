"""Assignment: to names, attributes, subscripts and patterns of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link import iteration, operators, subscripts
from tracer.link.attributes import load_attribute, store_attribute
from tracer.link.evaluation import evaluate, evaluates
from tracer.link.frames import Frame
from tracer.link.values import Values
from tracer.link.variables import bind_variable, lookup
from tracer.model import code
from tracer.model.names import Span

if TYPE_CHECKING:
    from tracer.link.machine import Machine


def assign(machine: Machine, target: code.Expr, values: Values, frame: Frame, span: Span) -> None:
    """Bind values to a target."""
    match target:
        case code.Name(id=name):
            bind_variable(machine, name, values, frame)
        case code.Attribute(value=owner, name=name):
            store_attribute(machine, evaluate(machine, owner, frame), name, values, frame, target.span, "attribute")
        case code.Subscript(value=owner, index=index):
            container = evaluate(machine, owner, frame)
            subscripts.store_item(machine, container, evaluate(machine, index, frame), values, frame, target.span)
        case code.Display(elements=elements):
            for part, item in zip(elements, iteration.unpack(machine, values, target, frame), strict=True):
                assign(machine, part.value if isinstance(part, code.Starred) else part, item, frame, span)
        case code.Starred(value=inner):
            assign(machine, inner, values, frame, span)


def augment(machine: Machine, node: code.Augment, frame: Frame) -> None:
    """``target op= value``: load, combine, store."""
    target = node.target
    right_operator = node.operator
    if isinstance(target, code.Attribute):
        owner = evaluate(machine, target.value, frame)
        left = load_attribute(machine, owner, target.name, frame, target.span)
        result = operators.augmented(
            machine, right_operator, left, evaluate(machine, node.value, frame), frame, node.span
        )
        store_attribute(machine, owner, target.name, result, frame, target.span, "augmented")
    elif isinstance(target, code.Subscript):
        container = evaluate(machine, target.value, frame)
        index = evaluate(machine, target.index, frame)
        left = subscripts.load_item(machine, container, index, frame, target.span)
        result = operators.augmented(
            machine, right_operator, left, evaluate(machine, node.value, frame), frame, node.span
        )
        subscripts.store_item(machine, container, index, result, frame, target.span)
    elif isinstance(target, code.Name):
        left = lookup(machine, target.id, frame)
        result = operators.augmented(
            machine, right_operator, left, evaluate(machine, node.value, frame), frame, node.span
        )
        bind_variable(machine, target.id, result, frame)


@evaluates(code.Walrus)
def _walrus(machine: Machine, node: code.Walrus, frame: Frame) -> Values:
    values = evaluate(machine, node.value, frame)
    frame.env[node.name] = values
    return values
