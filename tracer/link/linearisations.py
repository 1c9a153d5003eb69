"""Classes as the pages show them: the whole linearisation, and whose function runs for every method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.mro import OBJECT
from tracer.link.values import (
    NOTHING,
    Builtin,
    Function,
    MethodWrapper,
    PartialValue,
    PropertyValue,
    Value,
    Values,
    single,
)
from tracer.model.code import Name
from tracer.model.edges import Site
from tracer.model.names import Span, module_of, qualname_of
from tracer.model.program import ClassLinearisation

if TYPE_CHECKING:
    from tracer.link.classes import ClassState
    from tracer.link.machine import Machine
    from tracer.model.names import SymbolId


def linearisation_of(machine: Machine, symbol: SymbolId) -> ClassLinearisation | None:
    """The class as the machine knows it, None for one without source."""
    state = machine.class_state(symbol)
    site = _site_of(machine, symbol)
    if state is None or site is None:
        return None
    suppliers: dict[str, tuple[SymbolId, ...]] = {}
    unresolved = list(state.unresolved)
    for cls in state.mro:
        if cls == OBJECT:
            continue
        base = machine.class_state(cls)
        for name, values in base.namespace.items() if base is not None else ():
            found = _functions_of(machine, values, cls, name)
            if found:
                suppliers.setdefault(name, found)
        if base is not None and cls != symbol:
            unresolved.extend(base.unresolved)
    return ClassLinearisation(
        symbol=symbol,
        site=site,
        mro=state.mro,
        methods={name: found[0] for name, found in sorted(suppliers.items())},
        patches=_patches(machine, state),
        unresolved=tuple(sorted(set(unresolved))),
        bases=state.bases,
        alternatives={name: found for name, found in sorted(suppliers.items()) if len(found) > 1},
    )


def _patches(machine: Machine, state: ClassState) -> dict[str, Site]:
    """The patches that serve the class: its own, and those of a base whose attribute no class before it overrides."""
    found: dict[str, Site] = {}
    served: set[str] = set()
    for cls in state.mro:
        base = machine.classes.get(cls)
        for name in base.namespace if base is not None else ():
            site = base.patches.get(name) if base is not None and name not in served else None
            if site is not None and machine.is_own(module_of(site.owner)):
                found[name] = site
            served.add(name)
    return dict(sorted(found.items()))


def _functions_of(machine: Machine, values: Values, cls: SymbolId, name: str) -> tuple[SymbolId, ...]:
    """The functions a name may stand for in a class: several where a condition decides that code alone cannot."""
    return tuple(sorted({symbol for value in values if (symbol := _symbol_of(machine, value, cls, name)) is not None}))


def _symbol_of(machine: Machine, value: Value | None, owner: SymbolId, name: str) -> SymbolId | None:
    match value:
        case Function():
            written = _written_function(machine, value, name)
            if isinstance(written, Builtin):
                return _generated(written, owner)
            module = machine.modules.module(written.module)
            return module.symbol_of(written.scope) if module is not None else None
        case MethodWrapper(function=function):
            return _symbol_of(machine, function, owner, name)
        case PropertyValue(getter=getter):
            return _symbol_of(machine, getter, owner, name)
        case PartialValue(function=Builtin(), positional=(inner, *_)):
            return _symbol_of(machine, single(inner), owner, name)
        case Builtin():
            return _generated(value, owner)
    return None


def _generated(value: Builtin, owner: SymbolId) -> SymbolId | None:
    """Generated code has no place of its own; both halves name it after the class it is made for."""
    return f"{owner}.{value.name.partition('.')[2]}" if value.name.startswith("dataclass.") else None


def _written_function(machine: Machine, function: Function, name: str) -> Function | Builtin:
    """The innermost function behind a wrapper: the one a reader finds under the method's name."""
    seen: set[Function] = set()
    inner: Function | Builtin | None = function
    while isinstance(inner, Function) and inner not in seen:
        seen.add(inner)
        function, inner = inner, _wrapped_by(machine, inner, name)
    return inner if isinstance(inner, Builtin) else function


def _wrapped_by(machine: Machine, function: Function, name: str) -> Function | Builtin | None:
    """What ``functools.wraps`` left behind, or a function ``name`` that a decorator without it closes over."""
    state = machine.functions.get(function)
    if state is None:
        return None
    wrapped = single(state.attributes.get("__wrapped__", NOTHING))
    if wrapped is not None:
        return wrapped if isinstance(wrapped, Function | Builtin) else None
    around = state.frame.env if state.frame is not None else {}
    named = {
        variable: value
        for variable, values in around.items()
        if isinstance(value := single(values), Function) and _name_of(machine, value) == name
    }
    module = machine.modules.module(function.module)
    body = module.scope(function.scope).body if module is not None and named else ()
    return next((value for variable, value in named.items() if _mentions(body, variable)), None)


def _mentions(node: object, name: str) -> bool:
    """Whether lowered code reads the variable, and so closes over it."""
    if isinstance(node, Name):
        return node.id == name
    if isinstance(node, tuple):
        return any(_mentions(part, name) for part in node)
    return any(_mentions(getattr(node, part), name) for part in getattr(node, "__struct_fields__", ()))


def _name_of(machine: Machine, function: Function) -> str:
    module = machine.modules.module(function.module)
    symbol = module.symbol_of(function.scope) if module is not None else ""
    return symbol.rpartition(":")[2].rpartition(".")[2].partition("#")[0]


def _site_of(machine: Machine, symbol: SymbolId) -> Site | None:
    module = machine.modules.module(module_of(symbol))
    if module is None:
        return None
    scope = module.scope_of_qualname.get(qualname_of(symbol))
    if scope is None:
        return None
    definition = module.definition_of_scope[scope]
    span = Span(definition.span.line, definition.span.column, definition.span.end_line, definition.span.end_column)
    return Site(module.place.path, span, symbol, "class", module.place.library)
