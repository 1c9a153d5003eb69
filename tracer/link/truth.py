"""Truth values of points-to sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.attributes import first_own_method
from tracer.link.frames import Arguments
from tracer.link.values import (
    NOTHING,
    Bound,
    Builtin,
    ClassRef,
    Const,
    Function,
    MethodWrapper,
    ModuleRef,
    Obj,
    PartialValue,
    PropertyValue,
    TupleValue,
    Typed,
    Value,
    Values,
)

if TYPE_CHECKING:
    from tracer.link.frames import Frame
    from tracer.link.machine import Machine
    from tracer.model.names import Span

SIZED = {
    "builtins:list", "builtins:dict", "builtins:set", "builtins:frozenset", "collections:OrderedDict",
    "collections:defaultdict", "collections:deque",
}  # fmt: skip


def truth_of(machine: Machine, values: Values) -> bool | None:
    """Whether every possible value is true or every one false; None where both may be."""
    verdicts = {truth_of_value(machine, value) for value in values}
    return verdicts.pop() if len(verdicts) == 1 else None


def ask_truth(machine: Machine, values: Values, frame: Frame, span: Span) -> bool | None:
    """The truth of a condition; an object with a ``__bool__`` or ``__len__`` of its own is asked."""
    if not any(_own_test(machine, value) for value in values):
        return truth_of(machine, values)
    verdicts: set[bool | None] = set()

    def ask(value: Value) -> Values:
        method = _own_test(machine, value)
        if not method:
            verdicts.add(truth_of_value(machine, value))
        else:
            verdicts.add(truth_of(machine, machine.call(method, Arguments(), frame, span, "operator")))
        return NOTHING

    machine.for_each(values, ask, frame)
    return verdicts.pop() if len(verdicts) == 1 else None


def _own_test(machine: Machine, value: Value) -> Values:
    if not isinstance(value, Obj | Typed) or value.cls not in machine.classes:
        return NOTHING
    return first_own_method(machine, value, "__bool__", "__len__")


def truth_of_value(machine: Machine, value: Value) -> bool | None:
    """The truth of one value."""
    match value:
        case Const(kind="slice"):
            return True
        case Const(value=constant):
            return bool(constant)
        case TupleValue(items=items):
            return bool(items)
        case (
            ClassRef()
            | Function()
            | Bound()
            | Builtin()
            | ModuleRef()
            | MethodWrapper()
            | PropertyValue()
            | PartialValue()
        ):
            return True
        case Obj(cls=cls) if cls in SIZED:
            content = machine.content(value)
            if content.items and any(not _may_be_absent(item) for _, item in content.items):
                return True
            return False if not content.items and not content.rest else None
        case Obj(cls=cls):
            return _truth_of_instance(machine, cls)
        case Typed(cls=cls) if cls not in SIZED and not cls.startswith("builtins:") and cls in machine.classes:
            return _truth_of_instance(machine, cls)
    return None


def _may_be_absent(values: Values) -> bool:
    from tracer.link.values import ABSENT

    return ABSENT in values


def _truth_of_instance(machine: Machine, cls: str) -> bool | None:
    for name in ("__bool__", "__len__"):
        if machine.find_in_class(cls, name) is not None:
            return None
    return None if machine.is_open(None, cls) else True
