"""Arguments to parameters, as a Python call binds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.arity import check_arguments
from tracer.link.heap import Content
from tracer.link.values import NOTHING, STR, Values, join, tuple_values, unknown

if TYPE_CHECKING:
    from tracer.link.frames import Arguments, Frame, FunctionState
    from tracer.link.machine import Machine
    from tracer.link.values import Function
    from tracer.model.code import Scope
    from tracer.model.names import Span


def bind_arguments(
    machine: Machine,
    function: Function,
    scope: Scope,
    state: FunctionState,
    arguments: Arguments,
    frame: Frame,
    span: Span,
) -> dict[str, Values]:
    """The callee's local names at its start.

    A parameter without argument and default is unknown: a call the walk understands only in part must not stop it.
    Raises ``AbstractRaiseError`` for a call that is understood in full and cannot bind.
    """
    check_arguments(machine, function, scope, state, arguments, frame)
    env: dict[str, Values] = {}
    keywords = dict(arguments.keywords)
    position = 0
    for parameter in scope.parameters:
        name = parameter.name
        if parameter.kind == "vararg":
            env[name] = _rest_positional(machine, function, arguments, position, frame, span)
            position = len(arguments.positional)
        elif parameter.kind == "kwarg":
            content = Content(
                tuple(keywords.items()), arguments.rest_keywords, STR if arguments.rest_keywords else NOTHING
            )
            env[name] = machine.argument_container("dict", (function, "**", span, frame.symbol), frame, content)
        elif parameter.kind != "keyword" and position < len(arguments.positional):
            env[name] = arguments.positional[position]
            position += 1
        elif parameter.kind != "positional" and name in keywords:
            env[name] = keywords.pop(name)
        else:
            env[name] = _missing(name, parameter.kind, state, arguments)
    return env


def _missing(name: str, kind: str, state: FunctionState, arguments: Arguments) -> Values:
    possible = arguments.rest_keywords if kind != "positional" else NOTHING
    if kind != "keyword":
        possible = join(possible, arguments.rest)
    default = state.defaults.get(name)
    if default is not None:
        return join(default, possible)
    return possible or unknown("an argument that the call does not show")


def _rest_positional(
    machine: Machine, function: Function, arguments: Arguments, position: int, frame: Frame, span: Span
) -> Values:
    extra = arguments.positional[position:]
    if not arguments.rest:
        return tuple_values(tuple(extra))
    content = Content(tuple(enumerate(extra)), arguments.rest)
    return machine.argument_container("list", (function, "*", span, frame.symbol), frame, content)
