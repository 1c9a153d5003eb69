"""The look-ups of the library models: by builtin name, method of a builtin class, or symbol of a library function."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tracer.link.classes import ClassState
from tracer.link.exports import resolve_export
from tracer.link.frames import Arguments, Frame
from tracer.link.generics import form_of
from tracer.link.library import (
    builtin_classes,
    constructors,
    dispatch_models,
    functions,
    methods,
    models,
    task_models,
    tuple_models,
)
from tracer.link.mro import OBJECT
from tracer.link.values import (
    NOTHING,
    Bound,
    Builtin,
    ClassRef,
    Const,
    External,
    Function,
    ModuleRef,
    Obj,
    Value,
    Values,
    ordered,
    unknown,
)

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import Span, SymbolId

Model = Callable[["Machine", Arguments, Frame, "Span"], Values]


class Library:
    """The models in force; ``without`` leaves entries out, to show that each is needed."""

    def __init__(self, without: frozenset[str] = frozenset()) -> None:
        self._functions = {name: model for name, model in models.FUNCTIONS.items() if name not in without}
        self._externals = {name: model for name, model in models.EXTERNALS.items() if name not in without}
        self._classes = {
            **constructors.CONSTRUCTORS,
            **{name: model for name, model in models.CLASSES.items() if name not in without},
        }
        self.plain_classes = models.PLAIN_CLASSES
        self._symbols: dict[Function, SymbolId | None] = {}

    # --- functions ---------------------------------------------------------------------------------------------------

    def function_model(self, machine: Machine, function: Function) -> Model | None:
        """The model that stands in for a function that has source."""
        if function not in self._symbols:
            module = machine.modules.module(function.module)
            self._symbols[function] = module.symbol_of(function.scope) if module is not None else None
        symbol = self._symbols[function]
        return self._functions.get(symbol) if symbol is not None else None

    def class_model(self, machine: Machine, symbol: SymbolId) -> constructors.Constructor | None:
        """The model of a class's construction."""
        found = self._classes.get(symbol)
        if found is not None:
            return found
        if symbol.startswith("builtins:"):
            return constructors.construct_plain
        if models.is_enum(machine, symbol):
            return models.construct_enum
        state = machine.classes.get(symbol)
        if state is not None and state.form == "typeddict":
            return constructors.CONSTRUCTORS["builtins:dict"]
        return None

    def call_builtin(self, machine: Machine, name: str, arguments: Arguments, frame: Frame, span: Span) -> Values:
        """Call a modelled builtin function, or an unbound method of a builtin class."""
        function = functions.FUNCTIONS.get(name) or self._externals.get(name)
        if function is not None:
            return function(machine, arguments, frame, span)
        if "." in name and arguments.positional:
            receivers = arguments.positional[0]
            rest = Arguments(arguments.positional[1:], arguments.keywords, arguments.rest, arguments.rest_keywords)
            result = NOTHING
            for receiver in ordered(receivers):
                result |= self.call_method(machine, name, receiver, rest, frame, span)
            return result
        return unknown(f"the result of {name}")

    def call_method(
        self, machine: Machine, name: str, receiver: Value, arguments: Arguments, frame: Frame, span: Span
    ) -> Values:
        """Call a modelled method."""
        method = methods.METHODS.get(name)
        if method is None and "." in name:
            kind, _, attribute = name.partition(".")
            method = methods.METHODS.get(f"{_FAMILY.get(kind, kind)}.{attribute}")
        if method is not None:
            return method(machine, receiver, arguments, frame, span)
        kind = name.partition(".")[0]
        if kind == "str":
            return methods.fold_string(name.partition(".")[2], receiver, arguments)
        return unknown(f"the result of {name}")

    def call_external(self, machine: Machine, name: str, arguments: Arguments, frame: Frame, span: Span) -> Values:
        """Call something of a library that is not walked."""
        dotted = name.replace(":", ".")
        model = self._externals.get(dotted)
        if model is not None:
            return model(machine, arguments, frame, span)
        return unknown(f"the result of {dotted}")

    def decorator(
        self, machine: Machine, decorator: Value, decorated: Values, frame: Frame, span: Span
    ) -> Values | None:
        """What a modelled library decorator makes of a function; None where it is taken to keep it."""
        if isinstance(decorator, External):
            model = self._externals.get(decorator.name)
            if model is not None:
                return model(machine, Arguments([decorated]), frame, span)
        return None

    # --- names -------------------------------------------------------------------------------------------------------

    def builtin_name(self, machine: Machine, name: str) -> Values | None:
        """A name of the builtins module."""
        if name in functions.FUNCTIONS and "." not in name:
            return frozenset({Builtin(name)})
        if builtin_classes.is_builtin_class(name):
            return frozenset({ClassRef(f"builtins:{name}")})
        alias = builtin_classes.find_stub_class(f"builtins.{name}")
        if alias is not None:
            return frozenset({ClassRef(alias)})
        if name in {"NotImplemented", "Ellipsis", "__debug__"}:
            return frozenset({Const(name, name)})
        return None

    def module_alias(self, dotted: str) -> str | None:
        """The module behind a name that the platform decides on."""
        return models.MODULE_ALIASES.get(dotted)

    def external_member(self, machine: Machine, dotted: str) -> Values:
        """A name of a module that is not walked: a model, a class read from its source, a submodule, or external."""
        if dotted == "sys.argv":
            return machine.command_line()
        if dotted in self._externals or dotted in functions.FUNCTIONS:
            return frozenset({Builtin(dotted)})
        if dotted in models.CONSTANTS:
            return frozenset({models.CONSTANTS[dotted]})
        module, _, name = dotted.rpartition(".")
        symbol = f"{module}:{name}"
        if symbol in self._classes:
            return frozenset({ClassRef(symbol)})
        if machine.modules.find(module) is not None:
            found = resolve_export(machine.modules, module, name)
            if found is not None and found.kind == "class":
                return frozenset({ClassRef(found.symbol)})
            if found is not None and found.kind == "module":
                return frozenset({ModuleRef(found.home)})
            if found is not None and found.kind == "function":
                inner = found.symbol.replace(":", ".")
                if inner in self._externals:
                    return frozenset({Builtin(inner)})
                return frozenset({External(inner)})
        return frozenset({External(dotted)})

    def builtin_attribute(self, machine: Machine, value: Value, cls: SymbolId, name: str) -> Values | None:
        """A method of a builtin class's instance."""
        if cls == "builtins:NoneType":
            return None if name not in {"__class__", "__doc__", "__bool__", "__eq__"} else unknown("a slot of None")
        if cls in models.CLOSED_CLASSES:
            slot = self.object_slot(name)
            return None if slot is None else frozenset({Bound(slot, value)})
        if cls.startswith(("builtins:", "collections:", "types:", "functools:", "io:")):
            kind = cls.partition(":")[2]
            if cls in machine.classes and machine.classes[cls].walked:
                return None
            if cls.startswith("builtins:") and not builtin_classes.has_attribute(kind, name):
                return None
            return frozenset({Bound(Builtin(f"{kind}.{name}"), value)})
        for base in machine.mro_of(cls):
            if base.startswith("builtins:") and base != OBJECT:
                kind = base.partition(":")[2]
                if builtin_classes.has_attribute(kind, name):
                    return frozenset({Bound(Builtin(f"{kind}.{name}"), value)})
            if base in {"collections:OrderedDict", "collections:UserDict"} and builtin_classes.has_attribute(
                "dict", name
            ):
                return frozenset({Bound(Builtin(f"dict.{name}"), value)})
        slot = self.object_slot(name)
        return None if slot is None else frozenset({Bound(slot, value)})

    def class_attribute(self, machine: Machine, value: ClassRef, name: str) -> Values | None:
        """A class's attribute that no namespace holds: slots, builtin methods, enum members."""
        members = models.enum_member(machine, value.symbol, name)
        if members is not None:
            return members
        for base in machine.mro_of(value.symbol):
            kind = base.partition(":")[2]
            if base.startswith("builtins:") and base != OBJECT and builtin_classes.has_attribute(kind, name):
                return frozenset({Builtin(f"{kind}.{name}")})
        slot = self.object_slot(name)
        if slot is not None:
            return frozenset({slot})
        is_abstract = "abc:ABC" in machine.mro_of(value.symbol) or "abc:ABCMeta" in machine.metaclasses_of(value.symbol)
        if name == "register" and is_abstract:
            return frozenset({Bound(Builtin("abc.register"), value)})
        if name in {"__annotations__", "__subclasses__", "mro", "__subclasshook__", "register"}:
            return unknown("a slot of a class")
        return None

    def member_of_method(self, method: Bound, name: str) -> Values | None:
        """An attribute of a modelled function that is more than one (``singledispatch``'s ``register``)."""
        return dispatch_models.member_of(method, name)

    def object_slot(self, name: str) -> Builtin | None:
        """``object``'s own method of this name."""
        return Builtin(f"object.{name}") if name in builtin_classes.OBJECT_SLOTS else None

    def builtin_slot(self, symbol: SymbolId, name: str) -> Builtin | None:
        """A builtin class's own method, as ``super()`` finds it."""
        kind = symbol.partition(":")[2]
        if symbol in {"collections:OrderedDict", "collections:UserDict", "collections:defaultdict"}:
            kind = "dict"
        elif not symbol.startswith("builtins:") or symbol == OBJECT:
            return None
        if name in builtin_classes.OBJECT_SLOTS and name not in {"__init__", "__new__"}:
            return None
        return Builtin(f"{kind}.{name}") if builtin_classes.has_attribute(kind, name) else None

    def builtin_class(self, machine: Machine, symbol: SymbolId) -> ClassState | None:
        """A class of the builtins module (or a C class of the standard library), bases from its stub."""
        return builtin_classes.read_builtin_class(machine, symbol)

    def is_closed_builtin(self, symbol: SymbolId) -> bool:
        """Whether instances have no attributes beyond their class's."""
        return symbol in models.CLOSED_CLASSES or (symbol.startswith("builtins:") and symbol != OBJECT)

    def enum_members(self, machine: Machine, symbol: SymbolId) -> Values | None:
        """The members of an enumeration."""
        return models.enum_members(machine, symbol)

    def iteration(self, symbol: SymbolId) -> Callable[[Machine, Obj, Frame, Span], Values] | None:
        """The model of iterating over a library class's instance."""
        return models.ITERATIONS.get(symbol)

    def task_result(self, machine: Machine, value: Obj) -> Values | None:
        """What awaiting a task of an event loop gives, None for any other object."""
        return task_models.await_task(machine, value) if value.cls == task_models.TASK else None

    def is_enum(self, machine: Machine, symbol: SymbolId) -> bool:
        """Whether a class is an enumeration."""
        return models.is_enum(machine, symbol)

    def class_form(self, machine: Machine, bases: list[Values]) -> str:
        """``namedtuple`` or ``typeddict`` for a class statement with such a base, else empty."""
        values = [value for base in bases for value in base]
        forms = {form_of(value) for value in values}
        for value in values:
            state = machine.classes.get(value.symbol) if isinstance(value, ClassRef) else None
            if state is not None and state.form == "typeddict":
                forms.add(state.form)
        return max(forms, default="")

    def stub_class(self, dotted: str) -> SymbolId | None:
        """The symbol of a class that only a stub tells of, by a name under which it is found."""
        return builtin_classes.find_stub_class(dotted)

    def finish_class(self, machine: Machine, state: ClassState) -> None:
        """Add what a metaclass makes of a class's body: an enumeration's members, a named tuple's methods."""
        if models.is_enum(machine, state.symbol):
            models.finish_enum(machine, state.symbol)
        tuple_models.finish_class(machine, state)

    def tuple_items(self, machine: Machine, value: Obj) -> tuple[Values, ...] | None:
        """A named tuple's items, None for any other object."""
        return tuple_models.items_of(machine, value)

    def is_typing(self, name: str) -> bool:
        """Whether subscribing yields a typing construct rather than an item."""
        return name.startswith(("typing.", "typing_extensions.", "collections.abc."))

    def virtual_subclass(self, machine: Machine, symbol: SymbolId, base: SymbolId) -> bool | None:
        """Subclass relations made by registration instead of inheritance."""
        return builtin_classes.is_registered(machine, symbol, base)


_FAMILY = {
    "OrderedDict": "dict", "defaultdict": "dict", "deque": "list", "frozenset": "set", "Counter": "dict",
}  # fmt: skip
