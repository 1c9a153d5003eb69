"""Classes: their namespaces, linearisations and construction.

A class of a followed module is made by walking its body; a class of any other module is read from its header, bases
resolved through that file's imports, so that linearisations are whole although the library is not walked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracer.link.exports import resolve_export
from tracer.link.frames import Arguments, Frame
from tracer.link.heap import CONTENT
from tracer.link.mro import OBJECT, linearise
from tracer.link.recording import CallRecord, ContextRecord
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

METACLASS_ONLY = {"abc:ABCMeta", "builtins:type", "enum:EnumType", "enum:EnumMeta"}


@dataclass(slots=True)
class ClassState:
    """A class known to the walk. ``namespace`` is its own ``__dict__``; ``walked`` tells whether its body was.

    ``fields`` are a dataclass's own and inherited fields in order: name to default (empty: none given). ``moved`` names
    attributes that were stored from elsewhere and are cells of the heap since.
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
        state = self.class_state(symbol)
        return self._class_variable(state, name) if state is not None else None

    def _class_variable(self: Machine, state: ClassState, name: str) -> Values | None:  # type: ignore[misc]
        values = state.namespace.get(name)
        return self.shared.load(state.symbol, name, values) if name in state.moved else values

    def find_in_class(self: Machine, symbol: SymbolId, name: str) -> Values | None:  # type: ignore[misc]
        """The first namespace along the linearisation that has ``name``; ``object``'s own are not among them."""
        for cls in self.mro_of(symbol):
            if cls == OBJECT:
                continue
            state = self.classes.get(cls) or self.class_state(cls)
            if state is not None and name in state.namespace:
                return self._class_variable(state, name) if state.moved else state.namespace[name]
        return None

    def supplier_of(self: Machine, symbol: SymbolId, name: str) -> SymbolId | None:  # type: ignore[misc]
        """The class along the linearisation whose namespace has ``name``."""
        for cls in self.mro_of(symbol):
            state = self.classes.get(cls)
            if state is not None and name in state.namespace:
                return cls
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
        certain = not any(guard.value == "undecided" for guard in frame.guards)
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
    virtual = machine.library.virtual_subclass(machine, symbol, base)
    if virtual is not None:
        return virtual
    if any((state := machine.classes.get(cls)) is not None and state.unresolved for cls in mro):
        return None
    return False


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
    if machine.library.is_enum(machine, symbol):
        machine.library.finish_enum(machine, symbol)
    _run_init_subclass(machine, state, arguments, frame, node.span)
    return frozenset({ClassRef(symbol)})


def _wrap(state: ClassState, name: str, kind: str) -> None:
    values = state.namespace.get(name)
    if values is not None:
        state.namespace[name] = frozenset(
            MethodWrapper(kind, value) if isinstance(value, Function) else value for value in values
        )


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
    """The base classes' symbols, and those that could not be followed with the reason."""
    symbols: list[SymbolId] = []
    unresolved: list[tuple[str, str]] = []
    for values in bases:
        options = [
            symbol for value in sorted(values, key=order_key) if (symbol := machine.base_symbol(value)) is not None
        ]
        if options:
            symbols.append(options[0])
        for value in ordered(values):
            if isinstance(value, External) and machine.base_symbol(value) is None:
                unresolved.append((value.name, "no source of this class was found"))
            elif isinstance(value, Unknown):
                unresolved.append(("?", value.reason))
    return tuple(dict.fromkeys(symbols)), tuple(unresolved)


def _linearise(machine: Machine, state: ClassState) -> tuple[SymbolId, ...]:
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
    state.bases, state.unresolved = resolve_bases(machine, bases)
    state.mro = _linearise(machine, state)
    prefix = f"{qualname}."
    for inner in module.facts.header.definitions:
        name = inner.qualname.removeprefix(prefix)
        if inner.qualname.startswith(prefix) and "." not in name and "<" not in name and inner.kind == "function":
            state.namespace[name] = _read_method(machine, module.name, inner.scope, inner.decorators, symbol)
    return state


def _read_method(machine: Machine, module: str, scope: int, decorators: tuple[str, ...], owner: SymbolId) -> Values:
    from tracer.link.frames import FunctionState
    from tracer.link.values import PropertyValue

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


def construct(
    machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span, *, certain: bool
) -> Values:
    """``C(...)``: the metaclass's ``__call__``, ``__new__``, ``__init__``."""
    model = machine.library.class_model(machine, cls.symbol)
    if model is not None:
        return model(machine, cls, arguments, frame, span)
    state = machine.class_state(cls.symbol)
    for meta in machine.metaclasses_of(cls.symbol):
        for value in machine.own_attribute(meta, "__call__") or ():
            if isinstance(value, Function) and machine.is_followed(value.module):
                return machine.call(frozenset({value}), arguments.prepend(frozenset({cls})), frame, span)
    made = _run_new(machine, cls, arguments, frame, span)
    if made is None:
        made = frozenset({machine.allocate(cls.symbol, (frame.module.name, frame.scope.qualname, span), frame)})
    init = machine.find_in_class(cls.symbol, "__init__")
    if "builtins:property" in machine.mro_of(cls.symbol):
        _keep_accessors(machine, made, arguments)
    if "builtins:dict" in machine.mro_of(cls.symbol):
        _keep_items(machine, made, arguments, frame, span)
    for value in sorted(made, key=order_key):
        if init is not None and (isinstance(value, Obj) and is_subclass(machine, value.cls, cls.symbol)):
            _run_init(machine, init, value, state, arguments, frame, span, certain=certain)
    return made


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
        if (
            isinstance(value, MethodWrapper)
            and isinstance(value.function, Function)
            and machine.is_followed(value.function.module)
        ):
            return machine.call(frozenset({value.function}), arguments.prepend(frozenset({cls})), frame, span, "call")
    return None


def _run_init(
    machine: Machine, init: Values, value: Obj, state: ClassState | None, arguments: Arguments, frame: Frame,
    span: Span, *, certain: bool,
) -> None:  # fmt: skip
    followed = [f for f in init if not isinstance(f, Function) or machine.is_followed(f.module)]
    if not followed:
        return
    for function in followed:
        if isinstance(function, Builtin):
            machine.library.call_method(machine, function.name, value, arguments, frame, span)
        else:
            machine.call_value(
                function, arguments.prepend(frozenset({value})), frame, span, "call",
                certain=certain and len(followed) == 1,
            )  # fmt: skip


def note_transparent_call(machine: Machine, symbol: SymbolId, frame: Frame, span: Span) -> ContextRecord:
    """A record for a modelled library function, so that what it calls back carries it in ``via``."""
    record = ContextRecord(symbol, None, in_scope=False)
    call = CallRecord(machine.site(frame, span, "call"), record, tuple(frame.guards), certain=True)
    frame.record.add(call)
    return record


__all__ = ["ClassState", "ClassTable", "constant", "construct", "define_class", "is_subclass", "read_class"]
