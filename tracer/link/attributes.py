"""Attribute access: the descriptor protocol on abstract values.

Loads follow the interpreter's order (data descriptor, instance, class, ``__getattr__``); stores go through a property's
setter or the class's own ``__setattr__`` where it has one. A load that finds nothing on any possible object raises, as
the program would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.frames import AbstractRaiseError, Arguments, Frame
from tracer.link.mro import OBJECT
from tracer.link.stand_ins import note_member
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
    PartialValue,
    PropertyValue,
    Super,
    TupleValue,
    Typed,
    Unknown,
    Value,
    Values,
    class_of,
    constant,
    join,
    ordered,
    single,
    tuple_values,
    unknown,
    without_absent,
)
from tracer.model.names import module_of, short_name_of

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import Span, SymbolId


def load_attribute(machine: Machine, values: Values, name: str, frame: Frame, span: Span, form: str = "load") -> Values:
    """``values.name``; raises ``AbstractRaiseError`` where no possible object has it."""
    result = without_absent(
        machine.for_each(values, lambda value: load_from(machine, value, name, frame, span, form), frame)
    )
    if not result:
        owners = ", ".join(sorted(short_name_of(class_of(value) or "?") for value in values)) or "nothing"
        if not machine.is_own(frame.module.name):
            # A library that runs does have what it loads: here the walk lacks knowledge, not the library an attribute.
            machine.unresolved(frame, span, name, f"no attribute {name} is known of {owners}")
            return unknown(f"attribute {name} of {owners}")
        raise AbstractRaiseError("builtins:AttributeError", f"'{owners}' object has no attribute '{name}'")
    return result


def load_from(machine: Machine, value: Value, name: str, frame: Frame, span: Span, form: str = "load") -> Values:
    """One value's attribute: ``NOTHING`` where it has none, with ``ABSENT`` inside where it may have none."""
    match value:
        case Obj() | Typed() | Const() | TupleValue():
            machine.note_read(frame, span, form, name, class_of(value))
            return _load_instance(machine, value, name, frame, span)
        case ClassRef():
            machine.note_read(frame, span, form, name, value.symbol)
            return load_class_attribute(machine, value, name, frame, span)
        case ModuleRef(name=module):
            note_member(machine, module, name, frame, span, "attribute")
            return machine.member(module, name)
        case Super():
            return _load_super(machine, value, name, frame, span)
        case Function() | Bound() | Builtin() | PartialValue() | MethodWrapper():
            return _load_callable(machine, value, name)
        case PropertyValue():
            return _load_property(value, name)
        case InstanceDict():
            return frozenset({Bound(Builtin(f"dict.{name}"), value)})
        case External(name=external):
            return machine.library.external_member(machine, f"{external}.{name}")
    return unknown(value.reason if isinstance(value, Unknown) else "attribute of an unknown value")


# --- instances -------------------------------------------------------------------------------------------------------


def class_now(machine: Machine, value: Value) -> SymbolId | None:
    """The class that a value has, also after ``value.__class__ = other``."""
    cell = machine.heap.get((value.number, "__class__")) if isinstance(value, Obj) else None
    stored = single(cell) if isinstance(cell, frozenset) else None
    return stored.symbol if isinstance(stored, ClassRef) else class_of(value)


def _load_instance(machine: Machine, value: Value, name: str, frame: Frame, span: Span) -> Values:
    cls = class_now(machine, value)
    if cls is None:
        return unknown("attribute of a value of unknown class")
    custom = machine.find_in_class(cls, "__getattribute__") or NOTHING
    is_asked = name != "__getattribute__" and isinstance(value, Obj) and any(_is_followed(machine, s) for s in custom)
    if not is_asked:
        return plain_load(machine, value, cls, name, frame, span)

    def ask(supplier: Value) -> Values:
        if not _is_followed(machine, supplier):
            return plain_load(machine, value, cls, name, frame, span)
        return machine.call(frozenset({Bound(supplier, value)}), Arguments([constant(name)]), frame, span, "attribute")

    return machine.for_each(custom, ask, frame)


def _is_followed(machine: Machine, supplier: Value) -> bool:
    """Whether a special method is a function whose body is walked."""
    function = supplier.function if isinstance(supplier, Bound) else supplier
    return isinstance(function, Function) and machine.is_followed(function.module)


def plain_load(machine: Machine, value: Value, cls: SymbolId, name: str, frame: Frame, span: Span) -> Values:
    """What ``object.__getattribute__`` and then ``__getattr__`` find."""
    if name == "__class__":
        answers = class_property(machine, cls)
        return _bind_all(machine, answers, value, cls, frame, span) if answers else frozenset({ClassRef(cls)})
    if name == "__dict__" and isinstance(value, Obj):
        return replaced_dict(machine, value) or frozenset({InstanceDict(value)})
    in_class = machine.find_in_class(cls, name)
    if in_class is not None and any(_is_data_descriptor(machine, item) for item in in_class):
        return _bind_all(machine, in_class, value, cls, frame, span)
    result = NOTHING
    if isinstance(value, Obj):
        cell = machine.heap.get((value.number, name))
        if isinstance(cell, frozenset):
            if ABSENT not in cell:
                return cell
            result = cell
        for attributes in ordered(replaced_dict(machine, value)):
            kept = machine.content(attributes).get(name) if isinstance(attributes, Obj) else None
            result = join(result, kept if kept is not None else frozenset({ABSENT}))
        if without_absent(result) and ABSENT not in result:
            return result
    if in_class is not None:
        return join(without_absent(result), _bind_all(machine, in_class, value, cls, frame, span))
    builtin = machine.library.builtin_attribute(machine, value, cls, name)
    if builtin is not None:
        return join(without_absent(result), builtin)
    fallback = NOTHING if _is_dunder(name) else machine.find_in_class(cls, "__getattr__") or NOTHING
    asked = frozenset(
        supplier
        for supplier in fallback
        if isinstance(supplier, Function)
        and machine.is_followed(supplier.module)
        and machine.library.function_model(machine, supplier) is None
    )

    def ask(supplier: Value) -> Values:
        if not isinstance(supplier, Function) or supplier not in asked:
            return result or frozenset({ABSENT})
        try:
            return _call_fallback(machine, supplier, value, name, result, frame, span)
        except AbstractRaiseError as error:
            if len(fallback) == 1 or error.exception != "builtins:AttributeError":
                raise
            return frozenset({ABSENT})

    if asked:
        return machine.for_each(fallback, ask, frame)
    if machine.is_open(value, cls):
        return join(without_absent(result), unknown(f"attribute {name} of a {short_name_of(cls)}"))
    return result


def class_property(machine: Machine, cls: SymbolId) -> Values:
    """The property that answers for ``__class__`` where a class has one."""
    found = machine.find_in_class(cls, "__class__") or NOTHING
    return found if any(isinstance(item, PropertyValue) for item in found) else NOTHING


def replaced_dict(machine: Machine, value: Obj) -> Values:
    """The dicts that were stored as the object's ``__dict__``; nothing where it has the one it was made with."""
    cell = machine.heap.get((value.number, "__dict__"))
    return cell if isinstance(cell, frozenset) else NOTHING


def _is_data_descriptor(machine: Machine, item: Value) -> bool:
    """Whether a class attribute goes before the instance's own: it has a ``__set__``."""
    if isinstance(item, Obj):
        return machine.find_in_class(item.cls, "__set__") is not None
    return isinstance(item, PropertyValue)


def _call_fallback(
    machine: Machine, supplier: Function, value: Value, name: str, known: Values, frame: Frame, span: Span
) -> Values:
    """``__getattr__``, which only raises where the instance has nothing either."""
    level = machine.heap.begin()
    escapes, frame.escapes = frame.escapes, set()
    try:
        arguments = Arguments([constant(name)])
        found = machine.call(frozenset({Bound(supplier, value)}), arguments, frame, span, "attribute")
        may_lack = frozenset({ABSENT}) if "builtins:AttributeError" in frame.escapes else NOTHING
    except AbstractRaiseError:
        machine.heap.undo_to(level)
        if without_absent(known):
            return known
        if machine.is_open(value, class_of(value) or OBJECT):
            return unknown(f"attribute {name}: a base class is not followed")
        raise
    finally:
        frame.escapes = escapes | frame.escapes - {"builtins:AttributeError"}
    machine.heap.commit()
    return join(join(without_absent(known), found), may_lack)


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _bind_all(machine: Machine, items: Values, value: Value, cls: SymbolId, frame: Frame, span: Span) -> Values:
    return machine.for_each(items, lambda item: bind(machine, item, value, cls, frame, span), frame)


def bind(machine: Machine, item: Value, value: Value, cls: SymbolId, frame: Frame, span: Span) -> Values:
    """A class attribute seen through an instance: methods bound, properties read."""
    match item:
        case Function() | Builtin():
            return frozenset({Bound(item, value)})
        case PropertyValue(getter=getter):
            if getter is None:
                return unknown("a property without getter")
            return machine.call(frozenset({getter}), Arguments([frozenset({value})]), frame, span, "property")
        case MethodWrapper(kind="classmethod", function=function):
            return frozenset({Bound(function, ClassRef(cls))})
        case MethodWrapper(function=function):
            return frozenset({function})
        case PartialValue(function=Builtin(name="contextlib.enter_generator" | "functools.partialmethod.call")):
            return frozenset({Bound(item, value)})
        case PartialValue():
            return frozenset({item})
        case Obj(cls=descriptor):
            readers = machine.find_in_class(descriptor, "__get__")
            if readers is not None:
                arguments = Arguments([frozenset({item}), frozenset({value}), frozenset({ClassRef(cls)})])
                return machine.call(readers, arguments, frame, span, "property")
    return frozenset({item})


def find_special(machine: Machine, value: Value, name: str) -> Values:
    """A special method looked up on the value's class, bound to the value; several where only a run picks one."""

    def bound(supplier: Value) -> Value:
        if isinstance(supplier, MethodWrapper):
            return supplier.function
        return Bound(supplier, value) if isinstance(supplier, Function | Builtin) else supplier

    cls = class_now(machine, value)
    found = machine.find_in_class(cls, name) if cls is not None else None
    return frozenset(bound(supplier) for supplier in found or ())


def own_method(machine: Machine, value: Value, name: str) -> Values:
    """The special method of an object where a function of followed code supplies it."""
    methods = find_special(machine, value, name) if isinstance(value, Obj | Typed) else NOTHING
    return methods if any(_is_followed(machine, method) for method in methods) else NOTHING


def first_own_method(machine: Machine, value: Value, *names: str) -> Values:
    """The special method under the first of these names that the value's class has."""
    name = next((name for name in names if find_special(machine, value, name)), None)
    return own_method(machine, value, name) if name is not None else NOTHING


# --- classes, super, callables ---------------------------------------------------------------------------------------


def load_class_attribute(machine: Machine, value: ClassRef, name: str, frame: Frame, span: Span) -> Values:
    """``C.name``."""
    match name:
        case "__name__" | "__qualname__":
            return constant(short_name_of(value.symbol).rpartition(".")[2])
        case "__module__":
            return constant(module_of(value.symbol))
        case "__mro__":
            mro = machine.mro_of(value.symbol)
            return tuple_values(tuple(frozenset({ClassRef(symbol)}) for symbol in mro))
        case "__bases__":
            return tuple_values(tuple(frozenset({ClassRef(s)}) for s in machine.bases_of(value.symbol)))
        case "__dict__":
            return machine.class_dict(value.symbol, frame, span)
        case "__class__":
            return frozenset({ClassRef("builtins:type")})
        case "__doc__":
            return STR
    for meta in machine.metaclasses_of(value.symbol):
        asked = _ask_metaclass(machine, meta, "__getattribute__", value, name, frame, span)
        if asked is not None:
            return asked
    return plain_class_load(machine, value, name, frame, span)


def _ask_metaclass(
    machine: Machine, meta: SymbolId, hook: str, value: ClassRef, name: str, frame: Frame, span: Span
) -> Values | None:
    """What a metaclass's own ``__getattribute__`` or ``__getattr__`` answers; None where it has none."""
    suppliers = machine.find_in_class(meta, hook) or NOTHING
    methods = frozenset(Bound(supplier, value) for supplier in suppliers if _is_followed(machine, supplier))
    return machine.call(methods, Arguments([constant(name)]), frame, span, "attribute") if methods else None


def plain_class_load(machine: Machine, value: ClassRef, name: str, frame: Frame, span: Span) -> Values:
    """What ``type.__getattribute__`` and then the metaclass's ``__getattr__`` find."""
    found = machine.find_in_class(value.symbol, name)
    if found is None:
        builtin = machine.library.class_attribute(machine, value, name)
        if builtin is not None:
            return builtin
        for meta in machine.metaclasses_of(value.symbol):
            on_meta = machine.find_in_class(meta, name)
            if on_meta is not None:
                return _bind_all(machine, on_meta, value, meta, frame, span)
            asked = None if _is_dunder(name) else _ask_metaclass(machine, meta, "__getattr__", value, name, frame, span)
            if asked is not None:
                return asked
        return (
            unknown(f"attribute {name} of class {short_name_of(value.symbol)}")
            if machine.is_open(None, value.symbol)
            else NOTHING
        )
    result = NOTHING
    for item in ordered(found):
        match item:
            case MethodWrapper(kind="classmethod", function=function):
                result = join(result, frozenset({Bound(function, value)}))
            case MethodWrapper(function=function):
                result = join(result, frozenset({function}))
            case Obj(cls=descriptor) if (getter := machine.find_in_class(descriptor, "__get__")) is not None:
                arguments = Arguments([frozenset({item}), NONE, frozenset({value})])
                result = join(result, machine.call(getter, arguments, frame, span, "property"))
            case _:
                result = join(result, frozenset({item}))
    return result


def _load_super(machine: Machine, value: Super, name: str, frame: Frame, span: Span) -> Values:
    mro = machine.mro_of(value.start)
    if isinstance(value.receiver, ClassRef) and value.after not in mro:
        # In a metaclass's method the receiver is the class, and the method's own class is among the metaclasses.
        metas = map(machine.mro_of, machine.metaclasses_of(value.receiver.symbol))
        mro = next((each for each in metas if value.after in each), mro)
    behind = mro[mro.index(value.after) + 1 :] if value.after in mro else ()
    cls = value.receiver.symbol if isinstance(value.receiver, ClassRef) else class_of(value.receiver)
    for symbol in behind:
        found = machine.own_attribute(symbol, name)
        if found is None:
            slot = machine.library.builtin_slot(symbol, name)
            if slot is not None:
                return frozenset({Bound(slot, value.receiver)})
            continue
        result = NOTHING
        for item in ordered(found):
            if isinstance(value.receiver, ClassRef) and isinstance(item, Function) and name != "__init_subclass__":
                bound: Values = frozenset({item}) if name == "__new__" else frozenset({Bound(item, value.receiver)})
                is_instance_method = not name.startswith("__") and symbol not in machine.metaclasses_of(value.start)
                result = join(result, frozenset({item}) if is_instance_method else bound)
            elif isinstance(value.receiver, ClassRef) and isinstance(item, Function):
                result = join(result, frozenset({Bound(item, value.receiver)}))
            elif isinstance(value.receiver, ClassRef) and isinstance(item, MethodWrapper):
                result = join(
                    result,
                    frozenset(
                        {Bound(item.function, value.receiver)} if item.kind == "classmethod" else {item.function}
                    ),
                )
            else:
                result = join(result, bind(machine, item, value.receiver, cls or value.start, frame, span))
        return result
    external = next((symbol for symbol in behind if machine.is_open(None, symbol)), None)
    builtin = machine.library.object_slot(name)
    if builtin is not None and external is None:
        return frozenset({Bound(builtin, value.receiver)})
    if builtin is not None:
        return frozenset({Bound(builtin, value.receiver)})
    return unknown(f"super().{name}: a base class is not followed") if external else NOTHING


def _load_callable(machine: Machine, value: Value, name: str) -> Values:
    if isinstance(value, Bound):
        if (
            isinstance(value.function, Builtin)
            and (method := machine.library.member_of_method(value, name)) is not None
        ):
            return method
        if name == "__self__":
            return frozenset({value.receiver})
        if name == "__func__":
            return frozenset({value.function})
        return _load_callable(machine, value.function, name)
    if isinstance(value, MethodWrapper) and name in {"__func__", "__wrapped__"}:
        return frozenset({value.function})
    if isinstance(value, PartialValue) and name == "func":
        return frozenset({value.function})
    if isinstance(value, Function):
        state = machine.functions[value]
        stored = machine.heap.get((machine.shared.number_of(value), name))
        if isinstance(stored, frozenset):
            return stored
        if name in state.attributes:
            return state.attributes[name]
        if name in {"__name__", "__qualname__"}:
            module = machine.modules.module(value.module)
            return constant(module.scope(value.scope).qualname.rpartition(".")[2]) if module else STR
        if name == "__get__":
            return frozenset({Bound(Builtin("function.__get__"), value)})
        if name in {"__doc__", "__module__"}:
            return STR
        if name == "__code__":
            return frozenset({Const("code", value)})
        if name.startswith("__"):
            return unknown("an attribute of a function object")
        return NOTHING
    if isinstance(value, Builtin):
        return frozenset({Builtin(f"{value.name}.{name}")})
    return unknown("an attribute of a callable")


def _load_property(value: PropertyValue, name: str) -> Values:
    if name in {"setter", "getter", "deleter"}:
        return frozenset({Bound(Builtin(f"property.{name}"), value)})
    part = {"fget": value.getter, "fset": value.setter, "fdel": value.deleter}.get(name)
    return frozenset({part}) if part is not None else NONE


# --- stores ----------------------------------------------------------------------------------------------------------


def store_attribute(
    machine: Machine,
    owners: Values,
    name: str,
    values: Values,
    frame: Frame,
    span: Span,
    form: str,
    *,
    generic: bool = False,
) -> None:
    """``owners.name = values``; with several possible owners each keeps what it may have had."""

    def store(owner: Value) -> Values:
        match owner:
            case Obj() | Super():
                target = owner.receiver if isinstance(owner, Super) else owner
                if isinstance(target, Obj):
                    machine.note_write(frame, span, form, name, target.cls, values, generic=generic)
                    _store_instance(machine, target, name, values, frame, span)
            case ClassRef(symbol=symbol):
                machine.note_write(frame, span, form, name, symbol, values, generic=generic)
                machine.store_on_class(symbol, name, values, frame, span)
            case ModuleRef(name=module):
                machine.store_on_module(module, name, values)
            case Function() if owner in machine.functions:
                machine.heap.store(machine.shared.number_of(owner), name, values)
            case Typed(cls=cls):
                machine.note_write(frame, span, form, name, cls, values, generic=generic)
            case Const(kind="NoneType"):
                raise AbstractRaiseError("builtins:AttributeError", f"'NoneType' object has no attribute '{name}'")
            case Unknown():
                machine.note_write(frame, span, form, name, None, values, generic=generic)
        return NOTHING

    machine.for_each(owners, store, frame)


def _store_instance(machine: Machine, owner: Obj, name: str, values: Values, frame: Frame, span: Span) -> None:
    if name == "__dict__":
        _replace_dict(machine, owner, values)
        return
    custom = machine.find_in_class(owner.cls, "__setattr__") or NOTHING
    if not any(_is_followed(machine, supplier) for supplier in custom):
        plain_store(machine, owner, name, values, frame, span)
        return

    def ask(supplier: Value) -> Values:
        if not _is_followed(machine, supplier):
            plain_store(machine, owner, name, values, frame, span)
            return NOTHING
        arguments = Arguments([constant(name), values])
        return machine.call(frozenset({Bound(supplier, owner)}), arguments, frame, span, "attribute")

    machine.for_each(custom, ask, frame)


def _replace_dict(machine: Machine, owner: Obj, values: Values) -> None:
    """``owner.__dict__ = values``: from now on the attributes are those of another dict."""
    machine.open_objects.add(owner.number)
    for number_and_name in [(owner.number, name) for name in machine.heap.attributes_of(owner.number)]:
        machine.heap.set(number_and_name, frozenset({ABSENT}))
    machine.heap.store(owner.number, "__dict__", values)


def plain_store(machine: Machine, owner: Obj, name: str, values: Values, frame: Frame, span: Span) -> None:
    """What ``object.__setattr__`` does: a property's setter, else the instance."""
    in_class = machine.find_in_class(owner.cls, name) or NOTHING
    if not any(_is_data_descriptor(machine, item) for item in in_class):
        machine.heap.store(owner.number, name, values)
        return

    def store(item: Value) -> Values:
        setter = find_special(machine, item, "__set__") if isinstance(item, Obj) else NOTHING
        if isinstance(item, PropertyValue):
            setter = frozenset({item.setter}) if item.setter is not None else NOTHING
        elif not setter:
            machine.heap.store(owner.number, name, values)
        arguments = Arguments([frozenset({owner}), values])
        return machine.call(setter, arguments, frame, span, "property") if setter else NOTHING

    machine.for_each(in_class, store, frame)


def delete_attribute(machine: Machine, owners: Values, name: str, frame: Frame, span: Span) -> None:
    """``del owners.name``; a class's own ``__delattr__`` is called."""

    def delete(owner: Value) -> Values:
        if not isinstance(owner, Obj):
            return NOTHING
        machine.note_write(frame, span, "delete", name, owner.cls, NOTHING, generic=False)
        if method := own_method(machine, owner, "__delattr__"):
            return machine.call(method, Arguments([constant(name)]), frame, span, "attribute")
        plain_delete(machine, owner, name, frame, span)
        return NOTHING

    machine.for_each(owners, delete, frame)


def plain_delete(machine: Machine, owner: Obj, name: str, frame: Frame, span: Span) -> None:
    """What ``object.__delattr__`` does: a property's deleter, else the instance loses it."""
    in_class = machine.find_in_class(owner.cls, name) or NOTHING
    deleters = frozenset(item.deleter for item in in_class if isinstance(item, PropertyValue) and item.deleter)
    if deleters:
        machine.call(deleters, Arguments([frozenset({owner})]), frame, span, "property")
    cell = machine.heap.get((owner.number, name))
    if cell is not None:
        gone: Values = frozenset({ABSENT})
        keeps = owner.number in machine.heap.summaries and isinstance(cell, frozenset)
        machine.heap.set((owner.number, name), cell | gone if keeps and isinstance(cell, frozenset) else gone)


def has_attribute(machine: Machine, value: Value, name: str, frame: Frame, span: Span) -> bool | None:
    """Whether ``hasattr(value, name)``; None where that is not known."""
    try:
        found = load_from(machine, value, name, frame, span, "hasattr")
    except AbstractRaiseError as error:
        return False if error.exception == "builtins:AttributeError" else None
    if not without_absent(found):
        return False
    if ABSENT in found or any(isinstance(item, Unknown) for item in found):
        return None
    if isinstance(value, External | Unknown):
        return None
    if isinstance(value, Obj):
        cell = machine.heap.get((value.number, name))
        vague = value.number in machine.heap.summaries or (isinstance(cell, frozenset) and ABSENT in cell)
        if cell is not None and vague and machine.find_in_class(value.cls, name) is None:
            return None
    return True
