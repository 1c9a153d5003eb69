"""``dataclasses``: its ``__init__`` is text that is executed, so fields and construction are modelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.attributes import find_special, store_attribute
from tracer.link.frames import Arguments, Frame
from tracer.link.heap import Content
from tracer.link.values import (
    NONE,
    NOTHING,
    TRUE,
    Builtin,
    ClassRef,
    Const,
    Obj,
    Value,
    Values,
    boolean,
    class_of,
    constant,
    join,
    ordered,
    single,
    unknown,
)
from tracer.model import code

if TYPE_CHECKING:
    from tracer.link.classes import ClassState
    from tracer.link.machine import Machine
    from tracer.model.names import Span, SymbolId

MISSING: Values = frozenset({Const("MISSING", "dataclasses.MISSING")})
FIELD = "dataclasses:Field"


def dataclass(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``@dataclass``, bare, with options, or called on a class."""
    if not arguments.positional:
        return frozenset({Builtin("dataclasses.dataclass")})
    for value in arguments.positional[0]:
        if isinstance(value, ClassRef):
            state = machine.class_state(value.symbol)
            if state is not None:
                _collect_fields(machine, state)
    return arguments.positional[0]


def _collect_fields(machine: Machine, state: ClassState) -> None:
    fields: dict[str, Values] = {}
    for cls in reversed(state.mro[1:]):
        base = machine.classes.get(cls)
        if base is not None and base.fields is not None:
            fields.update(base.fields)
    for name, annotation in state.annotations.items():
        if not _is_named(annotation, "ClassVar"):
            fields[name] = state.namespace.get(name, NOTHING)
    state.fields = fields
    for name in list(state.namespace):
        for value in state.namespace[name]:
            if isinstance(value, Obj) and value.cls == FIELD:
                default = machine.heap.get((value.number, "default"))
                if isinstance(default, frozenset) and default != MISSING:
                    state.namespace[name] = default
                else:
                    del state.namespace[name]
                break
    if "__init__" not in state.namespace:
        state.namespace["__init__"] = frozenset({Builtin("dataclass.__init__")})
    state.namespace.setdefault("__eq__", frozenset({Builtin("dataclass.__eq__")}))
    for name in ("__dataclass_fields__", "__dataclass_params__"):
        state.namespace.setdefault(name, unknown("a dataclass's own tables"))


def _is_named(annotation: code.Expr | None, name: str) -> bool:
    """Whether an annotation is ``ClassVar``, ``InitVar`` or the like, subscripted or bare."""
    head = annotation.value if isinstance(annotation, code.Subscript) else annotation
    if isinstance(head, code.Attribute):
        return head.name == name
    return isinstance(head, code.Name) and head.id == name


def field(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``field(default=..., default_factory=...)``."""
    made = machine.unique(FIELD, (frame.symbol, span))
    for name in ("default", "default_factory"):
        machine.heap.set((made.number, name), arguments.keywords.get(name, MISSING))
    machine.heap.set((made.number, "init"), arguments.keywords.get("init", TRUE))
    machine.heap.set((made.number, "metadata"), arguments.keywords.get("metadata") or NONE)
    return frozenset({made})


def fields_of(machine: Machine, symbol: SymbolId) -> dict[str, Values] | None:
    """A dataclass's fields in order with their default; None for any other class."""
    for cls in machine.mro_of(symbol):
        state = machine.classes.get(cls)
        if state is not None and state.fields is not None:
            return state.fields
    return None


def annotation_of(machine: Machine, symbol: SymbolId, name: str) -> code.Expr | None:
    """The annotation of a field along the linearisation."""
    for cls in machine.mro_of(symbol):
        state = machine.classes.get(cls)
        if state is not None and name in state.annotations:
            return state.annotations[name]
    return None


def fields(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``fields(cls_or_instance)``: a tuple of field objects."""
    value = single(arguments.positional[0]) if arguments.positional else None
    symbol = value.symbol if isinstance(value, ClassRef) else class_of(value) if value is not None else None
    known = fields_of(machine, symbol) if symbol is not None else None
    if known is None or symbol is None:
        return unknown("the fields of a class that is not known")
    made = [field_object(machine, symbol, name, default, frame) for name, default in known.items()]
    return machine.container("list", ("fields", symbol, span), frame, Content(tuple(enumerate(made))))


def field_object(machine: Machine, symbol: SymbolId, name: str, default: Values, frame: Frame) -> Values:
    """The ``Field`` of one name."""
    made = machine.unique(FIELD, ("field", symbol, name))
    declared = next((v for v in default if isinstance(v, Obj) and v.cls == FIELD), None)
    values = {"name": constant(name), "init": TRUE, "default": default or MISSING, "default_factory": MISSING}
    if declared is not None:
        for key in ("default", "default_factory", "init", "metadata"):
            cell = machine.heap.get((declared.number, key))
            if isinstance(cell, frozenset):
                values[key] = cell
    values["type"] = unknown("the type of a field")
    values.setdefault("metadata", machine.container("dict", ("metadata", symbol, name), frame, Content()))
    machine.heap.set((made.number, "owner"), frozenset({ClassRef(symbol)}))
    for key, cell in values.items():
        machine.heap.set((made.number, key), cell)
    return frozenset({made})


def is_dataclass(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``is_dataclass(x)``."""
    value = single(arguments.positional[0]) if arguments.positional else None
    symbol = value.symbol if isinstance(value, ClassRef) else class_of(value) if value is not None else None
    return boolean(None if symbol is None else fields_of(machine, symbol) is not None)


def construct(machine: Machine, receiver: Value, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """The generated ``__init__``: each field from its argument or default, then ``__post_init__``."""
    if not isinstance(receiver, Obj):
        return NONE
    known = fields_of(machine, receiver.cls) or {}
    passed_on: list[Values] = []
    for position, (name, default) in enumerate(known.items()):
        given = arguments.at(position, name) if position < len(arguments.positional) else arguments.keywords.get(name)
        values = (
            given
            if given is not None and name not in arguments.optional
            else join(given or NOTHING, _default(machine, default, frame, span))
        )
        if given is None and arguments.rest_keywords:
            values = join(values, arguments.rest_keywords)
        values = values or unknown("a field")
        if _is_named(annotation_of(machine, receiver.cls, name), "InitVar"):
            passed_on.append(values)
            continue
        store_attribute(machine, frozenset({receiver}), name, values, frame, span, "field")
    post = find_special(machine, receiver, "__post_init__")
    if post:
        machine.call(post, Arguments(passed_on), frame, span, "call")
    return NONE


def _default(machine: Machine, default: Values, frame: Frame, span: Span) -> Values:
    for value in ordered(default):
        if isinstance(value, Obj) and value.cls == FIELD:
            plain = machine.heap.get((value.number, "default"))
            if isinstance(plain, frozenset) and plain != MISSING:
                return plain
            factory = machine.heap.get((value.number, "default_factory"))
            if isinstance(factory, frozenset) and factory != MISSING:
                return machine.call(factory, Arguments(), frame, span, "call")
            return NOTHING
    return default
