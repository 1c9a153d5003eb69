"""Expressions: one function per kind of node, registered here by the modules that hold them.

See ``variables``, ``displays``, ``operations``, ``calls``, ``comprehensions`` and ``assignment``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tracer.link.frames import Frame
from tracer.link.values import Values
from tracer.model import code

if TYPE_CHECKING:
    from tracer.link.machine import Machine

UNROLL = 2048
"""As many items are taken one by one; of more, all at once."""
_Evaluator = TypeVar("_Evaluator", bound=Callable[..., Values])
_EVALUATORS: dict[type, Callable[..., Values]] = {}


def evaluates(kind: type) -> Callable[[_Evaluator], _Evaluator]:
    """Register the function that evaluates one kind of expression."""

    def register(function: _Evaluator) -> _Evaluator:
        _EVALUATORS[kind] = function
        return function

    return register


def evaluate(machine: Machine, node: code.Expr, frame: Frame) -> Values:
    """The values an expression may have here; raises ``AbstractRaiseError`` where it raises for certain."""
    machine.spend()
    return _EVALUATORS[type(node)](machine, node, frame)
