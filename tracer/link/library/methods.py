"""Methods of builtin containers and strings on what is known of their content."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tracer.link.frames import AbstractRaiseError, Arguments, Frame
from tracer.link.heap import CONTENT, Content
from tracer.link.library import deque_models, dispatch_models, tuple_models
from tracer.link.values import (
    ABSENT,
    BOOL,
    INT,
    NONE,
    NOTHING,
    STR,
    ClassRef,
    Const,
    InstanceDict,
    Obj,
    PropertyValue,
    Typed,
    Value,
    Values,
    constant,
    join,
    join_all,
    known_constant,
    known_text,
    single,
    tuple_values,
    unknown,
    without_absent,
)

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import Span

Method = Callable[["Machine", Value, Arguments, Frame, "Span"], Values]


def _content(machine: Machine, receiver: Value) -> Content:
    if isinstance(receiver, Obj):
        return machine.content(receiver)
    if isinstance(receiver, InstanceDict):
        items = []
        for name in machine.heap.attributes_of(receiver.owner.number):
            cell = machine.heap.get((receiver.owner.number, name))
            if isinstance(cell, frozenset):
                items.append((name, cell))
        return Content(tuple(items))
    return Content((), unknown("contents that are not known"), unknown("a key that is not known"))


def _put(machine: Machine, receiver: Value, content: Content) -> None:
    if isinstance(receiver, Obj):
        if receiver.number in machine.heap.summaries:
            from tracer.link.heap import join_cells

            joined = join_cells(machine.heap.get((receiver.number, CONTENT)), content)
            content = joined if isinstance(joined, Content) else content
        machine.heap.set((receiver.number, CONTENT), content)


def _key(arguments: Arguments) -> tuple[object] | None:
    from tracer.link.containers import key_of

    return key_of(arguments.positional[0]) if arguments.positional else None


# --- lists -----------------------------------------------------------------------------------------------------------


def _append(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    content = _content(machine, receiver)
    value = arguments.positional[-1] if arguments.positional else arguments.rest
    strong = isinstance(receiver, Obj) and receiver.number not in machine.heap.summaries
    if content.is_exact and strong and len(arguments.positional) == 1:
        _put(machine, receiver, content.put(len(content.items), value))
    else:
        _put(machine, receiver, Content((), join(content.everything(), value)))
    return NONE


def _extend(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.iteration import definite_items, iterate

    content = _content(machine, receiver)
    values = arguments.positional[0] if arguments.positional else arguments.rest
    known = definite_items(machine, values, 4096)
    if known is not None and content.is_exact:
        items = [item for _, item in content.items] + known
        _put(machine, receiver, Content(tuple(enumerate(items))))
    else:
        _put(machine, receiver, Content((), join(content.everything(), iterate(machine, values, frame, span))))
    return NONE


def _list_pop(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    content = _content(machine, receiver)
    position = known_constant(arguments.positional[0]) if arguments.positional else Const("int", -1)
    items = [item for _, item in content.items]
    if (
        content.is_exact
        and position is not None
        and isinstance(position.value, int)
        and -len(items) <= position.value < len(items)
    ):
        value = items.pop(position.value)
        _put(machine, receiver, Content(tuple(enumerate(items))))
        return value
    everything = content.everything()
    _put(machine, receiver, Content((), everything))
    return everything or unknown("an item of an empty list")


def _blur_list(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    content = _content(machine, receiver)
    _put(machine, receiver, Content((), content.everything()))
    return NONE


def _sort(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.library.reduction_models import sort_items

    if isinstance(receiver, Obj):
        given = Arguments([frozenset({receiver})], arguments.keywords)
        for made in sort_items(machine, given, frame, span):
            _put(machine, receiver, machine.content(made) if isinstance(made, Obj) else Content())
    return NONE


def _clear(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    _put(machine, receiver, Content())
    return NONE


def _copy(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    kind = receiver.cls.partition(":")[2] if isinstance(receiver, Obj) else "dict"
    kind = {"OrderedDict": "dict", "defaultdict": "dict", "deque": "list", "frozenset": "set"}.get(kind, kind)
    return machine.container(kind, ("copy", span), frame, _content(machine, receiver))


# --- dicts -----------------------------------------------------------------------------------------------------------


def _get(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    default = arguments.at(1, "default") or NONE
    content = _content(machine, receiver)
    key = _key(arguments)
    if key is None:
        return join(content.everything(), default)
    found = content.get(key[0])
    if found is None:
        return join(content.rest, default)
    if ABSENT in found:
        return join(join(without_absent(found), content.rest), default)
    return found


def _pop(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    default = arguments.at(1, "default")
    content = _content(machine, receiver)
    key = _key(arguments)
    if key is None:
        _put(machine, receiver, content.loosen())
        return join(content.everything(), default or NOTHING) or unknown("an item under a key that is not known")
    found = content.get(key[0])
    if found is not None:
        _put(machine, receiver, content.drop(key[0]))
    if found is None or ABSENT in found:
        if found is None and default is None and not content.rest:
            raise AbstractRaiseError("builtins:KeyError", repr(key[0]))
        return join(join(without_absent(found or NOTHING), content.rest), default or NOTHING)
    return found


def _pop_item(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    content = _content(machine, receiver)
    keys = join(join_all([constant(key) for key, _ in content.items if isinstance(key, str | int)]), content.keys)
    _put(machine, receiver, content.loosen())
    pair = (keys or unknown("a key that is not known"), content.everything() or unknown("an item of a mapping"))
    return tuple_values(pair)


def _setdefault(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.subscripts import store_item

    default = arguments.at(1, "default") or NONE
    content = _content(machine, receiver)
    key = _key(arguments)
    if key is None:
        _put(machine, receiver, content.blur(default, arguments.positional[0]))
        return join(content.everything(), default)
    found = content.get(key[0])
    if found is not None and ABSENT not in found:
        return found
    values = join(join(without_absent(found or NOTHING), content.rest), default)
    store_item(machine, frozenset({receiver}), arguments.positional[0], values, frame, span)
    return values


def _update(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.containers import key_values
    from tracer.link.library.constructors import _from_pairs
    from tracer.link.subscripts import store_item

    merged = Content()
    for values in arguments.positional[:1]:
        merged = _from_pairs(machine, merged, values, frame, span)
    for name, values in arguments.keywords.items():
        merged = merged.put(name, values)
    if arguments.rest_keywords:
        merged = merged.blur(arguments.rest_keywords, STR)
    if isinstance(receiver, InstanceDict):
        for key, values in merged.items:
            store_item(machine, frozenset({receiver}), key_values(key), values, frame, span)
        if merged.rest:
            machine.note_write(frame, span, "dict", "*", receiver.owner.cls, merged.rest, generic=True)
            machine.blur_attributes(receiver.owner, merged.rest)
        return NONE
    content = _content(machine, receiver)
    for key, values in merged.items:
        old = content.get(key)
        content = content.put(
            key, join(without_absent(values), old or frozenset({ABSENT})) if ABSENT in values else values
        )
    _put(machine, receiver, content.blur(merged.rest, merged.keys) if merged.rest else content)
    return NONE


def _views(machine: Machine, receiver: Value, which: str, frame: Frame, span: Span) -> Values:
    from tracer.link.containers import key_values

    content = _content(machine, receiver)
    exact = [(key_values(key), values) for key, values in content.items]
    made: list[Values] = []
    for key, values in exact:
        item = without_absent(values)
        made.append(key if which == "keys" else item if which == "values" else tuple_values((key, item)))
    optional = any(ABSENT in values for _, values in exact)
    rest = NOTHING
    if content.rest:
        keys = content.keys or unknown("a key that is not known")
        rest = keys if which == "keys" else content.rest if which == "values" else tuple_values((keys, content.rest))
    if optional:
        for item in made:
            rest = join(rest, item)
        made = []
    return machine.container("list", (which, span), frame, Content(tuple(enumerate(made)), rest))


def _keys(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    return _views(machine, receiver, "keys", frame, span)


def _values(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    return _views(machine, receiver, "values", frame, span)


def _items(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    return _views(machine, receiver, "items", frame, span)


def _fromkeys(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    return unknown("dict.fromkeys()")


def _get_item(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    content = _content(machine, receiver)
    key = _key(arguments)
    if key is None:
        return content.everything() or unknown("an item of a mapping that is not known")
    found = content.get(key[0])
    values = join(
        without_absent(found or NOTHING), NOTHING if found is not None and ABSENT not in found else content.rest
    )
    return values or unknown("an item of a mapping that is not known")


def _set_item(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    content = _content(machine, receiver)
    key = _key(arguments)
    if len(arguments.positional) > 1:
        values = arguments.positional[1]
        _put(machine, receiver, content.put(key[0], values) if key else content.blur(values, arguments.positional[0]))
    return NONE


# --- sets ------------------------------------------------------------------------------------------------------------


def _add(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    content = _content(machine, receiver)
    value = arguments.positional[0] if arguments.positional else arguments.rest
    key = _key(arguments)
    _put(machine, receiver, content.put(key[0], value) if key is not None else content.blur(value, value))
    return NONE


def _set_update(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.containers import key_of
    from tracer.link.iteration import definite_items, iterate

    content = _content(machine, receiver)
    for values in arguments.positional:
        known = definite_items(machine, values, 4096)
        for item in known if known is not None else [iterate(machine, values, frame, span)]:
            key = key_of(item) if known is not None else None
            content = content.put(key[0], item) if key is not None else content.blur(item, item)
    _put(machine, receiver, content)
    return NONE


def _set_blur(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.iteration import iterate

    rest = join_all(
        [_content(machine, receiver).everything(), *(iterate(machine, v, frame, span) for v in arguments.positional)]
    )
    _put(machine, receiver, Content((), rest, rest))
    return NONE


def _set_operation(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.iteration import iterate

    rest = _content(machine, receiver).everything()
    for values in arguments.positional:
        rest = join(rest, iterate(machine, values, frame, span))
    return machine.container("set", ("set", span), frame, Content((), rest, rest))


# --- strings, properties ---------------------------------------------------------------------------------------------

_FOLDED = {
    "lower", "upper", "strip", "lstrip", "rstrip", "startswith", "endswith", "replace", "removeprefix", "removesuffix",
    "title", "capitalize", "isdigit", "isidentifier", "find", "count", "rpartition", "partition", "casefold", "zfill",
}  # fmt: skip
_BOOLEAN = {"startswith", "endswith", "isdigit", "isidentifier", "isalnum", "isalpha", "isspace", "isupper", "islower"}


def fold_string(name: str, receiver: Value, arguments: Arguments) -> Values:
    """A string method on constants; else a value of the method's type."""
    known = [known_constant(values) for values in arguments.positional]
    is_known = all(const is not None for const in known) and not arguments.rest and not arguments.keywords
    if isinstance(receiver, Const) and isinstance(receiver.value, str) and is_known and name in _FOLDED:
        try:
            result = getattr(receiver.value, name)(*(const.value for const in known if const is not None))
        except (TypeError, ValueError):
            return unknown(f"the result of str.{name}")
        if isinstance(result, tuple):
            return tuple_values(tuple(constant(part) for part in result))
        return constant(result, receiver.origin if isinstance(result, str) else "")
    if name in _BOOLEAN:
        return BOOL
    if name in {"find", "index", "count", "rfind"}:
        return INT
    if name in {"split", "rsplit", "splitlines"}:
        return frozenset({Typed("builtins:list")})
    if name in {"partition", "rpartition"}:
        return tuple_values((STR, STR, STR))
    return STR if name != "encode" else frozenset({Typed("builtins:bytes")})


def _split(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    separator = known_text(arguments.positional[0]) if arguments.positional else None
    is_known = len(arguments.positional) <= 1 and bool(separator or not arguments.positional)
    if isinstance(receiver, Const) and isinstance(receiver.value, str) and is_known:
        parts = receiver.value.split(separator)
        return machine.container(
            "list", ("split", span), frame, Content(tuple((i, constant(p)) for i, p in enumerate(parts)))
        )
    return machine.container("list", ("split", span), frame, Content((), STR))


def _join(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.iteration import definite_items, iterate

    items = definite_items(machine, arguments.positional[0], 4096) if arguments.positional else None
    if items is None:
        if arguments.positional:
            iterate(machine, arguments.positional[0], frame, span)
        return STR
    texts = [known_text(item) for item in items]
    if isinstance(receiver, Const) and isinstance(receiver.value, str) and all(text is not None for text in texts):
        return constant(receiver.value.join(text for text in texts if text is not None))
    return STR


def _property_part(part: str) -> Method:
    def model(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
        function = single(arguments.positional[0]) if arguments.positional else None
        if not isinstance(receiver, PropertyValue):
            return unknown("part of a property")
        parts = {"getter": receiver.getter, "setter": receiver.setter, "deleter": receiver.deleter, part: function}
        return frozenset({PropertyValue(parts["getter"], parts["setter"], parts["deleter"])})

    return model


def _object_slot(name: str) -> Method:
    def model(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
        from tracer.link.library.functions import FUNCTIONS

        return FUNCTIONS[f"object.{name}"](machine, arguments.prepend(frozenset({receiver})), frame, span)

    return model


def _type_call(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.classes import instantiate

    if isinstance(receiver, ClassRef):
        return instantiate(machine, receiver, arguments, frame, span)
    return unknown("type.__call__ of what is not known")


def _register_subclass(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    state = machine.class_state(receiver.symbol) if isinstance(receiver, ClassRef) else None
    given = arguments.positional[0] if arguments.positional else NOTHING
    if state is not None:
        is_sure = bool(given) and not any(guard.value == "undecided" for guard in frame.guards)
        state.virtual.update(value.symbol for value in given if isinstance(value, ClassRef) and is_sure)
        state.has_unknown_subclasses |= not is_sure or any(not isinstance(value, ClassRef) for value in given)
    return given or unknown("a class that is registered")


def _dataclass_init(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.library.dataclass_models import construct

    return construct(machine, receiver, arguments, frame, span)


def _read_file(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.library.file_models import read_text

    return read_text(machine, receiver, arguments, frame, span) if isinstance(receiver, Obj) else STR


METHODS: dict[str, Method] = {
    "list.append": _append,
    "list.insert": _append,
    "list.extend": _extend,
    "list.pop": _list_pop,
    "list.sort": _sort,
    "list.reverse": _blur_list,
    "list.remove": _blur_list,
    "list.clear": _clear,
    "list.copy": _copy,
    "dict.get": _get,
    "dict.pop": _pop,
    "dict.popitem": _pop_item,
    "dict.setdefault": _setdefault,
    "dict.__getitem__": _get_item,
    "dict.__setitem__": _set_item,
    "dict.update": _update,
    "dict.keys": _keys,
    "dict.values": _values,
    "dict.items": _items,
    "dict.copy": _copy,
    "dict.clear": _clear,
    "dict.fromkeys": _fromkeys,
    "set.add": _add,
    "set.update": _set_update,
    "set.union": _set_operation,
    "set.intersection": _set_operation,
    "set.difference": _set_operation,
    "set.copy": _copy,
    "set.discard": _blur_list,
    "set.remove": _blur_list,
    "set.pop": _list_pop,
    "set.clear": _clear,
    "set.difference_update": _blur_list,
    "set.intersection_update": _blur_list,
    "set.symmetric_difference_update": _set_blur,
    "str.split": _split,
    "str.join": _join,
    "property.getter": _property_part("getter"),
    "property.setter": _property_part("setter"),
    "property.deleter": _property_part("deleter"),
    "type.__call__": _type_call,
    "dataclass.__init__": _dataclass_init,
    "deque.append": deque_models.append,
    "deque.appendleft": deque_models.append_left,
    "deque.extend": deque_models.extend,
    "deque.extendleft": deque_models.extend_left,
    "deque.popleft": deque_models.pop_left,
    "deque.rotate": deque_models.rotate,
    "abc.register": _register_subclass,
    "singledispatch.call": dispatch_models.call,
    "singledispatch.register": dispatch_models.register,
    "namedtuple.__new__": tuple_models.new,
    "namedtuple._make": tuple_models.make,
    "namedtuple._replace": tuple_models.replace,
    "namedtuple._asdict": tuple_models.as_dict,
    "TextIOWrapper.read": _read_file,
    **{
        f"object.{name}": _object_slot(name)
        for name in (
            "__setattr__", "__getattribute__", "__delattr__", "__new__", "__init__", "__init_subclass__", "__repr__",
            "__str__", "__eq__", "__ne__", "__hash__", "__format__",
        )
    },
}  # fmt: skip
