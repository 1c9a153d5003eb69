"""Construction of builtin classes: containers keep what is known of their content, the rest become typed values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tracer.link.attributes import class_now
from tracer.link.frames import Arguments, Frame
from tracer.link.heap import Content
from tracer.link.library import deque_models
from tracer.link.truth import ask_truth
from tracer.link.values import (
    NONE,
    NOTHING,
    STR,
    ClassRef,
    Const,
    MethodWrapper,
    Obj,
    PropertyValue,
    Super,
    TupleValue,
    Typed,
    Values,
    boolean,
    constant,
    join,
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

Constructor = Callable[["Machine", ClassRef, Arguments, Frame, "Span"], Values]


def construct_plain(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """An instance of a builtin class whose content is not kept; an exception keeps its arguments."""
    if "builtins:BaseException" in machine.mro_of(cls.symbol):
        obj = machine.allocate(cls.symbol, (frame.symbol, span), frame)
        machine.heap.store(obj.number, "args", tuple_values(tuple(arguments.positional)))
        return frozenset({obj})
    if cls.symbol == "builtins:object":
        return frozenset({machine.allocate(cls.symbol, (frame.module.name, frame.symbol, span), frame)})
    return frozenset({Typed(cls.symbol)})


def _items(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> tuple[list[Values] | None, Values]:
    from tracer.link import iteration

    if not arguments.positional:
        return ([], NOTHING) if not arguments.rest else (None, arguments.rest)
    known = iteration.definite_items(machine, arguments.positional[0], 4096)
    if known is not None:
        return known, NOTHING
    return None, iteration.iterate(machine, arguments.positional[0], frame, span)


def _list(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    known, rest = _items(machine, arguments, frame, span)
    content = Content((), rest) if known is None else Content(tuple(enumerate(known)))
    return machine.container("list", ("list", span), frame, content)


def _tuple(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    known, rest = _items(machine, arguments, frame, span)
    if known is None:
        return machine.container("tuple", ("tuple", span), frame, Content((), rest))
    return tuple_values(tuple(known))


def _set(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link import containers

    known, rest = _items(machine, arguments, frame, span)
    content = Content((), rest)
    for item in known or ():
        key = containers.key_of(item)
        content = content.put(key[0], item) if key is not None else content.blur(item, item)
    return machine.container("set", ("set", span), frame, content)


def _dict(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    return machine.container("dict", (cls.symbol, span), frame, content_of_mapping(machine, arguments, frame, span))


def content_of_mapping(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Content:
    """What ``dict(*arguments)`` holds."""
    content = Content()
    for values in arguments.positional[:1]:
        content = _from_pairs(machine, content, values, frame, span)
    for name, values in arguments.keywords.items():
        content = content.put(name, values)
    return content.blur(arguments.rest_keywords, STR) if arguments.rest_keywords else content


def _from_pairs(machine: Machine, content: Content, values: Values, frame: Frame, span: Span) -> Content:
    from tracer.link import containers, iteration

    if any(isinstance(value, Obj) and value.cls in containers.DICTS for value in values):
        return containers.update_content(machine, content, values)
    pairs = iteration.definite_items(machine, values, 4096)
    for pair in pairs if pairs is not None else [iteration.iterate(machine, values, frame, span)]:
        value = single(pair)
        if isinstance(value, TupleValue) and len(value.items) == 2:
            key = containers.key_of(value.items[0])
            content = (
                content.put(key[0], value.items[1]) if key is not None and pairs is not None
                else content.blur(value.items[1], value.items[0])
            )  # fmt: skip
        else:
            content = content.blur(unknown("items of a mapping that is not known"), unknown("a key that is not known"))
    return content


def _default_dict(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    rest = NOTHING
    for factory in arguments.positional[:1]:
        rest = machine.call(factory, Arguments(), frame, span) if factory != NONE else NOTHING
    return machine.container("dict", ("defaultdict", span), frame, Content((), rest, STR if rest else NOTHING))


def _str(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    if not arguments.positional:
        return constant("")
    const = known_constant(arguments.positional[0])
    if const is not None and isinstance(const.value, str | int | float | None | bool):
        return constant(str(const.value), const.origin) if const.kind != "str" else frozenset({const})
    from tracer.link.library.functions import show

    return show(machine, arguments.positional[0], frame, span, "__str__", "__repr__")


def _number(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    const = known_constant(arguments.positional[0]) if arguments.positional else None
    kind = int if cls.symbol == "builtins:int" else float
    if const is not None and isinstance(const.value, int | float | str) and len(arguments.positional) == 1:
        try:
            return constant(kind(const.value))
        except ValueError:
            pass
    return frozenset({Typed(cls.symbol)})


def _bool(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    if not arguments.positional:
        return boolean(False)
    return boolean(ask_truth(machine, arguments.positional[0], frame, span))


def _type(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    if len(arguments.positional) == len(("name", "bases", "namespace")):
        return _make_class(machine, arguments, frame, span)
    if len(arguments.positional) != 1:
        return unknown("a class made by type()")
    result = NOTHING
    for value in arguments.positional[0]:
        symbol = class_now(machine, value)
        result = join(result, frozenset({ClassRef(symbol)}) if symbol else unknown("the type of an unknown value"))
    return result


def _make_class(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``type(name, bases, namespace)``."""
    from tracer.link.classes import make_class, resolve_bases
    from tracer.link.iteration import definite_items

    name = known_text(arguments.positional[0])
    bases = definite_items(machine, arguments.positional[1], 4096)
    content = content_of_mapping(machine, Arguments(arguments.positional[2:]), frame, span)
    if name is None or bases is None:
        return unknown("a class made by type()")
    symbols, unresolved = resolve_bases(machine, bases)
    namespace = {key: without_absent(values) for key, values in content.items if isinstance(key, str)}
    state = make_class(machine, name, symbols, namespace, frame, span)
    state.unresolved = (*state.unresolved, *unresolved)
    if content.rest:
        state.unresolved = (*state.unresolved, (name, "its namespace is computed at run time"))
    return frozenset({ClassRef(state.symbol)})


def _super(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.classes import start_of

    if len(arguments.positional) < 2:
        return unknown("super() with one argument")
    after = single(arguments.positional[0])
    symbol = machine.base_symbol(after) if after is not None else None
    if symbol is None:
        return unknown("super() of a class that is not known")
    return frozenset(Super(symbol, value, start_of(value, symbol)) for value in arguments.positional[1])


def _property(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    parts = [single(arguments.at(index, name) or NOTHING) for index, name in enumerate(("fget", "fset", "fdel"))]
    return frozenset({PropertyValue(*parts)})


def _method(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    kind = cls.symbol.partition(":")[2]
    return frozenset(MethodWrapper(kind, value) for value in arguments.positional[0])


def _enumerate(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    known, rest = _items(machine, arguments, frame, span)
    if known is None:
        pair: Values = tuple_values((frozenset({Typed("builtins:int")}), rest))
        return machine.container("list", ("enumerate", span), frame, Content((), pair))
    pairs = [(index, tuple_values((constant(index), item))) for index, item in enumerate(known)]
    return machine.container("list", ("enumerate", span), frame, Content(tuple(pairs)))


def _zip(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link import iteration

    columns = [iteration.definite_items(machine, values, 4096) for values in arguments.positional]
    if columns and all(column is not None for column in columns) and not arguments.rest:
        rows = [tuple_values(tuple(row)) for row in zip(*(c for c in columns if c is not None), strict=False)]
        return machine.container("list", ("zip", span), frame, Content(tuple(enumerate(rows))))
    row = tuple(iteration.iterate(machine, values, frame, span) for values in arguments.positional)
    return machine.container("list", ("zip", span), frame, Content((), tuple_values(row)))


def _map(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link import iteration

    if len(arguments.positional) < 2:
        return unknown("map() of what is not shown")
    items = [iteration.iterate(machine, values, frame, span) for values in arguments.positional[1:]]
    result = machine.call(arguments.positional[0], Arguments(items), frame, span)
    return machine.container("list", ("map", span), frame, Content((), result))


def _filter(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link import iteration

    if len(arguments.positional) < 2:
        return unknown("filter() of what is not shown")
    items = iteration.iterate(machine, arguments.positional[1], frame, span)
    if arguments.positional[0] != NONE:
        machine.call(arguments.positional[0], Arguments([items]), frame, span)
    return machine.container("list", ("filter", span), frame, Content((), items))


def _reversed(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    known, rest = _items(machine, arguments, frame, span)
    content = Content((), rest) if known is None else Content(tuple(enumerate(reversed(known))))
    return machine.container("list", ("reversed", span), frame, content)


def _range(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    known = [known_constant(values) for values in arguments.positional]
    bounds = [const.value for const in known if const is not None and isinstance(const.value, int)]
    if bounds and len(bounds) == len(known) <= 3 and not (arguments.rest or bounds[2:] == [0]):
        return frozenset({Const("range", range(*bounds))})
    return frozenset({Typed("builtins:range")})


def _slice(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    known = [known_constant(values) for values in arguments.positional]
    if known and all(const is not None and isinstance(const.value, int | None) for const in known):
        values = [const.value for const in known if const is not None]
        full = (None, values[0], None) if len(values) == 1 else (*values, *([None] * (3 - len(values))))
        return frozenset({Const("slice", full)})
    return frozenset({Typed("builtins:slice")})


CONSTRUCTORS: dict[str, Constructor] = {
    "builtins:list": _list,
    "builtins:tuple": _tuple,
    "builtins:set": _set,
    "builtins:frozenset": _set,
    "builtins:dict": _dict,
    "collections:OrderedDict": _dict,
    "collections:defaultdict": _default_dict,
    "collections:deque": deque_models.construct,
    "builtins:str": _str,
    "builtins:int": _number,
    "builtins:float": _number,
    "builtins:bool": _bool,
    "builtins:type": _type,
    "builtins:super": _super,
    "builtins:property": _property,
    "builtins:staticmethod": _method,
    "builtins:classmethod": _method,
    "builtins:enumerate": _enumerate,
    "builtins:zip": _zip,
    "builtins:map": _map,
    "builtins:filter": _filter,
    "builtins:reversed": _reversed,
    "builtins:range": _range,
    "builtins:slice": _slice,
}
