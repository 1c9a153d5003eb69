"""Operators and conditions within expressions; ``and``, ``or`` and ``if`` evaluate what is reached."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tracer.link import comparisons, operators
from tracer.link.branches import alternatives, guard_of, under_condition
from tracer.link.evaluation import evaluate, evaluates
from tracer.link.frames import Frame
from tracer.link.narrowing import narrow
from tracer.link.truth import ask_truth
from tracer.link.values import Values, boolean, join_all, unknown
from tracer.model import code

if TYPE_CHECKING:
    from tracer.link.machine import Machine


@evaluates(code.Binary)
def _binary(machine: Machine, node: code.Binary, frame: Frame) -> Values:
    left = evaluate(machine, node.left, frame)
    right = evaluate(machine, node.right, frame)
    return operators.binary(machine, node.operator, left, right, frame, node.span)


@evaluates(code.Unary)
def _unary(machine: Machine, node: code.Unary, frame: Frame) -> Values:
    operand = evaluate(machine, node.operand, frame)
    if node.operator == "not":
        value = ask_truth(machine, operand, frame, node.span)
        return boolean(None if value is None else not value)
    return operators.unary(machine, node.operator, operand, frame, node.span)


@evaluates(code.Compare)
def _compare(machine: Machine, node: code.Compare, frame: Frame) -> Values:
    left = evaluate(machine, node.left, frame)
    verdict: bool | None = True
    for operator, comparator in zip(node.operators, node.comparators, strict=True):
        right = evaluate(machine, comparator, frame)
        outcome = comparisons.compare(machine, operator, left, right, frame, node.span)
        if outcome is None and len(node.operators) == 1 and not comparisons.is_plain(operator, left, right):
            return unknown("result of a comparison")
        if outcome is False:
            return boolean(False)
        if outcome is None:
            verdict = None
        left = right
    return boolean(verdict)


@evaluates(code.Logical)
def _logical(machine: Machine, node: code.Logical, frame: Frame) -> Values:
    return _from_operand(machine, node, 0, frame)


def _from_operand(machine: Machine, node: code.Logical, index: int, frame: Frame) -> Values:
    """Evaluate the operands from ``index`` on; those behind one that may decide are a branch."""
    part = node.values[index]
    values = evaluate(machine, part, frame)
    stop = node.operator == "or"
    if index == len(node.values) - 1:
        return values
    verdict = ask_truth(machine, values, frame, node.span)
    if verdict is stop:
        return values
    if verdict is not None:
        return _from_operand(machine, node, index + 1, frame)
    results = [comparisons.only(machine, values, stop)]

    def go_on() -> bool:
        if not narrow(machine, part, not stop, frame):
            return False
        with under_condition(part, not stop, node.span, frame):
            results.append(_from_operand(machine, node, index + 1, frame))
        return True

    alternatives(machine, frame, [go_on, lambda: True])
    return join_all(results)


@evaluates(code.Conditional)
def _conditional(machine: Machine, node: code.Conditional, frame: Frame) -> Values:
    value = ask_truth(machine, evaluate(machine, node.test, frame), frame, node.span)
    results: list[Values] = []

    def run(branch: bool) -> Callable[[], bool]:
        def walk() -> bool:
            if value is None and not narrow(machine, node.test, branch, frame):
                return False
            frame.guards.append(guard_of(machine, node.text, node.span, branch, value, frame))
            try:
                results.append(evaluate(machine, node.body if branch else node.orelse, frame))
            finally:
                frame.guards.pop()
            return True

        return walk

    if value is not None:
        run(value)()
    else:
        alternatives(machine, frame, [run(True), run(False)])
    return join_all(results)
