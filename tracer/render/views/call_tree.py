"""The calls below one context as a tree that says everything once.

A walk keeps one context per kind of arguments, so the same function stands in it many times. Two merges make a tree
that can be read: calls of one caller that agree in callee, class, conditions and verdict are one branch with several
places, and a branch stands for all contexts that its calls lead to. Contexts that make the same calls, all the way
down, are told apart by nobody: they are spelled out where they come first and referred to afterwards, which also ends
recursion. Only calls with a verdict are branches.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

from tracer.model.edges import CallEdge
from tracer.model.program import ContextCall, EntryTrace
from tracer.model.verdicts import Verdict

FindVerdict = Callable[[CallEdge], Verdict | None]


@dataclass(frozen=True, slots=True)
class Branch:
    """Calls shown as one row: an edge per place, in the order of the walk.

    ``number`` counts the branches that are spelled out and is 0 for a leaf; ``shown_at`` is the number under which the
    calls below are spelled out instead; ``hidden`` is how many rows below are left out because they lie too deep.
    """

    edges: tuple[CallEdge, ...]
    children: tuple[Branch, ...] = ()
    number: int = 0
    shown_at: int = 0
    hidden: int = 0

    @property
    def size(self) -> int:
        """How many rows stand below this one."""
        return sum(1 + child.size for child in self.children)


class CallTree:
    """All that is claimed below one context; ``grow`` spells it out down to a depth."""

    def __init__(self, trace: EntryTrace, start: int, find_verdict: FindVerdict) -> None:
        self._find_verdict = find_verdict
        self._start = start
        self._calls = self._collect_calls(trace)
        self._kinds = _classify(trace, self._calls)

    def grow(self, depth: int) -> tuple[Branch, ...]:
        """The branches down to ``depth`` rows below each other; what lies deeper is counted."""
        grown = _Grown(self._rows_of, self._kinds)
        return grown.branches_of((self._start,), depth)

    def _collect_calls(self, trace: EntryTrace) -> dict[int, tuple[ContextCall, ...]]:
        """The claimed calls of every context that claimed calls lead to."""
        found: dict[int, tuple[ContextCall, ...]] = {}
        waiting = [self._start]
        while waiting:
            context = waiting.pop()
            if context not in found:
                calls = trace.contexts[context].calls
                found[context] = tuple(call for call in calls if self._find_verdict(call.edge) is not None)
                waiting.extend(call.context for call in found[context])
        return found

    def _rows_of(self, contexts: tuple[int, ...]) -> list[tuple[tuple[CallEdge, ...], tuple[int, ...]]]:
        """The rows that several contexts of one function make: merged edges, and the contexts they lead to."""
        rows: dict[Hashable, tuple[dict[Hashable, CallEdge], dict[int, None]]] = {}
        for call in (call for context in contexts for call in self._calls[context]):
            edges, reached = rows.setdefault(self._row_key(call.edge), ({}, {}))
            edges.setdefault(call.edge.site.key, call.edge)
            reached[call.context] = None
        return [(tuple(edges.values()), tuple(reached)) for edges, reached in rows.values()]

    def _row_key(self, edge: CallEdge) -> Hashable:
        verdict = self._find_verdict(edge)
        judged = (verdict.outcome, verdict.reason) if verdict else ()
        return (edge.callee, edge.receiver, edge.via, _conditions_of(edge), judged)


class _Grown:
    """One growth of a tree: which kinds of contexts are spelled out so far, and where."""

    def __init__(
        self,
        rows_of: Callable[[tuple[int, ...]], list[tuple[tuple[CallEdge, ...], tuple[int, ...]]]],
        kinds: dict[int, int],
    ) -> None:
        self._rows_of = rows_of
        self._kinds = kinds
        self._shown: dict[frozenset[int], int] = {}

    def branches_of(self, contexts: tuple[int, ...], depth: int) -> tuple[Branch, ...]:
        return tuple(self._branch_of(edges, reached, depth) for edges, reached in self._rows_of(contexts))

    def _branch_of(self, edges: tuple[CallEdge, ...], reached: tuple[int, ...], depth: int) -> Branch:
        below = self._rows_of(reached)
        if not below:
            return Branch(edges)
        kinds = frozenset(self._kinds[context] for context in reached)
        if kinds in self._shown:
            return Branch(edges, shown_at=self._shown[kinds])
        if depth <= 1:
            return Branch(edges, hidden=len(below))
        number = self._shown[kinds] = len(self._shown) + 1
        return Branch(edges, self.branches_of(reached, depth - 1), number)


def _conditions_of(edge: CallEdge) -> tuple[tuple[str, bool, str], ...]:
    return tuple((guard.text, guard.branch, guard.value) for guard in edge.guards)


def _classify(trace: EntryTrace, calls: dict[int, tuple[ContextCall, ...]]) -> dict[int, int]:
    """Number contexts so that two have one number exactly if they make the same calls, all the way down.

    Partition refinement: contexts of one function on one class start alike and are told apart by what they call, by
    what those call, and so on, until a round tells no more apart.
    """
    kinds = _number({c: (trace.contexts[c].symbol, trace.contexts[c].receiver) for c in calls})
    while True:
        told = {
            context: (kinds[context], frozenset((_call_key(call.edge), kinds[call.context]) for call in made))
            for context, made in calls.items()
        }
        finer = _number(told)
        if len(set(finer.values())) == len(set(kinds.values())):
            return finer
        kinds = finer


def _call_key(edge: CallEdge) -> Hashable:
    return (edge.site.key, edge.callee, edge.receiver, edge.via, _conditions_of(edge))


def _number(labels: Mapping[int, Hashable]) -> dict[int, int]:
    numbers: dict[Hashable, int] = {}
    return {context: numbers.setdefault(label, len(numbers)) for context, label in labels.items()}
