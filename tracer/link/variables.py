"""Variables: which scope a name is looked up in, and how a name is bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.evaluation import evaluates
from tracer.link.frames import Frame
from tracer.link.imports import resolve_imported
from tracer.link.values import (
    ABSENT,
    NOTHING,
    STR,
    Imported,
    Values,
    constant,
    join_all,
    order_key,
    unknown,
    without_absent,
)
from tracer.model import code

if TYPE_CHECKING:
    from tracer.link.machine import Machine


@evaluates(code.Name)
def _name(machine: Machine, node: code.Name, frame: Frame) -> Values:
    return lookup(machine, node.id, frame)


def lookup(machine: Machine, name: str, frame: Frame) -> Values:
    """Resolve a name as Python does: comprehension targets, locals, enclosing functions, the module, builtins."""
    for scope in reversed(frame.overlay):
        if name in scope:
            return scope[name]
    if name not in frame.globals:
        values = _local(machine, name, frame)
        if values is not None:
            return values
    return lookup_global(machine, name, frame)


def _local(machine: Machine, name: str, frame: Frame) -> Values | None:
    env = frame.env
    if name in env:
        return _moved(machine, name, frame) if name in frame.moved else _resolved(machine, env, name)
    if name in frame.bound and frame.scope.kind == "function":
        return unknown("a local name that is not bound on this path")
    closure = frame.closure
    while closure is not None:
        found = captured_variable(machine, closure, name)
        if found is not None:
            if closure.is_running and frame.function is not None:
                machine.heap.note_captured((frame.function, name), found)
            return _resolved(machine, closure.env, name) if closure.env.get(name) is found else found
        if closure.scope.kind == "module":
            return None
        if name in closure.bound and closure.scope.kind != "class":
            return unknown("a name of an enclosing function that is bound later")
        closure = closure.closure
    return None


def captured_variable(machine: Machine, closure: Frame, name: str) -> Values | None:
    """What an enclosing frame holds under a name, None where it has none."""
    for scope in reversed(closure.overlay):
        if name in scope:
            return scope[name]
    if name in closure.moved:
        return _moved(machine, name, closure)
    return closure.env.get(name) if closure.scope.kind != "class" else None


def _moved(machine: Machine, name: str, frame: Frame) -> Values:
    values = machine.shared.load(frame, name, frame.env.get(name)) or NOTHING
    return without_absent(values) or unknown("a name that is not bound on this path")


def _move(machine: Machine, name: str, values: Values, frame: Frame) -> None:
    """Store a variable of another frame."""
    is_noted = frame.is_running and frame.scope.kind == "function"
    machine.shared.store(frame, name, values, frame.env.get(name), is_noted=is_noted)
    frame.env.setdefault(name, frozenset({ABSENT}))
    frame.moved.add(name)


def _resolved(machine: Machine, env: dict[str, Values], name: str) -> Values:
    values = env[name]
    if any(isinstance(value, Imported) for value in values):
        env[name] = unknown("an import that leads back to itself")
        values = join_all(
            [
                resolve_imported(machine, value) if isinstance(value, Imported) else frozenset({value})
                for value in sorted(values, key=order_key)
            ]
        )
        env[name] = values
    return without_absent(values) or unknown("a name that is not bound on this path")


def lookup_global(machine: Machine, name: str, frame: Frame) -> Values:
    """A module-level or builtin name."""
    machine.shared.looked_up[-1].add(name)
    module_frame = machine.module_frames.get(frame.module.name)
    if module_frame is not None and name in module_frame.env:
        moved = name in module_frame.moved
        return _moved(machine, name, module_frame) if moved else _resolved(machine, module_frame.env, name)
    if name == "__name__":
        return constant(machine.module_names.get(frame.module.name, frame.module.name))
    if name == "__file__":
        return STR
    found = machine.library.builtin_name(machine, name)
    if found is not None:
        return found
    starred = machine.star_member(frame.module, name)
    return starred if starred is not None else unknown(f"the name {name} is not bound anywhere")


def bind_variable(machine: Machine, name: str, values: Values, frame: Frame) -> None:
    """Bind a name in the scope that it belongs to."""
    if name in frame.globals:
        _move(machine, name, values, machine.module_frames[frame.module.name])
        return
    if name in frame.nonlocals:
        closure = frame.closure
        while closure is not None:
            if name in closure.bound:
                _move(machine, name, values, closure)
                return
            closure = closure.closure
    for scope in reversed(frame.overlay):
        if name in scope:
            scope[name] = values
            return
    frame.env[name] = values
    if name in frame.moved:
        _move(machine, name, values, frame)
