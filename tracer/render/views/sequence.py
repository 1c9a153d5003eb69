"""What happens when something is built or run: the calls below one symbol as a tree that can be folded.

A function's calls are shown once per page; where the walk comes back to it the tree points up instead of repeating
itself, which also ends recursion. Library calls start folded, and so does what lies deep. Only calls that are claimed
are shown: what a library does among itself is not the target's story, and has no verdict.
"""

from __future__ import annotations

from dataclasses import dataclass

from tracer.model.edges import CallEdge, Guard
from tracer.model.names import SymbolId
from tracer.model.program import ContextCall, EntryTrace
from tracer.render.dossier import Dossier
from tracer.render.escape import Markdown, code, join, sentence

NODE_LIMIT = 600
OPEN_DEPTH = 3
_DEEPEST = 30


@dataclass(frozen=True, slots=True)
class BranchView:
    """One call of the tree: who is called, remarks, verdict, the calls it makes, and whether it starts unfolded."""

    label: Markdown
    badge: Markdown
    place: Markdown
    remarks: Markdown
    is_open: bool
    children: tuple[BranchView, ...]
    size: int


@dataclass(frozen=True, slots=True)
class SequenceView:
    """A calling sequence page; ``cut`` says what was left out to keep the page readable, or is empty."""

    title: str
    entry: str
    symbol: Markdown
    lead: Markdown
    branches: tuple[BranchView, ...]
    size: int
    cut: str


class _TreeBuilder:
    """Grows one page's tree; remembers which contexts are already shown and how many calls are."""

    def __init__(self, dossier: Dossier, trace: EntryTrace, here: str) -> None:
        self._dossier = dossier
        self._trace = trace
        self._here = here
        self._shown: set[int] = set()
        self.count = 0
        self.left_out = 0

    def grow(self, context: int, depth: int) -> tuple[BranchView, ...]:
        """The calls a context makes, each with its own calls below."""
        self._shown.add(context)
        branches = []
        for call in self._trace.contexts[context].calls:
            if self._dossier.ledger.find_call(call.edge, self._trace.name) is None:
                continue
            if self.count >= NODE_LIMIT or depth >= _DEEPEST:
                self.left_out += 1
                continue
            self.count += 1
            branches.append(self._grow_branch(call, depth))
        return tuple(branches)

    def _grow_branch(self, call: ContextCall, depth: int) -> BranchView:
        edge = call.edge
        repeated = call.context in self._shown and bool(self._trace.contexts[call.context].calls)
        children = () if repeated else self.grow(call.context, depth + 1)
        verdict = self._dossier.ledger.find_call(edge, self._trace.name)
        return BranchView(
            _label(self._dossier, edge, self._here),
            self._dossier.badge(verdict, self._here),
            self._dossier.place(edge.site),
            self._remark(edge, is_repeated=repeated),
            self._dossier.is_own(edge.callee) and depth < OPEN_DEPTH,
            children,
            sum(1 + child.size for child in children),
        )

    def _remark(self, edge: CallEdge, *, is_repeated: bool) -> Markdown:
        count = self._dossier.observations.count_calls(self._trace.name, edge.site, edge.callee)
        remarks: list[Markdown] = [sentence("× {} in the run", count)] if count > 1 else []
        remarks += [self._describe_guard(guard) for guard in edge.guards]
        if edge.via:
            remarks.append(sentence("via {}", join(" → ", tuple(map(code, edge.via)))))
        if library := self._dossier.library_of(edge.callee):
            remarks.append(sentence("{}", library))
        if is_repeated:
            remarks.append(Markdown("its calls are shown above"))
        return join("; ", remarks)

    def _describe_guard(self, guard: Guard) -> Markdown:
        needed = "true" if guard.branch else "false"
        mark = self._dossier.badge(self._dossier.ledger.find_guard(guard, self._trace.name), self._here)
        if guard.value in {"true", "false"} and guard.value != needed:
            return sentence("not taken: {} is {} {}", code(guard.text), guard.value, mark)
        decided = " (undecided)" if guard.value == "undecided" else ""
        if not guard.is_condition:
            return sentence("within {}{} {}", code(guard.text), decided, mark)
        return sentence("if {} is {}{} {}", code(guard.text), needed, decided, mark)


def _label(dossier: Dossier, edge: CallEdge, here: str) -> Markdown:
    callee = dossier.symbol(edge.callee, here)
    return sentence("{} on {}", callee, dossier.symbol(edge.receiver, here)) if edge.receiver else callee


def build_sequence(dossier: Dossier, title: str, entry: str, symbol: SymbolId, here: str) -> SequenceView:
    """Build the page of one configured calling sequence; a symbol may be given by its qualified name alone."""
    trace = dossier.program.traces.get(entry)
    start = _find_context(trace, symbol) if trace else None
    if trace is None or start is None:
        lead = sentence("The walk from {} never reaches {}.", entry, code(symbol))
        return SequenceView(title, entry, code(symbol), lead, (), 0, "")
    builder = _TreeBuilder(dossier, trace, here)
    branches = builder.grow(start, 0)
    context = trace.contexts[start]
    on = sentence(" on {}", dossier.symbol(context.receiver, here)) if context.receiver else Markdown("")
    root = dossier.symbol(context.symbol, here)
    lead = sentence("What {}{} calls, in the order of the walk from {}.", root, on, entry)
    cut = f"{builder.left_out} further calls are left out to keep the page readable." if builder.left_out else ""
    return SequenceView(title, entry, code(symbol), lead, branches, builder.count, cut)


def _find_context(trace: EntryTrace, symbol: SymbolId) -> int | None:
    """The first context, in walk order, that a configured symbol means.

    A whole symbol comes first, then a qualified name alone, a class for its constructor, and last a method named on
    the class it runs on rather than the one that defines it.
    """
    endings = (f":{symbol}", f".{symbol}", f":{symbol}.__init__", f".{symbol}.__init__")
    owner, _, method = symbol.rpartition(".")
    contexts = tuple(enumerate(trace.contexts))
    tests = (
        [i for i, context in contexts if context.symbol in {symbol, f"{symbol}.__init__"}],
        [i for i, context in contexts if context.symbol.endswith(endings)],
        [
            i
            for i, context in contexts
            if owner and context.symbol.endswith(f".{method}") and _is_named(context.receiver, owner)
        ],
    )
    return next((found[0] for found in tests if found), None)


def _is_named(symbol: SymbolId | None, name: str) -> bool:
    return symbol is not None and (symbol == name or symbol.endswith((f":{name}", f".{name}")))
