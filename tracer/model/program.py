"""The linked program: classes with their linearisations, and one trace per entry point.

An ``EntryTrace`` is the tree of contexts that one abstract walk went through. A context is a function analysed for one
receiver and one kind of arguments; contexts are shared, so the tree is a graph and a recursive call points back up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tracer.model.edges import Access, CallEdge, Guard, Site, Unresolved
from tracer.model.names import SymbolId


@dataclass(frozen=True, slots=True)
class ClassLinearisation:
    """A class's full method resolution order, library bases included, and who supplies each method.

    ``methods`` maps a name to the symbol that runs when it is called on an instance, after monkey patches in force;
    ``object``'s are left out. ``alternatives`` has all candidates of the names of which code alone cannot tell which
    definition is in force, ``methods`` the first of them. ``patches`` maps a name that is served by a monkey patch to
    the site of the patch. ``unresolved`` are bases that could not be followed, as (name, reason). ``site`` is the class
    statement. ``bases`` are the direct bases in the order written.
    """

    symbol: SymbolId
    site: Site
    # An explicit field: `type.mro` would otherwise be taken for its default.
    mro: tuple[SymbolId, ...] = field()
    methods: Mapping[str, SymbolId]
    patches: Mapping[str, Site] = field(default_factory=dict)
    unresolved: tuple[tuple[str, str], ...] = ()
    bases: tuple[SymbolId, ...] = ()
    alternatives: Mapping[str, tuple[SymbolId, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ContextCall:
    """One call made in a context: the edge, and the callee's context (index into ``EntryTrace.contexts``)."""

    edge: CallEdge
    context: int


@dataclass(frozen=True, slots=True)
class Context:
    """A function analysed for one receiver; ``calls`` in the order of the walk."""

    symbol: SymbolId
    receiver: SymbolId | None
    calls: tuple[ContextCall, ...]


@dataclass(frozen=True, slots=True)
class FirstWrite:
    """Where an entry first sets ``attribute`` on an object of ``owner``.

    ``chain`` are the calls from the entry to the write, ``access`` the write itself. ``certain`` is False where a
    guard on the way could not be decided or the name is only possibly ``attribute``. Several values for one entry are
    alternatives, in the order of the walk.
    """

    entry: str
    attribute: str
    owner: SymbolId
    access: Access
    chain: tuple[CallEdge, ...]
    guards: tuple[Guard, ...]
    certain: bool


@dataclass(frozen=True, slots=True)
class PredictedRaise:
    """An exception the walk ran into on every path (``certain``) or on some."""

    entry: str
    exception: str
    message: str
    site: Site
    chain: tuple[CallEdge, ...]
    certain: bool


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A function's result: calling it in this entry returns instances of ``classes``, None's among them.

    ``complete`` is False where it may return what could not be followed as well.
    """

    entry: str
    function: SymbolId
    classes: tuple[SymbolId, ...]
    guards: tuple[Guard, ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class EntryTrace:
    """All that the walk from one entry point found. Context 0 is the entry itself."""

    name: str
    symbol: SymbolId
    contexts: tuple[Context, ...]
    writes: tuple[Access, ...]
    reads: tuple[Access, ...]
    first_writes: tuple[FirstWrite, ...]
    raises: tuple[PredictedRaise, ...]
    dispatches: tuple[Dispatch, ...]
    guards: tuple[Guard, ...]
    unresolved: tuple[Unresolved, ...]
    bounds: tuple[Unresolved, ...] = ()

    def edges(self) -> tuple[CallEdge, ...]:
        """Every distinct edge of the trace, sorted."""
        return tuple(sorted({call.edge for context in self.contexts for call in context.calls}, key=edge_order))

    def find_chain(self, callee: SymbolId) -> tuple[CallEdge, ...] | None:
        """The first chain of calls, in walk order (depth first), from the entry to ``callee``."""
        return next(self.chains_to(callee), None)

    def chains_to(self, callee: SymbolId) -> Iterator[tuple[CallEdge, ...]]:
        """Chains of calls from the entry to ``callee`` in walk order; a context is entered once.

        The order is that of a depth-first walk, so the first chain is the one whose call happens first.
        """
        seen: set[int] = set()
        stack: list[tuple[int, tuple[CallEdge, ...]]] = [(0, ())]
        while stack:
            index, chain = stack.pop()
            if chain and chain[-1].callee == callee:
                yield chain
            if index in seen:
                continue
            seen.add(index)
            stack.extend((call.context, (*chain, call.edge)) for call in reversed(self.contexts[index].calls))


def edge_order(edge: CallEdge) -> tuple[Site, str, str, str, tuple[str, ...]]:
    """A sort key for edges that tolerates missing receivers."""
    return (edge.site, edge.callee, edge.receiver or "", edge.caller_receiver or "", edge.via)


@dataclass(frozen=True, slots=True)
class Program:
    """A linked target: its classes by symbol, its entry traces by name, the files they rest on.

    ``files`` maps a path (as in ``Site.path``) to the file's SHA-256; ``libraries`` maps an import name to a version.
    ``scenarios`` maps a scenario to what it is told to do now, part by part, as ``ScenarioRun.configured`` has it.
    """

    target: str
    classes: Mapping[SymbolId, ClassLinearisation]
    traces: Mapping[str, EntryTrace]
    files: Mapping[str, str]
    libraries: Mapping[str, str]
    problems: tuple[tuple[str, str], ...] = ()
    scenarios: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def linearisation_of(self, symbol: SymbolId) -> ClassLinearisation | None:
        """The class's linearisation, or None for a class the target never reached."""
        return self.classes.get(symbol)
