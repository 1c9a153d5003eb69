"""Calls that cannot bind: the ``TypeError`` of a missing, surplus or unknown argument, worded as the interpreter does.

Said only where both ends are the project's own code and the call's shape is known in full; a function that a decorator
of some library may have replaced is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.frames import AbstractRaiseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracer.link.frames import Arguments, Frame, FunctionState
    from tracer.link.machine import Machine
    from tracer.link.values import Function
    from tracer.model.code import Parameter, Scope

WALKER = -2
"""The number of frames from which the walk itself calls entry points, with what arguments it can think of."""
_KEEPING = {"staticmethod", "classmethod", "property", "abstractmethod", "setter", "override", "final"}
"""Decorators behind which a function still takes the arguments that it was written with."""


def check_arguments(
    machine: Machine, function: Function, scope: Scope, state: FunctionState, arguments: Arguments, frame: Frame
) -> None:
    """Raise ``AbstractRaiseError`` with a ``TypeError`` where the arguments cannot be bound to the parameters."""
    if not _is_plain(machine, function, arguments, frame):
        return
    message = _find_misfit(scope, state, arguments)
    if message is not None:
        nested = state.frame is not None or "<" in scope.qualname
        raise AbstractRaiseError("builtins:TypeError", "" if nested or not message else f"{scope.qualname}() {message}")


def _is_plain(machine: Machine, function: Function, arguments: Arguments, frame: Frame) -> bool:
    is_own = machine.is_own(function.module) and machine.is_own(frame.module.name) and frame.number != WALKER
    if not is_own or arguments.rest or arguments.rest_keywords or arguments.optional:
        return False
    module = machine.modules.module(function.module)
    definition = module.definition_of_scope.get(function.scope) if module is not None else None
    decorators = definition.decorators if definition is not None else ()
    return all(decorator.rpartition(".")[2] in _KEEPING for decorator in decorators)


def _find_misfit(scope: Scope, state: FunctionState, arguments: Arguments) -> str | None:
    """What is wrong with the call, empty where the interpreter's words depend on more; None where nothing is."""
    places = [parameter for parameter in scope.parameters if parameter.kind in {"positional", "normal"}]
    kinds = {parameter.kind for parameter in scope.parameters}
    given = len(arguments.positional)
    twice = [p.name for p in places[:given] if p.kind == "normal" and p.name in arguments.keywords]
    if twice:
        return f"got multiple values for argument '{twice[0]}'"
    known = {parameter.name for parameter in scope.parameters if parameter.kind in {"normal", "keyword"}}
    surplus = [name for name in arguments.keywords if name not in known]
    if surplus and "kwarg" not in kinds:
        return f"got an unexpected keyword argument '{surplus[0]}'"
    if given > len(places) and "vararg" not in kinds:
        return "" if _has_defaults(places) or "keyword" in kinds else _too_many(len(places), given)
    missing = [p.name for p in places[given:] if _is_missing(p, state, arguments)]
    if missing:
        return _missing("positional", missing)
    missing = [p.name for p in scope.parameters if p.kind == "keyword" and _is_missing(p, state, arguments)]
    return _missing("keyword-only", missing) if missing else None


def _has_defaults(parameters: Sequence[Parameter]) -> bool:
    return any(parameter.default for parameter in parameters)


def _is_missing(parameter: Parameter, state: FunctionState, arguments: Arguments) -> bool:
    if parameter.default or parameter.name in state.defaults:
        return False
    return parameter.kind == "positional" or parameter.name not in arguments.keywords


def _too_many(taken: int, given: int) -> str:
    plural, were = "" if taken == 1 else "s", "was" if given == 1 else "were"
    return f"takes {taken} positional argument{plural} but {given} {were} given"


def _missing(kind: str, names: Sequence[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    if len(quoted) > len(("one", "other")):
        listed = f"{', '.join(quoted[:-1])}, and {quoted[-1]}"
    else:
        listed = " and ".join(quoted)
    return f"missing {len(names)} required {kind} argument{'' if len(names) == 1 else 's'}: {listed}"
