"""Containers of the walked program: their kinds, keys and merging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.heap import Cell, Content
from tracer.link.values import (
    ABSENT,
    NONE,
    NOTHING,
    Builtin,
    ClassRef,
    Const,
    Function,
    InstanceDict,
    Obj,
    TupleValue,
    Values,
    constant,
    join,
    join_all,
    ordered,
    single,
    unknown,
    without_detail,
)

if TYPE_CHECKING:
    from tracer.link.machine import Machine

DICTS = {"builtins:dict", "collections:OrderedDict", "collections:defaultdict"}
LISTS = {"builtins:list", "builtins:tuple", "collections:deque"}
"""Sequences that are objects of the heap; a tuple is one where the number of its items is not known."""
SETS = {"builtins:set", "builtins:frozenset"}
CONTAINERS = DICTS | LISTS | SETS
_KEYED = (str, int, bool, type(None), bytes, float)


def key_of(values: Values) -> tuple[object] | None:
    """A set's value as a container key: a constant, or a class or function standing for itself; None if not known."""
    value = single(values)
    if isinstance(value, Const) and isinstance(value.value, _KEYED):
        return (value.value,)
    if isinstance(value, ClassRef | Function | TupleValue | Builtin):
        return (value,)
    return None


def key_values(key: object) -> Values:
    """The set for a container key."""
    return constant(key) if isinstance(key, _KEYED) else frozenset({key})  # type: ignore[arg-type]


def coarsen(cell: Cell) -> Cell:
    """A cell that no longer tells constants, tuples and keys apart, so that a loop's rounds come to an end."""
    if not isinstance(cell, Content):
        return frozenset(without_detail(value) for value in cell)
    keys = join_all([cell.keys, *(key_values(key) for key, _ in cell.items if not isinstance(key, int))])
    rest = frozenset(without_detail(value) for value in cell.everything())
    return Content((), rest, frozenset(without_detail(value) for value in keys))


def update_content(machine: Machine, content: Content, values: Values) -> Content:
    """``content.update(values)``."""
    for value in ordered(values):
        if isinstance(value, Obj) and value.cls in DICTS:
            other = machine.content(value)
            for key, item in other.items:
                old = content.get(key)
                content = content.put(key, join(old or NOTHING, item) if len(values) > 1 or ABSENT in item else item)
            content = content.blur(other.rest, other.keys) if other.rest else content
        elif isinstance(value, InstanceDict):
            for name in machine.heap.attributes_of(value.owner.number):
                cell = machine.heap.get((value.owner.number, name))
                if isinstance(cell, frozenset):
                    content = content.put(name, cell)
        elif value not in NONE:
            content = content.blur(unknown("items of a mapping that is not known"), unknown("a key that is not known"))
    return content
