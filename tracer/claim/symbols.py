"""From what a person writes in tracer.toml to the symbol that is meant.

``VITAMetaModel.get_vision_tower`` is what people write; ``package.module:VITAMetaModel.get_vision_tower`` is what the
program knows. A name is looked up from exact to loose and the first level that knows it decides; a level that knows
several refuses to choose. Nothing is matched by part of a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from functools import partial

from tracer.errors import TargetError
from tracer.model.names import SymbolId, dotted_name_of, qualname_of
from tracer.model.program import Program
from tracer.model.targets import Target

_SHOWN = 8
_Key = tuple[str | int, ...]


def known_symbols(program: Program) -> frozenset[SymbolId]:
    """Every class, method and function that the program's classes and traces name."""
    symbols = set(program.classes)
    for linearisation in program.classes.values():
        symbols.update(linearisation.methods.values())
    for trace in program.traces.values():
        symbols.add(trace.symbol)
        for context in trace.contexts:
            symbols.add(context.symbol)
            symbols.update(call.edge.callee for call in context.calls)
    return frozenset(symbols)


def resolve_symbol(program: Program, text: str) -> SymbolId:
    """Resolve a symbol as written by a user, in full or as ``Class.method`` where that is unique.

    An inherited method resolves to its supplier. Raises ``TargetError`` that lists the candidates where several match,
    and the nearest names where none does.
    """
    symbols = known_symbols(program)
    found = _match(symbols, text)
    if not found:
        found = _inherited(program, text)
    return _only(found, text, symbols)


def resolve_class(program: Program, text: str) -> SymbolId:
    """Resolve the name of a class; raises ``TargetError`` like ``resolve_symbol``."""
    symbols = frozenset(program.classes)
    return _only(_match(symbols, text), text, symbols)


def find_symbol(program: Program, text: str) -> SymbolId | None:
    """Like ``resolve_symbol``, but None where nothing matches; an ambiguous name still raises."""
    if _match(known_symbols(program), text) or _inherited(program, text):
        return resolve_symbol(program, text)
    return None


def find_callable(program: Program, text: str) -> SymbolId | None:
    """Like ``find_symbol``; a class stands for the ``__init__`` that constructing it runs, if it has one."""
    symbol = find_symbol(program, text)
    known = program.classes.get(symbol or "")
    return known.methods.get("__init__", symbol) if known else symbol


def find_class(program: Program, text: str) -> SymbolId | None:
    """Like ``resolve_class``, but None where nothing matches; an ambiguous name still raises."""
    return resolve_class(program, text) if _match(frozenset(program.classes), text) else None


def find_undocumentable(program: Program, target: Target, names: AbstractSet[str]) -> Iterator[tuple[_Key, str]]:
    """Each documented attribute, symbol and entry that does not exist: its key below ``document``, and what is wrong.

    ``names`` are the attribute names that the target's code uses. Deriving claims tolerates a missing one, because a
    name that vanished is a change to report beside others; a person who writes the name for the first time wants to be
    told at once.
    """
    documented = target.documented
    for index, text in enumerate(documented.attributes):
        yield from _located(("attributes", index), partial(check_attribute, program, text, names))
    for index, text in enumerate(documented.classes):
        yield from _located(("classes", index), partial(resolve_class, program, text))
    rows = [(("flows", index, "to"), text, entry) for index, (text, entry) in enumerate(documented.flows)]
    rows += [(("sequences", i, "root"), root, entry) for i, (_, entry, root) in enumerate(documented.sequences)]
    for key, text, entry in rows:
        yield from _located(key, partial(resolve_symbol, program, text))
        if entry not in program.traces:
            known = ", ".join(sorted(program.traces)) or "none"
            yield (*key[:-1], "in"), f"{text} is documented in an unknown scenario {entry!r} (known: {known})"


def _located(key: _Key, resolve: Callable[[], object]) -> Iterator[tuple[_Key, str]]:
    try:
        resolve()
    except TargetError as error:
        yield key, str(error)


def check_attribute(program: Program, text: str, names: AbstractSet[str]) -> None:
    """Raise ``TargetError`` for an attribute that is not among ``names``, or of a class that is not known."""
    class_text, _, name = text.rpartition(".")
    if class_text:
        resolve_class(program, class_text)
    if name not in names:
        near = get_close_matches(name, sorted(names), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise TargetError(f"no attribute {name!r} is stored, loaded or declared in what was analysed{hint}")


def _levels(text: str) -> tuple[Callable[[SymbolId], bool], ...]:
    return (
        lambda symbol: symbol == text,
        lambda symbol: dotted_name_of(symbol) == text,
        lambda symbol: qualname_of(symbol) == text,
        lambda symbol: dotted_name_of(symbol).endswith("." + text),
    )


def _match(symbols: Iterable[SymbolId], text: str) -> tuple[SymbolId, ...]:
    for accepts in _levels(text):
        found = tuple(sorted(symbol for symbol in symbols if accepts(symbol)))
        if found:
            return found
    return ()


def _inherited(program: Program, text: str) -> tuple[SymbolId, ...]:
    owner, dot, method = text.rpartition(".")
    if not dot:
        return ()
    classes = _match(frozenset(program.classes), owner)
    suppliers = {program.classes[symbol].methods.get(method) for symbol in classes}
    return tuple(sorted(symbol for symbol in suppliers if symbol))


def _only(found: tuple[SymbolId, ...], text: str, symbols: frozenset[SymbolId]) -> SymbolId:
    if len(found) == 1:
        return found[0]
    if found:
        raise TargetError(f"{text!r} is ambiguous; write one of: {_listed(found)}")
    names = {qualname_of(symbol): symbol for symbol in sorted(symbols, reverse=True) if qualname_of(symbol)}
    near = [names[name] for name in get_close_matches(text, names, n=_SHOWN)]
    hint = f"; did you mean {_listed(tuple(near))}?" if near else ""
    raise TargetError(f"no symbol {text!r} in what was analysed{hint}")


def _listed(symbols: tuple[SymbolId, ...]) -> str:
    rest = f" and {len(symbols) - _SHOWN} more" if len(symbols) > _SHOWN else ""
    return ", ".join(symbols[:_SHOWN]) + rest
