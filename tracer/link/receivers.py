"""The receiver of a call: which of its arguments is the object (or class) that a method runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.frames import FunctionState
from tracer.link.values import (
    NOTHING,
    ClassRef,
    Function,
    MethodWrapper,
    Obj,
    PartialValue,
    PropertyValue,
    Typed,
    Value,
    Values,
    single,
)

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.code import Scope
    from tracer.model.names import SymbolId


def receiver_of(machine: Machine, scope: Scope, state: FunctionState, env: dict[str, Values]) -> Value | None:
    """The first argument where the function is a method of its class: defined along its MRO, or patched into it."""
    if not scope.parameters or scope.parameters[0].kind not in {"positional", "normal"}:
        return None
    value = single(env.get(scope.parameters[0].name, NOTHING))
    if not isinstance(value, Obj | ClassRef | Typed):
        return None
    cls = value.symbol if isinstance(value, ClassRef) else value.cls
    key = (cls, id(scope))
    if key not in machine.receivers:
        mro = machine.mro_of(cls)
        machine.receivers[key] = state.owner in mro or any(_supplies(machine, base, scope) for base in mro)
    return value if machine.receivers[key] else None


def _supplies(machine: Machine, cls: SymbolId, scope: Scope) -> bool:
    """Whether an attribute of the class runs this function, itself or behind wrappers that say what they wrap."""
    state = machine.classes.get(cls)
    pending = [value for values in state.namespace.values() for value in values] if state is not None else []
    seen: set[Function] = set()
    while pending:
        value = pending.pop()
        if isinstance(value, PropertyValue):
            pending.extend(part for part in (value.getter, value.setter, value.deleter) if part is not None)
            continue
        function = value.function if isinstance(value, MethodWrapper | PartialValue) else value
        if not isinstance(function, Function) or function in seen:
            continue
        seen.add(function)
        module = machine.modules.module(function.module)
        if module is not None and module.scope(function.scope) is scope:
            return True
        pending.extend(machine.functions[function].attributes.get("__wrapped__", NOTHING))
    return False
