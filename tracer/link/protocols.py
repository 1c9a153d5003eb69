"""Implicit calls: iteration, subscripts, operators, comparisons, context managers, awaiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link import constants
from tracer.link.attributes import find_special
from tracer.link.classes import is_subclass
from tracer.link.frames import Arguments, Frame
from tracer.link.heap import CONTENT, Content
from tracer.link.truth import truth_of_value
from tracer.link.values import (
    ABSENT,
    NONE,
    NOTHING,
    STR,
    Bound,
    Builtin,
    ClassRef,
    Const,
    External,
    Function,
    InstanceDict,
    MethodWrapper,
    ModuleRef,
    Obj,
    TupleValue,
    Typed,
    Unknown,
    Value,
    Values,
    class_of,
    constant,
    join,
    join_all,
    known_constant,
    order_key,
    ordered,
    single,
    tuple_values,
    unknown,
    without_absent,
)
from tracer.model import code

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import Span

DICTS = {"builtins:dict", "collections:OrderedDict", "collections:defaultdict"}
LISTS = {"builtins:list", "collections:deque"}
SETS = {"builtins:set", "builtins:frozenset"}
CONTAINERS = DICTS | LISTS | SETS
_KEYED = (str, int, bool, type(None), bytes, float)

_OPERATORS = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "@": "matmul", "**": "pow",
    "&": "and", "|": "or", "^": "xor", "<<": "lshift", ">>": "rshift",
}  # fmt: skip
_COMPARISONS = {"==": "__eq__", "!=": "__ne__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}


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


# --- iteration -------------------------------------------------------------------------------------------------------

SPELLED_OUT = 64
"""A known text longer than this is not iterated character by character."""


def definite_items(machine: Machine, values: Values, limit: int) -> list[Values] | None:
    """Items in order where their number is known and at most ``limit``."""
    value = single(values)
    if isinstance(value, TupleValue):
        return list(value.items)
    if isinstance(value, Obj) and value.cls in CONTAINERS:
        content = machine.content(value)
        if not content.is_exact or len(content.items) > limit:
            return None
        if value.cls in LISTS:
            return [item for _, item in content.items]
        return [key_values(key) for key, _ in content.items]
    if isinstance(value, Const) and isinstance(value.value, str) and len(value.value) <= SPELLED_OUT:
        return [constant(character) for character in value.value]
    if isinstance(value, InstanceDict):
        return [constant(name) for name in machine.heap.attributes_of(value.owner.number)]
    return None


def iterate(machine: Machine, values: Values, frame: Frame, span: Span) -> Values:
    """What iterating may yield; a class's own ``__iter__`` and ``__next__`` are called."""
    result = NOTHING
    for value in sorted(values, key=order_key) if len(values) > 1 else values:
        result = join(result, _iterate_value(machine, value, frame, span))
    return result


def _iterate_value(machine: Machine, value: Value, frame: Frame, span: Span) -> Values:
    match value:
        case TupleValue(items=items):
            return join_all(list(items))
        case Obj(cls=cls) if cls in CONTAINERS:
            content = machine.content(value)
            if cls in LISTS:
                return content.everything()
            keys = [key_values(key) for key, _ in content.items]
            rest = content.keys or (unknown("a key of a dict") if content.rest else NOTHING)
            return join_all([*keys, rest])
        case Obj(cls="types:GeneratorType"):
            return machine.resume_generator(value, frame, span)
        case Obj(cls=cls) if (model := machine.library.iteration(cls)) is not None:
            return model(machine, value, frame, span)
        case Typed(cls="builtins:str") | Const(kind="str"):
            return STR
        case Typed(cls="builtins:range"):
            return frozenset({Typed("builtins:int")})
        case Obj() | Typed():
            return _iterate_instance(machine, value, frame, span)
        case ClassRef(symbol=symbol):
            members = machine.library.enum_members(machine, symbol)
            if members is not None:
                return members
        case InstanceDict():
            return STR
    return unknown("items of something that is not known")


def _iterate_instance(machine: Machine, value: Value, frame: Frame, span: Span) -> Values:
    method = find_special(machine, value, "__iter__")
    if method is not None and _is_walkable(machine, method):
        iterator = machine.call(frozenset({method}), Arguments(), frame, span, "for")
        result = NOTHING
        for item in ordered(iterator):
            if isinstance(item, Obj) and find_special(machine, item, "__next__") is not None:
                following = find_special(machine, item, "__next__")
                result = join(
                    result,
                    machine.call(frozenset({following}) if following else NOTHING, Arguments(), frame, span, "for"),
                )
            else:
                result = join(result, _iterate_value(machine, item, frame, span) if item != value else NOTHING)
        return result
    getter = find_special(machine, value, "__getitem__")
    if getter is not None and _is_walkable(machine, getter):
        return machine.call(frozenset({getter}), Arguments([frozenset({Typed("builtins:int")})]), frame, span, "for")
    return unknown(f"items of a {class_of(value)}")


def _is_walkable(machine: Machine, method: Value) -> bool:
    function = method.function if isinstance(method, Bound) else method
    return isinstance(function, Function) and machine.is_followed(function.module)


def unpack(machine: Machine, values: Values, target: code.Display, frame: Frame) -> list[Values]:
    """Values for each part of ``a, *b, c = values``."""
    parts = target.elements
    star = next((index for index, part in enumerate(parts) if isinstance(part, code.Starred)), None)
    columns: list[Values] = [NOTHING] * len(parts)
    for value in sorted(values, key=order_key) if len(values) > 1 else values:
        known = definite_items(machine, frozenset({value}), 4096)
        if known is not None and star is None and len(known) == len(parts):
            columns = [join(column, item) for column, item in zip(columns, known, strict=True)]
        elif known is not None and star is not None and len(known) >= len(parts) - 1:
            tail = len(parts) - star - 1
            middle = known[star : len(known) - tail]
            starred = machine.container("list", ("*", target.span), frame, Content(tuple(enumerate(middle))))
            spread = [*known[:star], starred, *known[len(known) - tail :]]
            columns = [join(column, item) for column, item in zip(columns, spread, strict=True)]
        elif known is None:
            item = _iterate_value(machine, value, frame, target.span)
            columns = [join(column, item) for column in columns]
    return [column or unknown("unpacking something of another length") for column in columns]


# --- subscripts ------------------------------------------------------------------------------------------------------


def load_item(machine: Machine, values: Values, index: Values, frame: Frame, span: Span) -> Values:
    """``values[index]``."""
    result = NOTHING
    for value in sorted(values, key=order_key) if len(values) > 1 else values:
        result = join(result, _load_item(machine, value, index, frame, span))
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
                return _slice_list(machine, content, position, frame, span)
            if position is not None and isinstance(position.value, int) and content.is_exact:
                found = content.get(position.value % len(content.items) if content.items else 0)
                return found if found is not None else NOTHING
            return content.everything()
        case Obj(cls=cls) if cls in CONTAINERS:
            content = machine.content(value)
            if key is not None:
                found = content.get(key[0])
                if found is not None and ABSENT not in found:
                    return found
                return join(without_absent(found or NOTHING), content.rest)
            return content.everything()
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
            method = find_special(machine, value, "__getitem__")
            if method is not None and _is_walkable(machine, method):
                return machine.call(frozenset({method}), Arguments([index]), frame, span, "subscript")
            return unknown(f"an item of a {class_of(value)}")
        case External(name=name):
            return frozenset({value}) if machine.library.is_typing(name) else unknown(f"an item of {name}")
    return unknown("an item of something that is not known")


def _load_position(machine: Machine, items: tuple[Values, ...], index: Values, frame: Frame, span: Span) -> Values:
    position = known_constant(index)
    if position is not None and position.kind == "slice":
        return tuple_values(items[slice(*position.value)])  # type: ignore[misc]
    if position is not None and isinstance(position.value, int):
        return items[position.value] if -len(items) <= position.value < len(items) else NOTHING
    if Typed("builtins:slice") in index:
        return machine.container("list", (span, "slice"), frame, Content((), join_all(list(items))))
    return join_all(list(items))


def _slice_list(machine: Machine, content: Content, position: Const | None, frame: Frame, span: Span) -> Values:
    if position is not None and content.is_exact:
        items = [item for _, item in content.items][slice(*position.value)]  # type: ignore[misc]
        return machine.container("list", (span, "slice"), frame, Content(tuple(enumerate(items))))
    return machine.container("list", (span, "slice"), frame, Content((), content.everything()))


def store_item(machine: Machine, owners: Values, index: Values, values: Values, frame: Frame, span: Span) -> None:
    """``owners[index] = values``."""
    key = key_of(index)
    for owner in ordered(owners):
        match owner:
            case Obj(cls=cls) if cls in CONTAINERS:
                content = machine.content(owner)
                strong = len(owners) == 1 and owner.number not in machine.heap.summaries
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
                method = find_special(machine, owner, "__setitem__")
                if method is not None and _is_walkable(machine, method):
                    machine.call(frozenset({method}), Arguments([index, values]), frame, span, "subscript")


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


# --- operators -------------------------------------------------------------------------------------------------------


def binary(machine: Machine, token: str, left: Values, right: Values, frame: Frame, span: Span) -> Values:
    """``left token right``: a class's own method where it has one, containers, constants."""
    name = _OPERATORS.get(token, "")
    for values, other, method_name in ((left, right, f"__{name}__"), (right, left, f"__r{name}__")):
        for value in ordered(values):
            if isinstance(value, Obj | Typed) and value.cls in machine.classes:
                method = find_special(machine, value, method_name)
                if method is not None and _is_walkable(machine, method):
                    return machine.call(frozenset({method}), Arguments([other]), frame, span, "operator")
    if token == "+":
        joined = _concatenate(machine, left, right, frame, span)
        if joined is not None:
            return joined
    if token == "|":
        first, second = single(left), single(right)
        if isinstance(first, Obj) and first.cls in DICTS and isinstance(second, Obj):
            content = update_content(machine, machine.content(first), right)
            return machine.container("dict", (span, "|"), frame, content)
        if isinstance(first, ClassRef):
            return left
    return constants.fold_binary(token, left, right)


def _concatenate(machine: Machine, left: Values, right: Values, frame: Frame, span: Span) -> Values | None:
    first, second = single(left), single(right)
    if isinstance(first, TupleValue) and isinstance(second, TupleValue):
        return tuple_values((*first.items, *second.items))
    if isinstance(first, Obj) and first.cls in LISTS:
        one, two = definite_items(machine, left, 4096), definite_items(machine, right, 4096)
        if one is not None and two is not None:
            return machine.container("list", (span, "+"), frame, Content(tuple(enumerate([*one, *two]))))
        rest = join(iterate(machine, left, frame, span), iterate(machine, right, frame, span))
        return machine.container("list", (span, "+"), frame, Content((), rest))
    return None


def augmented(machine: Machine, token: str, left: Values, right: Values, frame: Frame, span: Span) -> Values:
    """``left token= right``; lists and own ``__iadd__`` change in place."""
    value = single(left)
    if isinstance(value, Obj) and value.cls in LISTS and token == "+":
        machine.library.call_method(machine, "list.extend", value, Arguments([right]), frame, span)
        return left
    if isinstance(value, Obj) and value.cls in DICTS and token == "|":
        machine.library.call_method(machine, "dict.update", value, Arguments([right]), frame, span)
        return left
    for item in ordered(left):
        if isinstance(item, Obj | Typed) and item.cls in machine.classes:
            method = find_special(machine, item, f"__i{_OPERATORS.get(token, '')}__")
            if method is not None and _is_walkable(machine, method):
                return machine.call(frozenset({method}), Arguments([right]), frame, span, "operator")
    return binary(machine, token, left, right, frame, span)


def compare(machine: Machine, token: str, left: Values, right: Values, frame: Frame, span: Span) -> bool | None:
    """One comparison; None where it is not known."""
    match token:
        case "is":
            return _is_same(machine, left, right)
        case "is not":
            same = _is_same(machine, left, right)
            return None if same is None else not same
        case "in":
            return contains(machine, right, left, frame, span)
        case "not in":
            inside = contains(machine, right, left, frame, span)
            return None if inside is None else not inside
    for value in ordered(left):
        if isinstance(value, Obj | Typed) and value.cls in machine.classes:
            method = find_special(machine, value, _COMPARISONS[token])
            if method is not None and _is_walkable(machine, method):
                machine.call(frozenset({method}), Arguments([right]), frame, span, "operator")
                return None
    first, second = known_constant(left), known_constant(right)
    if first is not None and second is not None:
        return constants.fold_compare(token, first, second)
    if token in {"==", "!="}:
        same = _is_equal(machine, left, right)
        return None if same is None else same is (token == "==")
    return None


def _is_equal(machine: Machine, left: Values, right: Values) -> bool | None:
    verdicts = {_equal_values(machine, one, two) for one in left for two in right}
    return verdicts.pop() if len(verdicts) == 1 else None


def _equal_values(machine: Machine, one: Value, two: Value) -> bool | None:
    if isinstance(one, Const) and isinstance(two, Const):
        return one.value == two.value
    if isinstance(one, Obj) and isinstance(two, Obj) and one.cls in CONTAINERS and two.cls in CONTAINERS:
        return _equal_contents(machine, one, two)
    if isinstance(one, ClassRef | Function | ModuleRef | Builtin) or isinstance(
        two, ClassRef | Function | ModuleRef | Builtin
    ):
        if isinstance(one, Unknown | External | Typed | Obj) or isinstance(two, Unknown | External | Typed | Obj):
            return None
        return one == two
    if isinstance(one, Const) and one.value is None and isinstance(two, Typed | Obj | TupleValue):
        return False if not _has_own_eq(machine, two) else None
    if isinstance(two, Const) and two.value is None and isinstance(one, Typed | Obj | TupleValue):
        return False if not _has_own_eq(machine, one) else None
    return None


def _equal_contents(machine: Machine, one: Obj, two: Obj) -> bool | None:
    first, second = machine.content(one), machine.content(two)
    if not first.is_exact or not second.is_exact:
        return None
    keys = [key for key, _ in first.items]
    if len(keys) != len(second.items) or any(second.get(key) is None for key in keys):
        return False
    if one.cls in SETS:
        return True
    verdicts = [_is_equal(machine, values, second.get(key) or NOTHING) for key, values in first.items]
    return False if False in verdicts else None if None in verdicts else True


def _has_own_eq(machine: Machine, value: Value) -> bool:
    cls = class_of(value)
    return cls is not None and machine.find_in_class(cls, "__eq__") is not None


def _is_same(machine: Machine, left: Values, right: Values) -> bool | None:
    verdicts = {_same_values(machine, one, two) for one in left for two in right}
    return verdicts.pop() if len(verdicts) == 1 else None


def _same_values(machine: Machine, one: Value, two: Value) -> bool | None:
    if isinstance(one, Unknown) or isinstance(two, Unknown):
        return None
    if isinstance(one, External) or isinstance(two, External):
        return True if one == two else None
    if isinstance(one, Const) and isinstance(two, Const):
        if one.kind != two.kind:
            return False
        if one.kind in {"str", "int", "float", "bytes"} and one.value == two.value:
            return None
        return one.value == two.value
    if isinstance(one, Obj) and one == two:
        return None if one.number in machine.heap.summaries else True
    if isinstance(one, Typed) or isinstance(two, Typed):
        first, second = class_of(one), class_of(two)
        if isinstance(one, Typed) and isinstance(two, Typed):
            return None
        if {first, second} & {"builtins:NoneType"} and "builtins:NoneType" not in {first} & {second}:
            return False
        return None if first == second or "builtins:object" in {first, second} else False
    return one == two


def contains(machine: Machine, owners: Values, items: Values, frame: Frame, span: Span) -> bool | None:
    """``items in owners``."""
    verdicts = {_contains_value(machine, owner, items, frame, span) for owner in owners}
    return verdicts.pop() if len(verdicts) == 1 else None


def _contains_value(machine: Machine, owner: Value, items: Values, frame: Frame, span: Span) -> bool | None:
    key = key_of(items)
    if isinstance(owner, InstanceDict):
        if key is None:
            return None
        cell = machine.heap.get((owner.owner.number, str(key[0])))
        return False if cell is None else None if isinstance(cell, frozenset) and ABSENT in cell else True
    if isinstance(owner, Const) and isinstance(owner.value, str):
        return key[0] in owner.value if key is not None and isinstance(key[0], str) else None
    if isinstance(owner, Obj) and owner.cls in DICTS | SETS:
        return _contains_key(machine.content(owner), key)
    members = definite_items(machine, frozenset({owner}), 4096)
    if members is not None:
        verdicts = [_is_equal(machine, member, items) for member in members]
        if any(verdict is True for verdict in verdicts):
            return True
        return False if all(verdict is False for verdict in verdicts) else None
    if isinstance(owner, Obj | Typed) and owner.cls in machine.classes:
        method = find_special(machine, owner, "__contains__")
        if method is not None and _is_walkable(machine, method):
            result = machine.call(frozenset({method}), Arguments([items]), frame, span, "operator")
            value = single(result)
            return truth_of_value(machine, value) if value is not None else None
    return None


def _contains_key(content: Content, key: tuple[object] | None) -> bool | None:
    if not content.items and not content.rest:
        return False
    if key is None:
        return None
    found = content.get(key[0])
    if found is None:
        return None if content.rest else False
    return None if ABSENT in found else True


def only(machine: Machine, values: Values, truth: bool) -> Values:
    """The values that may have this truth."""
    return frozenset(value for value in values if truth_of_value(machine, value) is not (not truth))


# --- isinstance ------------------------------------------------------------------------------------------------------


def is_instance(machine: Machine, value: Value, classes: Values) -> bool | None:
    """``isinstance(value, classes)``; None where it is not known."""
    cls = class_of(value)
    if cls is None or not classes:
        return None
    verdicts = {_is_instance_of(machine, value, cls, wanted) for wanted in classes}
    return verdicts.pop() if len(verdicts) == 1 else None


def _is_instance_of(machine: Machine, value: Value, cls: str, wanted: Value) -> bool | None:
    if isinstance(wanted, TupleValue):
        parts = [is_instance(machine, value, item) for item in wanted.items]
        if True in parts:
            return True
        return None if None in parts or not parts else False
    symbol = machine.base_symbol(wanted)
    if symbol is None:
        return None if not cls.startswith("builtins:") else (False if isinstance(wanted, External) else None)
    if isinstance(value, ClassRef):
        return symbol in {"builtins:type", "builtins:object"}
    verdict = is_subclass(machine, cls, symbol)
    if verdict is False and isinstance(value, Typed) and cls in machine.mro_of(symbol):
        return None
    return verdict


# --- context managers, awaiting --------------------------------------------------------------------------------------


def enter_context(machine: Machine, managers: Values, frame: Frame, span: Span) -> Values:
    """``with managers as ...``: what ``__enter__`` returns."""
    result = NOTHING
    for value in sorted(managers, key=order_key) if len(managers) > 1 else managers:
        if isinstance(value, Obj) and value.cls == "contextlib:_GeneratorContextManager":
            cell = machine.heap.get((value.number, "gen"))
            result = join(result, iterate(machine, cell, frame, span) if isinstance(cell, frozenset) else NOTHING)
            continue
        method = find_special(machine, value, "__enter__") if isinstance(value, Obj | Typed) else None
        if method is not None and _is_walkable(machine, method):
            result = join(result, machine.call(frozenset({method}), Arguments(), frame, span, "with"))
        elif isinstance(value, Typed | Obj):
            result = join(result, frozenset({value}))
        else:
            result = join(result, unknown("what a context manager returns"))
    return result


def exit_context(machine: Machine, managers: Values, frame: Frame, span: Span) -> None:
    """The ``__exit__`` calls at a ``with`` statement's end."""
    for value in ordered(managers):
        if isinstance(value, Obj):
            method = find_special(machine, value, "__exit__")
            if method is not None and _is_walkable(machine, method):
                error = unknown("an exception, or None")
                machine.call(frozenset({method}), Arguments([error, error, error]), frame, span, "with")


def await_value(machine: Machine, values: Values, frame: Frame, span: Span) -> Values:
    """``await values``: coroutines are walked where they are made, so their result is at hand."""
    result = NOTHING
    for value in ordered(values):
        method = find_special(machine, value, "__await__") if isinstance(value, Obj) else None
        if method is not None and _is_walkable(machine, method):
            result = join(result, machine.call(frozenset({method}), Arguments(), frame, span, "await"))
        else:
            result = join(result, frozenset({value}))
    return result


__all__ = ["MethodWrapper", "is_instance", "iterate", "load_item", "store_item", "unpack"]
