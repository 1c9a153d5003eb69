"""Subscripts: ``x[i]`` read, stored and deleted, slices included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.attributes import own_method
from tracer.link.containers import CONTAINERS, DICTS, LISTS, key_of
from tracer.link.frames import Arguments, Frame
from tracer.link.heap import CONTENT, Content
from tracer.link.imports import module_value
from tracer.link.values import (
    ABSENT,
    NOTHING,
    STR,
    ClassRef,
    Const,
    External,
    InstanceDict,
    Obj,
    TupleValue,
    Typed,
    Value,
    Values,
    class_of,
    constant,
    join,
    join_all,
    known_constant,
    tuple_values,
    unknown,
    without_absent,
)

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import Span


def hash_keys(machine: Machine, keys: Values, frame: Frame, span: Span, form: str = "subscript") -> None:
    """Call the ``__hash__`` of keys whose class has its own."""

    def ask(key: Value) -> Values:
        method = own_method(machine, key, "__hash__")
        if method:
            return machine.call(method, Arguments(), frame, span, form)
        return NOTHING

    machine.for_each(keys, ask, frame)


def load_item(machine: Machine, values: Values, index: Values, frame: Frame, span: Span) -> Values:
    """``values[index]``."""
    if any(isinstance(value, Obj) and value.cls in DICTS for value in values):
        hash_keys(machine, index, frame, span)
    result = machine.for_each(values, lambda value: _load_item(machine, value, index, frame, span), frame)
    return result or unknown("an item that is not there")


def _load_item(machine: Machine, value: Value, index: Values, frame: Frame, span: Span) -> Values:
    key = key_of(index)
    match value:
        case TupleValue(items=items):
            return _load_position(machine, items, index, frame, span)
        case Obj(cls=cls) if cls in LISTS:
            content = machine.content(value)
            position = known_constant(index)
            if (position is not None and position.kind == "slice") or Typed("builtins:slice") in index:
                return _slice(machine, cls, content, position, frame, span)
            if position is not None and isinstance(position.value, int) and content.is_exact:
                count = len(content.items)
                if -count <= position.value < count:
                    return content.items[position.value][1]
                frame.escapes.add("builtins:IndexError")
                return NOTHING
            return content.everything()
        case Obj(cls=cls) if cls in CONTAINERS:
            content = machine.content(value)
            if key is not None:
                found = content.get(key[0])
                if found is not None and ABSENT not in found:
                    return found
                frame.escapes.add("builtins:KeyError")
                return join(without_absent(found or NOTHING), content.rest)
            return content.everything()
        case Obj() if (fields := machine.library.tuple_items(machine, value)) is not None:
            return _load_position(machine, fields, index, frame, span)
        case InstanceDict(owner=owner):
            name = known_constant(index)
            if name is not None and isinstance(name.value, str):
                cell = machine.heap.get((owner.number, name.value))
                return without_absent(cell) if isinstance(cell, frozenset) else NOTHING
            return unknown("an attribute under a name that is not known")
        case Const(value=str(text)):
            position = known_constant(index)
            if position is not None and isinstance(position.value, int) and -len(text) <= position.value < len(text):
                return constant(text[position.value])
            if position is not None and position.kind == "slice":
                return constant(text[slice(*position.value)])  # type: ignore[misc]
            return STR
        case Typed(cls="builtins:str"):
            return STR
        case ClassRef():
            found = machine.find_in_class(value.symbol, "__class_getitem__")
            members = machine.library.enum_members(machine, value.symbol)
            if members is not None:
                return members
            return frozenset({value})
        case Obj() | Typed():
            method = own_method(machine, value, "__getitem__")
            if method:
                return machine.call(method, Arguments([index]), frame, span, "subscript")
            return unknown(f"an item of a {class_of(value)}")
        case External(name="sys.modules") if key is not None and isinstance(key[0], str):
            return frozenset({module_value(machine, _module_called(machine, key[0]))})
        case External(name=name):
            return frozenset({value}) if machine.library.is_typing(name) else unknown(f"an item of {name}")
    return unknown("an item of something that is not known")


def _module_called(machine: Machine, name: str) -> str:
    """The module behind a key of ``sys.modules``: a program's own is ``__main__``."""
    return next((module for module, called in machine.module_names.items() if called == name), name)


def _load_position(machine: Machine, items: tuple[Values, ...], index: Values, frame: Frame, span: Span) -> Values:
    position = known_constant(index)
    if position is not None and position.kind == "slice":
        return tuple_values(items[slice(*position.value)])  # type: ignore[misc]
    if position is not None and isinstance(position.value, int):
        if -len(items) <= position.value < len(items):
            return items[position.value]
        frame.escapes.add("builtins:IndexError")
        return NOTHING
    if Typed("builtins:slice") in index:
        return machine.container("tuple", (span, "slice"), frame, Content((), join_all(list(items))))
    return join_all(list(items))


def _slice(machine: Machine, cls: str, content: Content, position: Const | None, frame: Frame, span: Span) -> Values:
    if position is not None and content.is_exact:
        items = [item for _, item in content.items][slice(*position.value)]  # type: ignore[misc]
        return machine.container(cls, (span, "slice"), frame, Content(tuple(enumerate(items))))
    return machine.container(cls, (span, "slice"), frame, Content((), content.everything()))


def store_item(machine: Machine, owners: Values, index: Values, values: Values, frame: Frame, span: Span) -> None:
    """``owners[index] = values``."""
    if any(isinstance(owner, Obj) and owner.cls in DICTS for owner in owners):
        hash_keys(machine, index, frame, span)
    key = key_of(index)

    def store(owner: Value) -> Values:
        match owner:
            case Obj(cls=cls) if cls in CONTAINERS:
                content = machine.content(owner)
                strong = owner.number not in machine.heap.summaries
                if key is not None and strong:
                    content = content.put(key[0], values)
                elif key is not None:
                    old = content.get(key[0])
                    content = content.put(key[0], join(values, old if old is not None else frozenset({ABSENT})))
                else:
                    content = content.blur(values, index)
                machine.heap.set((owner.number, CONTENT), content)
            case InstanceDict(owner=instance):
                name = known_constant(index)
                if name is not None and isinstance(name.value, str):
                    machine.note_write(frame, span, "dict", name.value, instance.cls, values, generic=False)
                    machine.heap.store(instance.number, name.value, values)
                else:
                    machine.note_write(frame, span, "dict", "*", instance.cls, values, generic=True)
            case Obj() | Typed():
                method = own_method(machine, owner, "__setitem__")
                if method:
                    machine.call(method, Arguments([index, values]), frame, span, "subscript")
        return NOTHING

    machine.for_each(owners, store, frame)


def delete_item(machine: Machine, owners: Values, index: Values, frame: Frame, span: Span) -> None:
    """``del owners[index]``."""
    key = key_of(index)

    def delete(owner: Value) -> Values:
        match owner:
            case Obj(cls=cls) if cls in CONTAINERS:
                content = machine.content(owner)
                is_certain = owner.number not in machine.heap.summaries
                machine.heap.set((owner.number, CONTENT), _without(content, cls, key if is_certain else None))
            case Obj() | Typed():
                method = own_method(machine, owner, "__delitem__")
                if method:
                    machine.call(method, Arguments([index]), frame, span, "subscript")
        return NOTHING

    machine.for_each(owners, delete, frame)


def _without(content: Content, cls: str, key: tuple[object] | None) -> Content:
    """The content without the item under a key; where that is not known, any may be gone."""
    if cls not in LISTS:
        return content.loosen() if key is None else content.drop(key[0])
    items = [item for _, item in content.items]
    if key is None or not content.is_exact or not isinstance(key[0], int) or not -len(items) <= key[0] < len(items):
        return Content((), content.everything())
    del items[key[0]]
    return Content(tuple(enumerate(items)))
