"""Packages that put an object of their own in their place (``sys.modules[__name__] = LazyModule(...)``).

What they export is read from headers; that asking for it runs the object's ``__getattr__`` is found here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.exports import resolve_export
from tracer.link.modules import dotted_text
from tracer.link.recording import CallRecord
from tracer.link.values import Function
from tracer.model import code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.link.frames import Frame
    from tracer.link.machine import Machine
    from tracer.link.modules import Module
    from tracer.model.names import Span


def note_member(machine: Machine, module: str, name: str, frame: Frame, span: Span, form: str) -> None:
    """Record the call of ``__getattr__`` with which the project's code first asks a stand-in for ``name``.

    The call may be missing in a run, where a library asked for the same name before: it is never claimed as certain.
    """
    if not machine.is_own(frame.module.name) or (module, name) in machine.asked_of_stand_ins:
        return
    getter = _getter_of(machine, module)
    found = resolve_export(machine.modules, module, name) if getter is not None else None
    if getter is None or found is None or (found.kind == "module" and f"{module}.{name}" in machine.module_frames):
        return
    home = machine.modules.module(getter.module)
    if home is not None:
        machine.asked_of_stand_ins.add((module, name))
        record = machine.record_of((getter, "stand-in"), home, getter, None)
        frame.record.add(CallRecord(machine.site(frame, span, form), record, tuple(frame.guards), certain=False))


def _getter_of(machine: Machine, name: str) -> Function | None:
    if name not in machine.stand_ins:
        machine.stand_ins[name] = None
        module = machine.modules.module(name)
        cls = _class_of_stand_in(machine, module) if module is not None and machine.is_followed(name) else None
        supplier = machine.find_in_class(cls, "__getattr__") if cls is not None else None
        machine.stand_ins[name] = next((item for item in supplier or () if isinstance(item, Function)), None)
    return machine.stand_ins[name]


def _class_of_stand_in(machine: Machine, module: Module) -> str | None:
    made: dict[str, str] = {}
    for statement in _flat(module.scope(0).body):
        match statement:
            case code.Assign(targets=(code.Name(id=name),), value=code.Call(function=function)):
                made[name] = dotted_text(function)
            case code.Assign(targets=(code.Subscript(value=table, index=code.Name(id="__name__")),), value=value) if (
                _is_module_table(module, table)
            ):
                maker = (
                    dotted_text(value.function) if isinstance(value, code.Call) else made.get(dotted_text(value), "")
                )
                found = resolve_export(machine.modules, module.name, maker) if maker else None
                if found is not None and found.kind == "class" and machine.is_followed(found.home):
                    machine.ensure_module(found.home)
                    return found.symbol
    return None


def _is_module_table(module: Module, node: code.Expr) -> bool:
    """Whether an expression is ``sys.modules``, under whatever name it was imported."""
    head, _, tail = dotted_text(node).rpartition(".")
    wanted = (head, None) if tail == "modules" and head else (tail, "modules")
    return any(
        item.module == "sys" and item.level == 0 and (item.name, item.origin) == wanted
        for item in module.facts.header.imports
    )


def _flat(block: tuple[code.Statement, ...]) -> Iterator[code.Statement]:
    """The statements of a block and of its branches: which of them run is the package's own business."""
    for statement in block:
        yield statement
        for part in ("body", "orelse", "final"):
            if not isinstance(statement, code.For | code.While):
                yield from _flat(getattr(statement, part, ()))
        for handler in getattr(statement, "handlers", ()):
            yield from _flat(handler.body)
