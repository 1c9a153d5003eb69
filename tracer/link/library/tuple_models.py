"""Named tuples and typed dicts: classes that functions and metaclasses generate from a list of fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.frames import Arguments, Frame
from tracer.link.heap import Content
from tracer.link.values import (
    NONE,
    NOTHING,
    Builtin,
    ClassRef,
    MethodWrapper,
    Obj,
    TupleValue,
    Value,
    Values,
    constant,
    known_text,
    single,
    tuple_values,
    unknown,
    without_absent,
)

if TYPE_CHECKING:
    from tracer.link.classes import ClassState
    from tracer.link.machine import Machine
    from tracer.model.names import Span, SymbolId


def finish_class(machine: Machine, state: ClassState) -> None:
    """Give a class of the form ``namedtuple`` what its fields generate: annotated names, with their defaults."""
    if state.form == "namedtuple" and state.fields is None:
        _add_fields(state, {name: state.namespace.get(name, NOTHING) for name in state.annotations})


def _add_fields(state: ClassState, fields: dict[str, Values]) -> None:
    state.fields = fields
    generated: dict[str, Value] = {
        "__new__": MethodWrapper("staticmethod", Builtin("namedtuple.__new__")),
        "_make": MethodWrapper("classmethod", Builtin("namedtuple._make")),
        "_replace": Builtin("namedtuple._replace"),
        "_asdict": Builtin("namedtuple._asdict"),
    }
    for name, value in generated.items():
        state.namespace.setdefault(name, frozenset({value}))
    state.namespace["_fields"] = tuple_values(tuple(constant(name) for name in fields))


def named_tuple(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``namedtuple("P", "x y")`` and ``NamedTuple("P", [("x", int)])``: a class of its own."""
    from tracer.link.classes import make_class

    name = known_text(arguments.at(0, "typename") or NOTHING)
    fields = _field_names(machine, arguments.at(1, "field_names") or NOTHING)
    if name is None:
        return unknown("a named tuple whose name is not known")
    state = make_class(machine, name, ("builtins:tuple",), {}, frame, span)
    if fields is not None:
        _add_fields(state, dict(zip(fields, _defaults(machine, len(fields), arguments), strict=True)))
    return frozenset({ClassRef(state.symbol)})


def _defaults(machine: Machine, count: int, arguments: Arguments) -> list[Values]:
    """Each field's default: they belong to the last fields."""
    from tracer.link.iteration import definite_items

    given = arguments.keywords.get("defaults", NONE)
    known = [] if given == NONE else definite_items(machine, given, count)
    if known is None:
        return [unknown("a default of a named tuple")] * count
    return [*[NOTHING] * (count - len(known)), *known]


def _field_names(machine: Machine, values: Values) -> list[str] | None:
    from tracer.link.iteration import definite_items

    text = known_text(values)
    if text is not None:
        return text.replace(",", " ").split()
    names: list[str] = []
    for item in definite_items(machine, values, 4096) or ():
        pair = single(item)
        name = known_text(pair.items[0] if isinstance(pair, TupleValue) and pair.items else item)
        if name is None:
            return None
        names.append(name)
    return names or None


def typed_dict(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``TypedDict("T", {...})``: a class whose instances are plain dicts."""
    from tracer.link.classes import make_class

    name = known_text(arguments.at(0, "typename") or NOTHING)
    if name is None:
        return unknown("a typed dict whose name is not known")
    state = make_class(machine, name, ("builtins:dict",), {}, frame, span)
    state.form = "typeddict"
    return frozenset({ClassRef(state.symbol)})


def fields_of(machine: Machine, symbol: SymbolId) -> dict[str, Values] | None:
    """A named tuple's fields with their defaults, None for any other class."""
    mro = machine.mro_of(symbol)
    if "builtins:tuple" not in mro:
        return None
    states = (machine.classes.get(cls) for cls in mro)
    return next((state.fields for state in states if state is not None and state.fields is not None), None)


def items_of(machine: Machine, value: Obj) -> tuple[Values, ...] | None:
    """A named tuple's items, None for any other object."""
    fields = fields_of(machine, value.cls)
    if fields is None:
        return None
    cells = [machine.heap.get((value.number, name)) for name in fields]
    return tuple(
        without_absent(cell) if isinstance(cell, frozenset) else unknown("a field of a named tuple") for cell in cells
    )


def new(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """The generated ``__new__``: fields are items, so nothing is stored under their names."""
    if not isinstance(receiver, ClassRef):
        return unknown("an instance of a named tuple")
    made = machine.allocate(receiver.symbol, (frame.module.name, frame.scope.qualname, span), frame)
    for position, (name, default) in enumerate((fields_of(machine, receiver.symbol) or {}).items()):
        values = arguments.at(position, name) or arguments.rest | arguments.rest_keywords | default
        machine.heap.store(made.number, name, values or unknown("a field of a named tuple"))
    return frozenset({made})


def replace(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``value._replace(x=1)``: another tuple of the same class."""
    fields = fields_of(machine, receiver.cls) if isinstance(receiver, Obj) else None
    items = items_of(machine, receiver) if isinstance(receiver, Obj) else None
    if not isinstance(receiver, Obj) or fields is None or items is None:
        return unknown("a changed named tuple")
    changed = {**dict(zip(fields, items, strict=True)), **arguments.keywords}
    return new(machine, ClassRef(receiver.cls), Arguments([], changed), frame, span)


def as_dict(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``value._asdict()``."""
    fields = fields_of(machine, receiver.cls) if isinstance(receiver, Obj) else None
    items = items_of(machine, receiver) if isinstance(receiver, Obj) else None
    pairs = tuple(zip(fields or (), items or (), strict=True))
    return machine.container("dict", ("_asdict", span), frame, Content(pairs))


def make(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``P._make(items)``."""
    from tracer.link.iteration import definite_items, iterate

    items = definite_items(machine, arguments.positional[0], 4096) if arguments.positional else []
    if items is None:
        given = Arguments(rest=iterate(machine, arguments.positional[0], frame, span))
        return new(machine, receiver, given, frame, span)
    return new(machine, receiver, Arguments(items), frame, span)
