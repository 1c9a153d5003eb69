"""Questions asked in a terminal: a class's linearisation, an attribute's accesses, calls, what is known of a symbol.

Each is answered with the plain object that ``--json`` prints, its lists sorted and free of repetitions. Nothing is
written but the cache, and no code that is asked about is run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeVar

from tracer.claim.attributes import concerns, first_writes_of, may_mean
from tracer.claim.symbols import check_attribute, find_callable, known_symbols, resolve_class, resolve_symbol
from tracer.errors import TargetError
from tracer.link.accesses import WRITE_FORMS, find_accesses
from tracer.model.edges import Access, CallEdge, Guard, Site
from tracer.model.names import SymbolId, dotted_name_of, module_of, qualname_of
from tracer.model.program import EntryTrace, Program, edge_order
from tracer.model.progress import Progress, Silence
from tracer.model.targets import SourceSpec
from tracer.selection import Selected, select_classes, select_programs

Answer = dict[str, Any]
Note = Callable[[str, str], None]
Found = TypeVar("Found")
SCHEMA = 1
SILENCE = Silence()


def ignore(place: str, message: str) -> None:
    """Take no note of what could not be read."""


def mro(spec: SourceSpec, class_name: str, progress: Progress = SILENCE, note: Note = ignore) -> Answer:
    """Answer ``tracer mro``; raises ``TargetError`` for a class that is unknown or ambiguous."""
    chosen = note_problems(select_classes(spec, progress), note)
    selected, symbol = find_first(chosen, lambda one: resolve_class(one.program, class_name))
    known = selected.program.classes[symbol]
    packages = {module_of(base).partition(".")[0] for base in known.mro}
    return {
        "schema": SCHEMA,
        "class": symbol,
        "mro": list(known.mro),
        "methods": {name: known.methods[name] for name in sorted(known.methods)},
        "libraries": {name: version for name, version in selected.program.libraries.items() if name in packages},
        "unresolved": [{"name": name, "reason": reason} for name, reason in known.unresolved],
    }


def attr(spec: SourceSpec, name: str, progress: Progress = SILENCE, note: Note = ignore) -> Answer:
    """Answer ``tracer attr``; ``name`` is an attribute's, or ``Class.attribute`` for one class and its subclasses.

    Raises ``TargetError`` for a name that nothing stores, loads or declares, and for a class that is not known.
    """
    chosen = note_problems(select_programs(spec, progress), note)
    find_first(chosen, lambda one: check_attribute(one.program, name, one.codebase.attribute_names(one.program)))
    named: list[Access] = []
    generic: list[Access] = []
    first: list[Answer] = []
    for selected in chosen:
        here = find_named_accesses(selected, name)
        named += here
        generic += find_generic_stores(selected.program, name, here)
        first += list_first(selected.program, name)
    return {
        "schema": SCHEMA,
        "attribute": name,
        "writes": merge_accesses(access for access in named if access.site.form in WRITE_FORMS),
        "generic": merge_accesses(generic),
        "reads": merge_accesses(access for access in named if access.site.form not in WRITE_FORMS),
        "first": first,
    }


def calls(
    spec: SourceSpec, start: str | None, *, to: str | None = None, progress: Progress = SILENCE, note: Note = ignore
) -> Answer:
    """Answer ``tracer calls``: every edge, those of one caller, or the chains from ``start`` that reach ``to``.

    Raises ``TargetError`` for a symbol that is unknown or ambiguous.
    """
    chosen = note_problems(select_programs(spec, progress), note)
    edges = {edge for selected in chosen for trace in selected.program.traces.values() for edge in trace.edges()}
    chains: list[tuple[CallEdge, ...]] = []
    if start is not None:
        selected, caller = find_first(chosen, lambda one: resolve_caller(one.program, start))
        traces = [trace for _, trace in sorted(selected.program.traces.items())]
        edges = {edge for trace in traces for edge in trace.edges() if edge.caller == caller}
        if to is not None:
            goal = resolve_caller(selected.program, to)
            chains = list(dict.fromkeys(chain for trace in traces for chain in find_chains(trace, caller, goal)))
            edges = {edge for chain in chains for edge in chain}
    shown = merge_edges(edges)
    numbers = {key: number for number, key in enumerate(shown)}
    paths = dict.fromkeys(tuple(numbers[edge_key(edge)] for edge in chain) for chain in chains)
    return {"schema": SCHEMA, "edges": list(shown.values()), "paths": [list(path) for path in paths]}


def show(spec: SourceSpec, symbol: str, progress: Progress = SILENCE, note: Note = ignore) -> Answer:
    """Answer ``tracer show``: where a symbol is defined, a class's bases and methods, callees and callers.

    Raises ``TargetError`` for a symbol that is unknown or ambiguous.
    """
    chosen = note_problems(select_programs(spec, progress), note)
    selected, found = find_first(chosen, lambda one: resolve_shown(one.program, symbol, one.definitions()))
    known = selected.program.classes.get(found)
    edges = {edge for trace in selected.program.traces.values() for edge in trace.edges()}
    defined = selected.find_definition(found)
    answer: Answer = {"schema": SCHEMA, "symbol": found, "kind": defined.form if defined else "unknown"}
    if defined:
        answer["site"] = site_json(defined)
    if known:
        answer |= {"bases": list(known.bases), "mro": list(known.mro), "methods": dict(sorted(known.methods.items()))}
        answer["patches"] = {name: site_json(place) for name, place in sorted(known.patches.items())}
    answer["calls"] = list(merge_edges(edge for edge in edges if edge.caller == found).values())
    answer["called_by"] = list(merge_edges(edge for edge in edges if edge.callee == found).values())
    return answer


def note_problems(chosen: tuple[Selected, ...], note: Note) -> tuple[Selected, ...]:
    """Tell what could not be read: the files first, then imports that lead nowhere; returns what it was given."""
    problems = {problem for selected in chosen for problem in selected.program.problems}
    for place, message in sorted(problems, key=lambda problem: (problem[1].startswith("imports "), problem)):
        note(place, message)
    return chosen


def find_first(chosen: Sequence[Selected], resolve: Callable[[Selected], Found]) -> tuple[Selected, Found]:
    """The first selected code that knows a name, and what it is; raises the first's error where none does."""
    errors: list[TargetError] = []
    for selected in chosen:
        try:
            return selected, resolve(selected)
        except TargetError as error:
            errors.append(error)
    raise errors[0] if errors else TargetError("there is nothing to ask: no target is configured")


def resolve_shown(program: Program, text: str, defined: Collection[SymbolId] = ()) -> SymbolId:
    """A class, a function or a module as written by a user; ``defined`` are symbols of files, walked or not."""
    modules = {module_of(symbol) for symbol in known_symbols(program)}
    if text in modules:
        return text
    try:
        return resolve_symbol(program, text)
    except TargetError:
        named = [symbol for symbol in defined if text in {symbol, qualname_of(symbol), dotted_name_of(symbol)}]
        if len(named) != 1:
            raise
        return named[0]


def resolve_caller(program: Program, text: str) -> SymbolId:
    """Something that calls, as written by a user: a class stands for its ``__init__``, a module for its top level."""
    symbol = resolve_shown(program, text)
    return (find_callable(program, symbol) or symbol) if symbol in program.classes else symbol


def find_chains(trace: EntryTrace, caller: SymbolId, goal: SymbolId) -> Iterable[tuple[CallEdge, ...]]:
    """Chains of calls from ``caller`` to ``goal`` in walk order; a context is entered once per start."""
    for start, context in enumerate(trace.contexts):
        if context.symbol != caller:
            continue
        seen: set[int] = set()
        stack: list[tuple[int, tuple[CallEdge, ...]]] = [(start, ())]
        while stack:
            index, chain = stack.pop()
            if chain and chain[-1].callee == goal:
                yield chain
            elif index not in seen:
                seen.add(index)
                stack.extend((call.context, (*chain, call.edge)) for call in reversed(trace.contexts[index].calls))


def find_named_accesses(selected: Selected, documented: str) -> list[Access]:
    """The accesses in the code's own files whose name resolves to the attribute.

    Walked ones know their class; those that no walk went through are found by syntax alone.
    """
    program, attribute = selected.program, documented.rpartition(".")[2]
    accesses = [access for trace in program.traces.values() for access in (*trace.writes, *trace.reads)]
    walked = [access for access in accesses if access.attribute == attribute]
    known = {access.site for access in walked}
    modules = selected.modules()
    own = {module.place.path for module in modules}
    written = [access for module in modules for access in find_accesses(module, attribute)]
    return [
        access
        for access in (*walked, *(access for access in written if access.site not in known))
        if access.site.path in own and not access.generic and concerns(program, documented, attribute, access.owner)
    ]


def find_generic_stores(program: Program, documented: str, named: Iterable[Access]) -> list[Access]:
    """The stores, libraries' included, whose name is only known at run time and is, or may be, the attribute's.

    One under a name that no walk could tell may be any name: it counts on classes that ``named`` accesses speak of.
    """
    owners = frozenset(access.owner for access in named if access.owner)
    writes = {access for trace in program.traces.values() for access in trace.writes if access.generic}
    return [
        access
        for access in writes
        if concerns(program, documented, access.attribute, access.owner) or may_mean(program, access, owners)
    ]


def list_first(program: Program, documented: str) -> list[Answer]:
    """Where each entry first sets the attribute: alternatives in the order of the walk."""
    return [
        {
            "entry": name,
            "site": site_json(first.access.site, first.owner, first.guards),
            "chain": [site_json(edge.site, edge.receiver, edge.guards) for edge in first.chain],
        }
        for name, trace in sorted(program.traces.items())
        for first in first_writes_of(program, trace, documented)
    ]


def merge_accesses(accesses: Iterable[Access]) -> list[Answer]:
    """One object per place, sorted; its receiver where there is only one, the conditions that all walks agree on."""
    places: dict[Site, list[Access]] = {}
    for access in accesses:
        places.setdefault(access.site, []).append(access)
    merged = []
    for site in sorted(places):
        owners = {access.owner for access in places[site]}
        guards = [guard for guard in places[site][0].guards if all(guard in access.guards for access in places[site])]
        merged.append(site_json(site, owners.pop() if len(owners) == 1 else None, guards))
    return merged


def merge_edges(edges: Iterable[CallEdge]) -> dict[tuple[object, ...], Answer]:
    """One object per site, callee, receiver and way there, sorted, under the conditions that all walks agree on."""
    groups: dict[tuple[object, ...], list[CallEdge]] = {}
    for edge in sorted(edges, key=edge_order):
        groups.setdefault(edge_key(edge), []).append(edge)
    merged: dict[tuple[object, ...], Answer] = {}
    for key, group in groups.items():
        first = group[0]
        guards = [guard for guard in first.guards if all(guard in edge.guards for edge in group)]
        ends = {"caller": first.caller, "callee": first.callee}
        merged[key] = ends | site_json(first.site, first.receiver, guards) | {"via": list(first.via)}
    return merged


def edge_key(edge: CallEdge) -> tuple[object, ...]:
    """What tells two edges of an answer apart."""
    return (edge.site, edge.callee, edge.receiver, edge.via)


def site_json(site: Site, receiver: SymbolId | None = None, guards: Iterable[Guard] = ()) -> Answer:
    """A place as the JSON of every answer has it; a guard reads ``text`` or ``not (text)``."""
    return {
        "path": site.path,
        "line": site.span.line,
        "column": site.span.column,
        "end_line": site.span.end_line,
        "end_column": site.span.end_column,
        "in": site.owner,
        "form": site.form,
        "receiver": receiver,
        "guards": list(dict.fromkeys(guard.text if guard.branch else f"not ({guard.text})" for guard in guards)),
        "library": site.library,
    }
