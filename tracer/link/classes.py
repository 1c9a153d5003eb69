"""Classes: their namespaces, linearisations and construction.

A class of a followed module is made by walking its body; a class of any other module is read from its header, bases
resolved through that file's imports, so that linearisations are whole although the library is not walked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracer.link.exports import resolve_export
from tracer.link.frames import AbstractRaiseError, Arguments, Frame
from tracer.link.generics import GENERIC, is_generic_alias
from tracer.link.heap import CONTENT
from tracer.link.mro import OBJECT, linearise
from tracer.link.values import (
    NONE,
    NOTHING,
    Builtin,
    ClassRef,
    Const,
    External,
    Function,
    MethodWrapper,
    Obj,
    PropertyValue,
    Typed,
    Unknown,
    Value,
    Values,
    class_of,
    constant,
    join,
    order_key,
    ordered,
    unknown,
)
from tracer.model.names import module_of, qualname_of, short_name_of, symbol_id

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model import code
    from tracer.model.edges import Site
    from tracer.model.names import Span, SymbolId

_BUILT_ENUM = re.compile(r"(?:enum\.)?_simple_enum\(([\w.]+)")
"""The decorator with which the standard library makes enumerations without their metaclass."""


@dataclass(slots=True)
class ClassState:
    """A class known to the walk. ``namespace`` is its own ``__dict__``; ``walked`` tells whether its body was.

    ``fields`` are a dataclass's own and inherited fields in order: name to default (empty: none given). ``moved`` names
    attributes that were stored from elsewhere and are cells of the heap since. ``form`` is namedtuple or typeddict for
    classes that generated code fills, ``made_at`` the call that made a class without a class statement. ``virtual`` are
    the classes registered with it.
    """

    symbol: SymbolId
    bases: tuple[SymbolId, ...] = ()
    mro: tuple[SymbolId, ...] = ()
    namespace: dict[str, Values] = field(default_factory=dict)
    annotations: dict[str, code.Expr | None] = field(default_factory=dict)
    metaclasses: tuple[SymbolId, ...] = ()
    unresolved: tuple[tuple[str, str], ...] = ()
    patches: dict[str, Site] = field(default_factory=dict)
    walked: bool = False
    frame: Frame | None = None
    fields: dict[str, Values] | None = None
    moved: set[str] = field(default_factory=set)
    form: str = ""
    virtual: set[SymbolId] = field(default_factory=set)
    has_unknown_subclasses: bool = False
    made_at: tuple[str, Span] | None = None


class ClassTable:
    """The classes of one walk; the part of the machine that knows about them."""

    classes: dict[SymbolId, ClassState]
    classes_in_progress: list[ClassState]

    def class_state(self: Machine, symbol: SymbolId) -> ClassState | None:  # type: ignore[misc]
        """The class, made from its module on first use; None where no source or stub defines it."""
        state = self.classes.get(symbol)
        if state is not None:
            return state
        module, qualname = module_of(symbol), qualname_of(symbol)
        if self.is_followed(module) and "." not in qualname:
            self.ensure_module(module)
            state = self.classes.get(symbol)
            if state is not None:
                return state
        return read_class(self, symbol)

    def mro_of(self: Machine, symbol: SymbolId) -> tuple[SymbolId, ...]:  # type: ignore[misc]
        """The linearisation, (symbol, object) for a class that nothing is known of."""
        state = self.class_state(symbol)
        return state.mro if state is not None and state.mro else (symbol, OBJECT)

    def bases_of(self: Machine, symbol: SymbolId) -> tuple[SymbolId, ...]:  # type: ignore[misc]
        """The direct bases."""
        state = self.class_state(symbol)
        return state.bases if state is not None else ()

    def metaclasses_of(self: Machine, symbol: SymbolId) -> tuple[SymbolId, ...]:  # type: ignore[misc]
        """Metaclasses named along the linearisation."""
        found: list[SymbolId] = []
        for cls in self.mro_of(symbol):
            state = self.classes.get(cls)
            found.extend(state.metaclasses if state is not None else ())
        return tuple(dict.fromkeys(found))

    def own_attribute(self: Machine, symbol: SymbolId, name: str) -> Values | None:  # type: ignore[misc]
        """What the class's own namespace holds under ``name``."""
        self.shared.looked_up[-1].add(name)
        state = self.class_state(symbol)
        return self._class_variable(state, name) if state is not None else None

    def _class_variable(self: Machine, state: ClassState, name: str) -> Values | None:  # type: ignore[misc]
        values = state.namespace.get(name)
        return self.shared.load(state.symbol, name, values) if name in state.moved else values

    def find_in_class(self: Machine, symbol: SymbolId, name: str) -> Values | None:  # type: ignore[misc]
        """The first namespace along the linearisation that has ``name``; ``object``'s own are not among them."""
        self.shared.looked_up[-1].add(name)
        for cls in self.mro_of(symbol):
            if cls == OBJECT:
                continue
            state = self.classes.get(cls) or self.class_state(cls)
            if state is not None and name in state.namespace:
                return self._class_variable(state, name) if state.moved else state.namespace[name]
        return None

    def is_open(self: Machine, value: Value | None, symbol: SymbolId) -> bool:  # type: ignore[misc]
        """Whether instances may have attributes that the walk cannot see."""
        if isinstance(value, Const):
            return False
        if isinstance(value, Obj) and value.number in self.open_objects:
            return True
        if self.library.is_closed_builtin(symbol):
            return False
        if isinstance(value, Typed):
            return True
        for cls in self.mro_of(symbol):
            if cls == OBJECT or cls in self.library.plain_classes:
                continue
            state = self.classes.get(cls)
            if state is None or not state.walked or state.unresolved:
                return True
        return False

    def store_on_class(self: Machine, symbol: SymbolId, name: str, values: Values, frame: Frame, span: Span) -> None:  # type: ignore[misc]
        """``C.name = values``: a monkey patch when the name is already there or the class is somebody else's."""
        state = self.class_state(symbol)
        if state is None:
            return
        self.receivers.clear()
        is_function = any(isinstance(value, Function) for value in values)
        if is_function and frame.symbol != symbol:
            state.patches[name] = self.site(frame, span, "attribute")
        certain = not frame.alternatives and not any(guard.value == "undecided" for guard in frame.guards)
        known = self.find_in_class(symbol, name)
        self.shared.store(symbol, name, values, state.namespace.get(name))
        state.moved.add(name)
        state.namespace[name] = values if certain or known is None else join(known, values)

    def class_dict(self: Machine, symbol: SymbolId, frame: Frame, span: Span) -> Values:  # type: ignore[misc]
        """``C.__dict__`` as a dict of what the namespace holds now."""
        from tracer.link.heap import Content

        state = self.class_state(symbol)
        if state is None or not state.walked:
            return unknown("the namespace of a class that is not followed")
        return self.container("dict", ("__dict__", symbol, span), frame, Content(tuple(state.namespace.items())))


def is_subclass(machine: Machine, symbol: SymbolId, base: SymbolId) -> bool | None:
    """Whether ``issubclass(symbol, base)``; None where an unknown base hides the answer."""
    if base in {OBJECT, symbol}:
        return True
    mro = machine.mro_of(symbol)
    if base in mro:
        return True
    if any(
        cls in known.virtual for known in machine.classes.values() if known.virtual and base in known.mro for cls in mro
    ):
        return True
    virtual = machine.library.virtual_subclass(machine, symbol, base)
    if virtual is not None:
        return virtual
    if _asks_hook(machine, base):
        return None
    if any((state := machine.classes.get(cls)) is not None and state.unresolved for cls in mro):
        return None
    return False


def _asks_hook(machine: Machine, base: SymbolId) -> bool:
    """Whether the base answers for its subclasses itself, or may be registered with from outside the walk."""
    states = [state for cls in machine.mro_of(base) if (state := machine.classes.get(cls)) is not None]
    hooks = [s for s in states if "__subclasshook__" in s.namespace and module_of(s.symbol) != "collections.abc"]
    return bool(hooks) or any(state.has_unknown_subclasses for state in states[:1])


def start_of(receiver: Value, after: SymbolId) -> SymbolId:
    """The class whose linearisation ``super`` walks for this receiver."""
    if isinstance(receiver, ClassRef):
        return receiver.symbol
    return class_of(receiver) or after


# --- making classes --------------------------------------------------------------------------------------------------


def define_class(machine: Machine, node: code.DefineClass, frame: Frame) -> Values:
    """Walk a class statement: bases, keywords, body, linearisation, ``__init_subclass__``."""
    from tracer.link.blocks import execute
    from tracer.link.calls import evaluate_arguments

    scope = frame.module.scope(node.scope)
    symbol = symbol_id(frame.module.name, scope.qualname)
    arguments = evaluate_arguments(machine, node.arguments, frame, node.span)
    state = ClassState(symbol, walked=True)
    state.bases, state.unresolved = resolve_bases(machine, arguments.positional)
    state.form = machine.library.class_form(machine, arguments.positional)
    if state.form == "typeddict":
        state.bases = (*(base for base in state.bases if base == GENERIC), "builtins:dict")
    meta = arguments.keywords.pop("metaclass", NOTHING)
    state.metaclasses = tuple(sorted(value.symbol for value in meta if isinstance(value, ClassRef)))
    state.mro = _linearise(machine, state)
    body = Frame(
        0, frame.module, scope, symbol, {}, None if frame.scope.kind == "module" else frame, frame.record, owner=symbol,
    )  # fmt: skip
    body.symbol = frame.symbol
    body.env = state.namespace
    body.number = frame.number
    state.frame = body
    machine.classes_in_progress.append(state)
    machine.classes[symbol] = state
    try:
        execute(machine, scope.body, body)
    finally:
        machine.classes_in_progress.pop()
    state.namespace = body.env
    for special in ("__init_subclass__", "__class_getitem__"):
        _wrap(state, special, "classmethod")
    _wrap(state, "__new__", "staticmethod")
    machine.library.finish_class(machine, state)
    _name_descriptors(machine, state, frame, node.span)
    _run_init_subclass(machine, state, arguments, frame, node.span)
    return frozenset({ClassRef(symbol)})


def _wrap(state: ClassState, name: str, kind: str) -> None:
    values = state.namespace.get(name)
    if values is not None:
        state.namespace[name] = frozenset(
            MethodWrapper(kind, value) if isinstance(value, Function) else value for value in values
        )


def _name_descriptors(machine: Machine, state: ClassState, frame: Frame, span: Span) -> None:
    """``__set_name__`` of the objects in a class's namespace."""
    for name, values in list(state.namespace.items()):
        for value in ordered(values):
            if isinstance(value, Obj):
                found = machine.find_in_class(value.cls, "__set_name__") or NOTHING
                for function in ordered(found):
                    if isinstance(function, Function) and machine.is_followed(function.module):
                        given = Arguments([frozenset({value}), frozenset({ClassRef(state.symbol)}), constant(name)])
                        machine.call(frozenset({function}), given, frame, span, "class")


def _run_init_subclass(machine: Machine, state: ClassState, arguments: Arguments, frame: Frame, span: Span) -> None:
    for cls in state.mro[1:]:
        found = machine.own_attribute(cls, "__init_subclass__")
        for value in ordered(found or ()):
            if isinstance(value, MethodWrapper) and isinstance(value.function, Function):
                if machine.is_followed(value.function.module):
                    keywords = Arguments([frozenset({ClassRef(state.symbol)})], arguments.keywords)
                    machine.call(frozenset({value.function}), keywords, frame, span, "class")
                return


def resolve_bases(machine: Machine, bases: list[Values]) -> tuple[tuple[SymbolId, ...], tuple[tuple[str, str], ...]]:
    """The base classes' symbols as the interpreter replaces them, and what could not be followed with the reason."""
    chosen: list[tuple[SymbolId, bool]] = []
    unresolved: list[tuple[str, str]] = []
    for values in bases:
        options = [
            (symbol, is_generic_alias(value))
            for value in sorted(values, key=order_key)
            if (symbol := machine.base_symbol(value)) is not None
        ]
        chosen.extend(options[:1])
        for value in ordered(values):
            if isinstance(value, External) and machine.base_symbol(value) is None:
                unresolved.append((value.name, "no source of this class was found"))
            elif isinstance(value, Unknown):
                unresolved.append(("?", value.reason))
    symbols = _replace_aliases(machine, chosen)
    repeated = sorted({symbol for symbol in symbols if symbols.count(symbol) > 1})
    unresolved.extend((short_name_of(symbol), f"duplicate base class {symbol}") for symbol in repeated)
    return tuple(dict.fromkeys(symbols)), tuple(unresolved)


def _replace_aliases(machine: Machine, chosen: list[tuple[SymbolId, bool]]) -> list[SymbolId]:
    """Bases after ``__mro_entries__`` (PEP 560); each comes with whether it was written as an alias of ``typing``."""
    plain = [symbol for symbol, is_alias in chosen if not is_alias]
    symbols: list[SymbolId] = []
    for index, (symbol, is_alias) in enumerate(chosen):
        generic_follows = any(alias or GENERIC in machine.mro_of(other) for other, alias in chosen[index + 1 :])
        if symbol != GENERIC and (not is_alias or symbol not in plain):
            symbols.append(symbol)
        if (is_alias or symbol == GENERIC) and not generic_follows:
            symbols.append(GENERIC)
    return symbols


def make_class(
    machine: Machine, name: str, bases: tuple[SymbolId, ...], namespace: dict[str, Values], frame: Frame, span: Span
) -> ClassState:
    """A class that a call makes (``type``, ``namedtuple``); its symbol is numbered where a statement has the name."""
    place = (frame.module.name, span)
    number, symbol = 1, symbol_id(frame.module.name, name)
    while qualname_of(symbol) in frame.module.scope_of_qualname or (
        (known := machine.classes.get(symbol)) is not None and known.made_at != place
    ):
        number += 1
        symbol = symbol_id(frame.module.name, f"{name}#{number}")
    state = ClassState(symbol, bases, namespace=namespace, walked=True, made_at=place)
    state.mro = _linearise(machine, state)
    machine.classes[symbol] = state
    return state


def _linearise(machine: Machine, state: ClassState) -> tuple[SymbolId, ...]:
    if any(reason.startswith("duplicate") for _, reason in state.unresolved):
        return (state.symbol, OBJECT)
    bases = state.bases or (OBJECT,)
    try:
        return linearise(state.symbol, bases, [(OBJECT,) if base == OBJECT else machine.mro_of(base) for base in bases])
    except ValueError as error:
        state.unresolved = (*state.unresolved, (short_name_of(state.symbol), str(error)))
        return (state.symbol, OBJECT)


def read_class(machine: Machine, symbol: SymbolId) -> ClassState | None:
    """A class of a module that is not followed, from its file's header (or from the builtins' stubs)."""
    stub = machine.library.builtin_class(machine, symbol)
    if stub is not None:
        machine.classes[symbol] = stub
        return stub
    module = machine.modules.module(module_of(symbol))
    if module is None:
        return None
    qualname = qualname_of(symbol)
    definition = next(
        (d for d in module.facts.header.definitions if d.qualname == qualname and d.kind == "class"), None
    )
    if definition is None:
        return None
    state = machine.classes[symbol] = ClassState(symbol)
    bases: list[Values] = []
    for text in definition.bases:
        head, _, keyword_value = text.partition("=")
        if keyword_value and head.strip().isidentifier() and not head.strip().startswith("("):
            if head.strip() == "metaclass":
                meta = _base_from_text(machine, module.name, keyword_value)
                state.metaclasses = tuple(v.symbol for v in meta if isinstance(v, ClassRef))
            continue
        bases.append(_base_from_text(machine, module.name, text))
    built = [match[1] for decorator in definition.decorators if (match := _BUILT_ENUM.match(decorator))]
    bases.extend(_base_from_text(machine, module.name, text) for text in built)
    state.bases, state.unresolved = resolve_bases(machine, bases)
    state.mro = _linearise(machine, state)
    prefix = f"{qualname}."
    for inner in module.facts.header.definitions:
        name = inner.qualname.removeprefix(prefix).partition("#")[0]
        if inner.qualname.startswith(prefix) and "." not in name and "<" not in name and inner.kind == "function":
            accessor = next((text for text in inner.decorators if text.startswith(f"{name}.")), None)
            if accessor is None:
                state.namespace[name] = _read_method(machine, module.name, inner.scope, inner.decorators, symbol)
            elif accessor == f"{name}.setter":
                _read_setter(machine, state, name, Function(module.name, inner.scope))
    return state


def _read_setter(machine: Machine, state: ClassState, name: str, function: Function) -> None:
    """``@x.setter``: the property that has the name already gets its second function."""
    from tracer.link.frames import FunctionState

    machine.functions.setdefault(function, FunctionState({}, state.symbol, None))
    known = state.namespace.get(name, NOTHING)
    state.namespace[name] = frozenset(
        PropertyValue(value.getter, function, value.deleter) if isinstance(value, PropertyValue) else value
        for value in known
    )


def _read_method(machine: Machine, module: str, scope: int, decorators: tuple[str, ...], owner: SymbolId) -> Values:
    from tracer.link.frames import FunctionState

    function = Function(module, scope)
    machine.functions.setdefault(function, FunctionState({}, owner, None))
    for decorator in decorators:
        if decorator in {"staticmethod", "classmethod"}:
            return frozenset({MethodWrapper(decorator, function)})
        if decorator.rpartition(".")[2] in {"property", "cached_property"}:
            return frozenset({PropertyValue(function)})
    return frozenset({function})


def _base_from_text(machine: Machine, module: str, text: str) -> Values:
    name = text.split("[", maxsplit=1)[0].split("(", maxsplit=1)[0].strip().lstrip("*")
    resolved = resolve_export(machine.modules, module, name)
    if resolved is not None and resolved.kind == "class":
        return frozenset({ClassRef(resolved.symbol)})
    builtin = machine.library.builtin_name(machine, name)
    if builtin is not None and "." not in name:
        return builtin
    return frozenset({External(resolved.symbol.replace(":", ".") if resolved is not None else name)})


# --- construction ----------------------------------------------------------------------------------------------------


def construct(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``C(...)``: the metaclass's ``__call__``, ``__new__``, ``__init__``."""
    model = machine.library.class_model(machine, cls.symbol)
    if model is not None:
        return model(machine, cls, arguments, frame, span)
    for meta in machine.metaclasses_of(cls.symbol):
        for value in ordered(machine.find_in_class(meta, "__call__") or ()):
            if isinstance(value, Function) and machine.is_followed(value.module):
                return machine.call(frozenset({value}), arguments.prepend(frozenset({cls})), frame, span)
    return instantiate(machine, cls, arguments, frame, span)


def instantiate(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """What ``type.__call__`` does: ``__new__``, then ``__init__`` on an instance of the class."""
    state = machine.class_state(cls.symbol)
    made = _run_new(machine, cls, arguments, frame, span)
    if made is None:
        made = frozenset({machine.allocate(cls.symbol, (frame.module.name, frame.scope.qualname, span), frame)})
    init = machine.find_in_class(cls.symbol, "__init__")
    if init is None and machine.find_in_class(cls.symbol, "__new__") is None:
        _check_no_arguments(machine, cls.symbol, arguments, frame)
    if "builtins:property" in machine.mro_of(cls.symbol):
        _keep_accessors(machine, made, arguments)
    if "builtins:dict" in machine.mro_of(cls.symbol):
        _keep_items(machine, made, arguments, frame, span)
    for value in sorted(made, key=order_key):
        if init is not None and (isinstance(value, Obj) and is_subclass(machine, value.cls, cls.symbol)):
            _run_init(machine, init, value, state, arguments, frame, span)
    return made


def _check_no_arguments(machine: Machine, symbol: SymbolId, arguments: Arguments, frame: Frame) -> None:
    """``object.__new__`` takes nothing: said of own classes whose bases are all known."""
    plain = {OBJECT, GENERIC, "typing:Protocol", "abc:ABC"}
    states = [machine.classes.get(cls) for cls in machine.mro_of(symbol) if cls not in plain]
    is_known = all(state is not None and state.walked and not state.unresolved for state in states)
    is_own = all(machine.is_own(module) for module in (module_of(symbol), frame.module.name))
    if is_known and is_own and (arguments.positional or (arguments.keywords and not arguments.optional)):
        raise AbstractRaiseError("builtins:TypeError", f"{short_name_of(symbol)}() takes no arguments")


def _keep_items(machine: Machine, made: Values, arguments: Arguments, frame: Frame, span: Span) -> None:
    """A subclass of ``dict`` starts with the items it is given, unless its own ``__init__`` says otherwise."""
    from tracer.link.library.constructors import content_of_mapping

    content = content_of_mapping(machine, arguments, frame, span)
    for value in ordered(made):
        if isinstance(value, Obj):
            machine.heap.set((value.number, CONTENT), content)


def _keep_accessors(machine: Machine, made: Values, arguments: Arguments) -> None:
    """A subclass of ``property`` keeps its functions where C code would."""
    for value in ordered(made):
        if isinstance(value, Obj):
            for index, name in enumerate(("fget", "fset", "fdel")):
                machine.heap.store(value.number, name, arguments.at(index, name) or NONE)


def _run_new(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values | None:
    found = machine.find_in_class(cls.symbol, "__new__")
    for value in ordered(found or ()):
        if isinstance(value, MethodWrapper) and (
            isinstance(value.function, Builtin)
            or (isinstance(value.function, Function) and machine.is_followed(value.function.module))
        ):
            return machine.call(frozenset({value.function}), arguments.prepend(frozenset({cls})), frame, span, "call")
    return None


def _run_init(
    machine: Machine, init: Values, value: Obj, state: ClassState | None, arguments: Arguments, frame: Frame,
    span: Span,
) -> None:  # fmt: skip

    def run(function: Value) -> Values:
        if isinstance(function, Builtin):
            return machine.library.call_method(machine, function.name, value, arguments, frame, span)
        return machine.call_value(function, arguments.prepend(frozenset({value})), frame, span, "call")

    machine.for_each(init, run, frame)
