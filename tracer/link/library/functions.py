"""Builtin functions: reflection, callbacks and the few whose result decides conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tracer.link.attributes import (
    first_own_method,
    has_attribute,
    load_from,
    plain_class_load,
    plain_delete,
    plain_load,
    store_attribute,
)
from tracer.link.classes import is_subclass
from tracer.link.frames import AbstractRaiseError, Arguments, Frame
from tracer.link.heap import Content
from tracer.link.library import reduction_models
from tracer.link.subscripts import hash_keys
from tracer.link.truth import ask_truth, truth_of
from tracer.link.values import (
    ABSENT,
    BOOL,
    INT,
    NONE,
    NOTHING,
    STR,
    Bound,
    Builtin,
    ClassRef,
    Const,
    Function,
    Imported,
    InstanceDict,
    ModuleRef,
    Obj,
    PartialValue,
    TupleValue,
    Unknown,
    Value,
    Values,
    boolean,
    class_of,
    constant,
    join,
    known_constant,
    known_text,
    order_key,
    ordered,
    single,
    unknown,
    without_absent,
)
from tracer.link.variables import lookup_global

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import Span

BuiltinFunction = Callable[["Machine", Arguments, Frame, "Span"], Values]


def _texts(values: Values) -> list[str] | None:
    """Every possible string, None where one is not known."""
    found = [value.value for value in values if isinstance(value, Const) and isinstance(value.value, str)]
    return sorted(found) if len(found) == len(values) and found else None


def _getattr(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    if len(arguments.positional) < 2:
        return unknown("getattr() with arguments that the call does not show")
    owners, names = arguments.positional[:2]
    default = arguments.positional[2] if len(arguments.positional) > 2 else None
    texts = _texts(names)
    if texts is None:
        for owner in ordered(owners):
            machine.note_read(frame, span, "getattr", "*", class_of(owner))
        return unknown("getattr() with a name that is not known")
    result = NOTHING
    for name in texts:
        for owner in sorted(owners, key=order_key):
            result = join(result, _getattr_one(machine, owner, name, default, frame, span))
    if not result:
        raise AbstractRaiseError("builtins:AttributeError", f"object has no attribute '{texts[0]}'")
    return result


def _getattr_one(machine: Machine, owner: Value, name: str, default: Values | None, frame: Frame, span: Span) -> Values:
    try:
        found = load_from(machine, owner, name, frame, span, "getattr")
    except AbstractRaiseError as error:
        if default is None or error.exception != "builtins:AttributeError":
            raise
        return default
    values = without_absent(found)
    is_certain = bool(values) and ABSENT not in found
    if default is None or (is_certain and not any(isinstance(value, Unknown) for value in values)):
        return values
    return join(values, default)


def _hasattr(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    names = _texts(arguments.positional[1]) if len(arguments.positional) > 1 else None
    if names is None or len(names) != 1:
        return BOOL
    verdicts = {has_attribute(machine, value, names[0], frame, span) for value in arguments.positional[0]}
    return boolean(verdicts.pop() if len(verdicts) == 1 else None)


def _setattr(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    if len(arguments.positional) < 3:
        return NONE
    owners, names, values = arguments.positional[:3]
    if _texts(names) is None:
        for owner in ordered(owners):
            machine.note_write(frame, span, "setattr", "*", class_of(owner), values, generic=True)
            if isinstance(owner, Obj):
                machine.blur_attributes(owner, values)
        return NONE
    generic = not machine.is_literal_name(frame, span)

    def store(name: Value) -> Values:
        text = known_text(frozenset({name})) or ""
        store_attribute(machine, owners, text, values, frame, span, "setattr", generic=generic)
        return NOTHING

    machine.for_each(names, store, frame)
    return NONE


def _delattr(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.attributes import delete_attribute

    name = known_text(arguments.positional[1]) if len(arguments.positional) > 1 else None
    if name is not None:
        delete_attribute(machine, arguments.positional[0], name, frame, span)
    return NONE


def _isinstance(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.comparisons import ask_instance, has_instance_check

    if len(arguments.positional) < 2:
        return BOOL
    cls = single(arguments.positional[1])
    if isinstance(cls, ClassRef) and has_instance_check(machine, cls.symbol):
        check = _load_check(machine, cls, frame, span)
        return boolean(truth_of(machine, machine.call(check, Arguments([arguments.positional[0]]), frame, span)))
    return boolean(ask_instance(machine, arguments.positional[0], arguments.positional[1], frame, span))


def _load_check(machine: Machine, cls: ClassRef, frame: Frame, span: Span) -> Values:
    metas = (machine.find_in_class(meta, "__instancecheck__") for meta in machine.metaclasses_of(cls.symbol))
    return frozenset(Bound(value, cls) for values in metas for value in values or ())


def _issubclass(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    if len(arguments.positional) < 2:
        return BOOL
    cls = single(arguments.positional[0])
    wanted = single(arguments.positional[1])
    options = [item for part in wanted.items for item in part] if isinstance(wanted, TupleValue) else [wanted]
    if not isinstance(cls, ClassRef):
        return BOOL
    verdicts = []
    for option in options:
        symbol = machine.base_symbol(option) if option is not None else None
        verdicts.append(None if symbol is None else is_subclass(machine, cls.symbol, symbol))
    return boolean(True if True in verdicts else None if None in verdicts else False)


def _callable(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    verdicts: set[bool | None] = set()
    for value in arguments.positional[0]:
        match value:
            case Function() | Bound() | Builtin() | ClassRef() | PartialValue():
                verdicts.add(True)
            case Const() | TupleValue() | ModuleRef():
                verdicts.add(False)
            case Obj(cls=cls) if not machine.is_open(value, cls):
                verdicts.add(machine.find_in_class(cls, "__call__") is not None)
            case _:
                verdicts.add(None)
    return boolean(verdicts.pop() if len(verdicts) == 1 else None)


def _len(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.attributes import own_method
    from tracer.link.iteration import definite_items

    values = arguments.positional[0] if arguments.positional else NOTHING
    const = known_constant(values)
    if const is not None and isinstance(const.value, str | range):
        return constant(len(const.value))
    items = definite_items(machine, values, 4096)
    if items is not None:
        return constant(len(items))

    def measure(value: Value) -> Values:
        method = own_method(machine, value, "__len__")
        if method:
            return machine.call(method, Arguments(), frame, span, "call")
        return INT

    return machine.for_each(values, measure, frame) or INT


def _any_all(stop: bool) -> BuiltinFunction:
    def model(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
        from tracer.link.iteration import definite_items, iterate

        items = definite_items(machine, arguments.positional[0], 4096)
        if items is None:
            iterate(machine, arguments.positional[0], frame, span)
            return BOOL
        verdict: bool | None = not stop
        alternatives = frame.alternatives
        try:
            for item in items:
                truth = ask_truth(machine, item, frame, span)
                if truth is stop:
                    return boolean(stop)
                if truth is None:
                    # What comes behind may not be asked any more.
                    verdict, frame.alternatives = None, alternatives + 1
        finally:
            frame.alternatives = alternatives
        return boolean(verdict)

    return model


def _iter(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.attributes import own_method
    from tracer.link.containers import CONTAINERS
    from tracer.link.iteration import iterate

    def begin(value: Value) -> Values:
        if isinstance(value, TupleValue) or (
            isinstance(value, Obj) and value.cls in CONTAINERS | {"types:GeneratorType"}
        ):
            return frozenset({value})
        method = own_method(machine, value, "__iter__")
        if method:
            return machine.call(method, Arguments(), frame, span, "call")
        items = iterate(machine, frozenset({value}), frame, span)
        return machine.container("list", ("iter", span), frame, Content((), items))

    return machine.for_each(arguments.positional[0], begin, frame)


def _next(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.attributes import own_method
    from tracer.link.iteration import iterate

    def follow(value: Value) -> Values:
        method = own_method(machine, value, "__next__")
        if method:
            return machine.call(method, Arguments(), frame, span, "call")
        return iterate(machine, frozenset({value}), frame, span)

    default = arguments.positional[1] if len(arguments.positional) > 1 else NOTHING
    return join(default, machine.for_each(arguments.positional[0], follow, frame))


def _vars(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    value = single(arguments.positional[0]) if arguments.positional else None
    return frozenset({InstanceDict(value)}) if isinstance(value, Obj) else unknown("vars()")


def _dir(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    value = single(arguments.positional[0]) if arguments.positional else None
    if not isinstance(value, ClassRef) or machine.is_open(None, value.symbol):
        return machine.container("list", ("dir", span), frame, Content((), STR))
    names: set[str] = set()
    for cls in machine.mro_of(value.symbol):
        state = machine.classes.get(cls)
        names.update(state.namespace if state is not None else ())
    items = tuple((index, constant(name)) for index, name in enumerate(sorted(names)))
    return machine.container("list", ("dir", span), frame, Content(items))


def _returning(values: Values) -> BuiltinFunction:
    def model(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
        return values

    return model


def show(machine: Machine, values: Values, frame: Frame, span: Span, *names: str) -> Values:
    """The text of these values: the method under the first of these names that an object's class has is called."""

    def ask(value: Value) -> Values:
        method = first_own_method(machine, value, *names)
        return machine.call(method, Arguments(), frame, span, "call") if method else STR

    machine.for_each(values, ask, frame)
    return STR


def _print(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    for values in arguments.positional:
        show(machine, values, frame, span, "__str__", "__repr__")
    return NONE


def _repr(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    return show(machine, arguments.positional[0] if arguments.positional else NOTHING, frame, span, "__repr__")


def _import(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.imports import module_value

    name = known_text(arguments.positional[0]) if arguments.positional else None
    return frozenset({module_value(machine, name)}) if name else unknown("an import of a computed name")


def _open(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.library.file_models import open_file

    return open_file(machine, arguments, frame, span)


def _globals(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """A dict of the module's names as they are now; those that imports bind are not looked up for it."""
    holder = machine.module_frames.get(frame.module.name)
    names = holder.env if holder is not None else {}
    imported = {name for name, values in names.items() if any(isinstance(value, Imported) for value in values)}
    items = tuple((name, lookup_global(machine, name, frame)) for name in names if name not in imported)
    rest = unknown("an imported name") if imported or holder is None else NOTHING
    return machine.container("dict", ("globals", span), frame, Content(items, rest))


def _hash(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    hash_keys(machine, arguments.positional[0] if arguments.positional else NOTHING, frame, span, "call")
    return INT


def _opaque_code(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    machine.unresolved(frame, span, "exec", "code made at run time is not followed")
    return unknown("code made at run time")


# --- slots of object -------------------------------------------------------------------------------------------------


def _object_setattr(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.attributes import plain_store

    if len(arguments.positional) < 3:
        return NONE
    owners, names, values = arguments.positional[:3]
    is_known = _texts(names) is not None

    def store(owner: Value) -> Values:
        if isinstance(owner, Obj) and is_known:
            machine.for_each(names, lambda name: store_under(owner, name), frame)
        elif isinstance(owner, Obj):
            machine.blur_attributes(owner, values)
        return NOTHING

    def store_under(owner: Obj, name: Value) -> Values:
        plain_store(machine, owner, known_text(frozenset({name})) or "", values, frame, span)
        return NOTHING

    machine.for_each(owners, store, frame)
    return NONE


def _object_delattr(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    name = known_text(arguments.positional[1]) if len(arguments.positional) > 1 else None

    def delete(owner: Value) -> Values:
        if isinstance(owner, Obj) and name is not None:
            plain_delete(machine, owner, name, frame, span)
        return NOTHING

    machine.for_each(arguments.positional[0] if arguments.positional else NOTHING, delete, frame)
    return NONE


def _object_getattribute(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    if len(arguments.positional) < 2:
        return unknown("object.__getattribute__()")
    texts = _texts(arguments.positional[1])
    if texts is None:
        return unknown("an attribute under a name that is not known")
    result = NOTHING
    for owner in ordered(arguments.positional[0]):
        cls = class_of(owner)
        for name in texts:
            if isinstance(owner, ClassRef):
                result = join(result, plain_class_load(machine, owner, name, frame, span))
            elif cls is not None:
                result = join(result, plain_load(machine, owner, cls, name, frame, span))
    if not without_absent(result):
        raise AbstractRaiseError("builtins:AttributeError", f"object has no attribute '{texts[0]}'")
    return result


def _object_new(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    result = NOTHING
    for value in arguments.positional[0] if arguments.positional else ():
        if isinstance(value, ClassRef):
            result = join(result, frozenset({machine.allocate(value.symbol, (frame.symbol, span), frame)}))
    return result or unknown("object.__new__()")


def _function_get(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    function = single(arguments.positional[0])
    owner = single(arguments.positional[1]) if len(arguments.positional) > 1 else None
    if function is None or owner is None:
        return unknown("binding of a function")
    return frozenset({Bound(function, owner)})


FUNCTIONS: dict[str, BuiltinFunction] = {
    "getattr": _getattr,
    "hasattr": _hasattr,
    "setattr": _setattr,
    "delattr": _delattr,
    "isinstance": _isinstance,
    "issubclass": _issubclass,
    "callable": _callable,
    "len": _len,
    "any": _any_all(True),
    "all": _any_all(False),
    "iter": _iter,
    "next": _next,
    "sorted": reduction_models.sort_items,
    "min": reduction_models.find_least,
    "max": reduction_models.find_greatest,
    "sum": reduction_models.sum_items,
    "vars": _vars,
    "dir": _dir,
    "print": _print,
    "repr": _repr,
    "ascii": _repr,
    "chr": _returning(STR),
    "format": _returning(STR),
    "hex": _returning(STR),
    "input": _returning(STR),
    "id": _returning(INT),
    "hash": _hash,
    "ord": _returning(INT),
    "round": _returning(unknown("a rounded number")),
    "abs": _returning(unknown("an absolute value")),
    "divmod": _returning(unknown("divmod()")),
    "pow": _returning(unknown("pow()")),
    "bin": _returning(STR),
    "globals": _globals,
    "locals": _returning(unknown("locals()")),
    "eval": _opaque_code,
    "exec": _opaque_code,
    "compile": _returning(unknown("compiled code")),
    "open": _open,
    "__import__": _import,
    "object.__setattr__": _object_setattr,
    "object.__getattribute__": _object_getattribute,
    "object.__delattr__": _object_delattr,
    "object.__new__": _object_new,
    "object.__init__": _returning(NONE),
    "object.__init_subclass__": _returning(NONE),
    "object.__repr__": _returning(STR),
    "object.__str__": _returning(STR),
    "object.__eq__": _returning(BOOL),
    "object.__ne__": _returning(BOOL),
    "object.__hash__": _returning(INT),
    "object.__format__": _returning(STR),
    "function.__get__": _function_get,
}
