"""Names of a module resolved through headers alone: definitions, imports, re-exports, stars, submodules.

Nothing is walked, so this also sees through packages that fill themselves lazily at run time: their type-checking
imports say what they export.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracer.model.names import symbol_id

if TYPE_CHECKING:
    from tracer.link.modules import Module, ModuleIndex
    from tracer.model.names import SymbolId

HOPS = 40


@dataclass(frozen=True, slots=True)
class Export:
    """What a name stands for: ``kind`` is class, function, module or value; ``home`` the module that defines it."""

    kind: str
    symbol: SymbolId
    home: str
    scope: int = -1


def resolve_export(index: ModuleIndex, module: str, dotted: str, hops: int = HOPS) -> Export | None:
    """Resolve a dotted name as seen at the top level of ``module``; None where it leads nowhere."""
    if hops <= 0:
        return None
    head, _, tail = dotted.partition(".")
    found = _resolve_name(index, module, head, hops)
    while tail and found is not None:
        head, _, tail = tail.partition(".")
        if found.kind == "module":
            found = _resolve_name(index, found.home, head, hops - 1)
        elif found.kind == "class":
            found = _nested(index, found, head)
        else:
            return None
    return found


def _nested(index: ModuleIndex, found: Export, name: str) -> Export | None:
    module = index.module(found.home)
    qualname = f"{found.symbol.partition(':')[2]}.{name}"
    return _definition(module, qualname) if module is not None else None


def _definition(module: Module, qualname: str) -> Export | None:
    definition = module.last_definitions.get(qualname)
    if definition is None:
        return None
    return Export(definition.kind, symbol_id(module.name, definition.qualname), module.name, definition.scope)


def _resolve_name(index: ModuleIndex, name: str, member: str, hops: int) -> Export | None:
    module = index.module(name)
    if module is None:
        return _submodule(index, name, member)
    defined = _definition(module, member)
    if defined is not None:
        return defined
    for item in module.top_imports.get(member, ()):
        base = module.absolute(item.module, item.level)
        if item.origin is None:
            target = base if item.name != base.partition(".")[0] else base.partition(".")[0]
            return Export("module", target, target)
        found = (
            _resolve_name(index, base, item.origin, hops - 1)
            if hops > 1 and (base, item.origin) != (name, member)
            else None
        )
        if found is not None:
            return found
    return (
        _submodule(index, name, member)
        or _aliased(index, module, member, hops)
        or _starred(index, module, member, hops)
    )


def _aliased(index: ModuleIndex, module: Module, member: str, hops: int) -> Export | None:
    """What ``member = other`` at the module's top level makes of the name; None where that is a value."""
    if member not in module.facts.header.bound:
        return None
    dotted = module.aliases.get(member)
    if dotted is None or dotted == member:
        return None
    found = resolve_export(index, module.name, dotted, hops - 1)
    return found if found is not None and found.kind != "value" else None


def _submodule(index: ModuleIndex, package: str, member: str) -> Export | None:
    dotted = f"{package}.{member}"
    if index.find(dotted) is not None:
        return Export("module", dotted, dotted)
    return None


def _starred(index: ModuleIndex, module: Module, member: str, hops: int) -> Export | None:
    if hops <= 1 or member.startswith("_"):
        return None
    stars = [module.absolute(item.module, item.level) for item in module.facts.header.imports if item.origin == "*"]
    # Only the order of the search: of hundreds of starred packages the one named like the member is asked first.
    folded = member.lower()
    stars.sort(key=lambda base: not folded.startswith(base.rpartition(".")[2].replace("_", "")))
    for base in stars:
        if base == module.name or not index.mentions(base, member):
            continue
        source = index.module(base)
        if source is None:
            continue
        exports = source.facts.header.exports
        if exports is not None and member not in exports:
            continue
        found = _resolve_name(index, base, member, hops - 1)
        if found is not None:
            return found
    if member in module.facts.header.bound:
        return Export("value", symbol_id(module.name, member), module.name)
    return None
