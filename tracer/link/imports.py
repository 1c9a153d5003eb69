"""Imports: which module a name comes from, and walking a module's body when it is first needed.

The project's own modules are walked where their import statement stands, since their bodies may patch and register. A
library's module is walked when one of its names is first looked up, which keeps a walk to the modules it reaches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.exports import resolve_export
from tracer.link.frames import AbstractRaiseError, Frame
from tracer.link.generics import class_behind
from tracer.link.recording import CallRecord, ContextRecord
from tracer.link.stand_ins import note_member
from tracer.link.values import (
    Builtin,
    ClassRef,
    External,
    Imported,
    ModuleRef,
    Values,
    unknown,
    without_absent,
)

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.link.modules import Module
    from tracer.model import code
    from tracer.model.names import Span


class ModuleTable:
    """The modules of one walk; the part of the machine that knows about them."""

    module_frames: dict[str, Frame]
    module_names: dict[str, str]

    def ensure_module(  # type: ignore[misc]
        self: Machine, name: str, importer: Frame | None = None, span: Span | None = None
    ) -> Frame | None:
        """The module's frame, its body walked; None where it has no source."""
        known = self.module_frames.get(name)
        if known is not None:
            return known
        if "." in name and self.is_own(name):
            self.ensure_module(name.rpartition(".")[0], importer, span)
            known = self.module_frames.get(name)
            if known is not None:
                return known
        module = self.modules.module(name)
        if module is None:
            return None
        return walk_module(self, module, importer, span)

    def member(self: Machine, module: str, name: str) -> Values:  # type: ignore[misc]
        """``module.name``: the walked module's variable, a submodule, or what the headers say it is."""
        frame = self.module_frames.get(module)
        if frame is not None and name in frame.env:
            return self._settled(frame, name)
        alias = self.library.module_alias(f"{module}.{name}")
        if alias is not None:
            return frozenset({ModuleRef(alias)})
        found = resolve_export(self.modules, module, name)
        if found is not None and found.kind == "module":
            return frozenset({ModuleRef(found.home)})
        if found is not None and self.is_followed(found.home):
            home = self.ensure_module(found.home)
            local = found.symbol.partition(":")[2].partition("#")[0]
            if home is not None and local in home.env:
                return self._settled(home, local)
        if found is not None and found.kind == "class":
            return frozenset({ClassRef(found.symbol)})
        if found is not None and found.kind == "function":
            return self.library.external_member(self, found.symbol.replace(":", "."))
        if self.is_followed(module):
            frame = self.ensure_module(module)
            if frame is not None and name in frame.env:
                return self._settled(frame, name)
            if frame is not None:
                getter = frame.env.get("__getattr__")
                if getter:
                    return unknown(f"{module}.{name} is made by the module's __getattr__")
        return self.library.external_member(self, f"{module}.{name}")

    def _settled(self: Machine, frame: Frame, name: str) -> Values:  # type: ignore[misc]
        from tracer.link.variables import lookup_global

        return lookup_global(self, name, frame)

    def star_member(self: Machine, module: Module, name: str) -> Values | None:  # type: ignore[misc]
        """A name that only a star import can bind."""
        if not any(item.origin == "*" for item in module.facts.header.imports):
            return None
        found = resolve_export(self.modules, module.name, name)
        if found is None or found.home == module.name:
            return None
        return self.member(found.home, found.symbol.partition(":")[2])

    def store_on_module(self: Machine, module: str, name: str, values: Values) -> None:  # type: ignore[misc]
        """``module.name = values``."""
        frame = self.ensure_module(module) if self.is_followed(module) else None
        if frame is not None:
            self.shared.store(frame, name, values, frame.env.get(name))
            frame.env[name] = values
            frame.moved.add(name)


def walk_module(machine: Machine, module: Module, importer: Frame | None, span: Span | None) -> Frame:
    """Walk a module's top level once; its effects stay whatever becomes of the branch that imported it."""
    from tracer.link.blocks import execute

    scope = module.scope(0)
    symbol = machine.module_names.get(module.name, module.name)
    record = ContextRecord(module.name, None, machine.in_scope(module.name))
    frame = Frame(-1, module, scope, module.name, {}, None, record, bound=frozenset(scope.bound))
    machine.module_frames[module.name] = frame
    call: CallRecord | None = None
    if importer is not None and span is not None:
        call = CallRecord(machine.site(importer, span, "import"), record, tuple(importer.guards), certain=True)
        importer.record.add(call)
    else:
        machine.recorder.orphans.append(record)
    stack, machine.stack = machine.stack, [*machine.stack, call] if call is not None else []
    try:
        with machine.heap.aside():
            if symbol == "__main__":
                execute(machine, scope.body, frame)
            else:
                _execute_tolerantly(machine, scope.body, frame)
    finally:
        machine.stack = stack
    return frame


def _execute_tolerantly(machine: Machine, block: tuple[code.Statement, ...], frame: Frame) -> None:
    """Walk an imported module's statements one by one.

    The run did import it, so a statement that seems to raise is one the walk misunderstands: it is noted and passed.
    """
    from tracer.link.blocks import execute

    for statement in block:
        try:
            execute(machine, (statement,), frame)
        except AbstractRaiseError as error:
            machine.import_failures[frame.module.name] = f"{error.exception}: {error.message}"


def execute_import(machine: Machine, node: code.ImportModule, frame: Frame) -> None:
    """``import a.b as c``."""
    target = node.module if node.alias else node.module.partition(".")[0]
    if machine.is_own(node.module):
        machine.ensure_module(node.module, frame, node.span)
    frame.env[node.alias or target] = frozenset({module_value(machine, target)})


def module_value(machine: Machine, name: str) -> ModuleRef | External:
    """A module that has a file (or is a namespace package), else something external."""
    if machine.modules.find(name) is not None or machine.modules.is_package_folder(name):
        return ModuleRef(name)
    return External(name)


def execute_import_from(machine: Machine, node: code.ImportFrom, frame: Frame) -> None:
    """``from a import b as c``; a star binds what the module is known to export."""
    module = frame.module.absolute(node.module, node.level)
    own = machine.is_own(module)
    if own:
        machine.ensure_module(module, frame, node.span)
    for name, alias in node.names:
        if name == "*":
            _import_star(machine, module, frame, own=own)
            continue
        if own and machine.modules.find(f"{module}.{name}") is not None:
            source = machine.module_frames.get(module)
            if source is None or name not in source.env:
                machine.ensure_module(f"{module}.{name}", frame, node.span)
        note_member(machine, module, name, frame, node.span, "import")
        values: Values = frozenset({Imported(module, name)})
        if own:
            values = resolve_imported(machine, Imported(module, name))
        frame.env[alias or name] = values


def _import_star(machine: Machine, module: str, frame: Frame, *, own: bool) -> None:
    source = machine.modules.module(module)
    if source is None:
        return
    header = source.facts.header
    names = header.exports if header.exports is not None else [n for n in header.bound if not n.startswith("_")]
    for name in names:
        frame.env[name] = machine.member(module, name) if own else frozenset({Imported(module, name)})


def resolve_imported(machine: Machine, value: Imported) -> Values:
    """What an imported name stands for."""
    if value.name is None:
        return frozenset({module_value(machine, value.module)})
    if machine.modules.find(value.module) is None and not machine.modules.is_package_folder(value.module):
        return machine.library.external_member(machine, f"{value.module}.{value.name}")
    result = without_absent(machine.member(value.module, value.name))
    return result or unknown(f"{value.module} has no {value.name}")


def base_symbol_of(machine: Machine, value: object) -> str | None:
    """The class symbol that a base-class value stands for."""
    if isinstance(value, ClassRef):
        return value.symbol
    if isinstance(value, External | Builtin) and (behind := class_behind(value)) is not None:
        return behind
    if isinstance(value, External):
        module, _, name = value.name.rpartition(".")
        found = resolve_export(machine.modules, module, name) if module else None
        if found is not None and found.kind == "class":
            return found.symbol
        return machine.library.stub_class(value.name)
    return None
