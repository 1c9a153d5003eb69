"""What happens when something is built or run: the calls below one symbol as a tree that can be folded.

Library calls start folded, and so does what lies deep. Only calls that are claimed are shown: what a library does among
itself is not the target's story, and has no verdict. A row's verdict is about its call wherever the scenario makes it;
the page says so, and marks what hangs below a call that is not confirmed. A page stays small enough to be read: what
lies too deep is left out, counted, and can be asked for.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import PurePosixPath

from tracer.model.edges import CallEdge, Guard
from tracer.model.names import SymbolId
from tracer.model.program import EntryTrace
from tracer.model.verdicts import CONFIRMED, Verdict
from tracer.render.addresses import anchor_of
from tracer.render.dossier import Dossier
from tracer.render.escape import Markdown, code, join, sentence
from tracer.render.views.call_tree import Branch, CallTree

PAGE_BYTES = 140_000
_ROW_BYTES = 130
_OPEN_DEPTH = 3
_DEEPEST = 30


@dataclass(frozen=True, slots=True)
class BranchView:
    """One row: who is called, verdict, places, remarks, the rows below, and whether it starts unfolded.

    ``anchor`` is empty for a row with nothing below. ``size`` counts the rows below.
    """

    anchor: str
    label: Markdown
    badge: Markdown
    places: Markdown
    remarks: Markdown
    is_open: bool
    is_doubtful: bool
    children: tuple[BranchView, ...]
    size: int

    @property
    def weight(self) -> int:
        """About how many bytes the row and those below take on a page."""
        own = sum(len(part.encode()) for part in (self.label, self.badge, self.places, self.remarks))
        return _ROW_BYTES + own + sum(child.weight for child in self.children)


@dataclass(frozen=True, slots=True)
class SequenceView:
    """A calling sequence page.

    ``meaning`` says what its verdicts are about; ``cut`` what was left out to keep the page readable, or is empty.
    """

    title: str
    entry: str
    lead: Markdown
    meaning: Markdown
    branches: tuple[BranchView, ...]
    size: int
    cut: Markdown


class _RowWriter:
    """Words the rows of one page; remembers which calls' counts are told already."""

    def __init__(self, dossier: Dossier, trace: EntryTrace, here: str) -> None:
        self._dossier = dossier
        self._entry = trace.name
        self._here = here
        self._counted: set[tuple[object, ...]] = set()

    def write(self, branches: tuple[Branch, ...], depth: int = 0, *, doubtful: bool = False) -> tuple[BranchView, ...]:
        """Word the rows of one caller and all below; ``doubtful`` where a call above is not confirmed."""
        return tuple(self._write_row(branch, depth, doubtful=doubtful) for branch in branches)

    def _write_row(self, branch: Branch, depth: int, *, doubtful: bool) -> BranchView:
        edge = branch.edges[0]
        verdict = self._verdict_of(edge)
        remarks = self._remark(branch, doubtful=doubtful)
        below = doubtful or verdict is None or verdict.outcome != CONFIRMED
        children = self.write(branch.children, depth + 1, doubtful=below)
        return BranchView(
            f"call-{branch.number}" if branch.number else "",
            _label(self._dossier, edge, self._here),
            self._dossier.badge(verdict, self._here),
            self._list_places(branch.edges),
            remarks,
            self._dossier.is_own(edge.callee) and depth < _OPEN_DEPTH,
            doubtful,
            children,
            branch.size,
        )

    def _verdict_of(self, edge: CallEdge) -> Verdict | None:
        return self._dossier.ledger.find_call(edge, self._entry)

    def _list_places(self, edges: tuple[CallEdge, ...]) -> Markdown:
        """The places of a row. All but the first carry their claim, since the row's badge carries the first's."""
        first, *rest = edges
        shown = [self._dossier.linked(code(_short_place(first)), first.site)]
        for edge in rest:
            same = edge.site.path == first.site.path
            text = code(f":{edge.site.span.line}" if same else _short_place(edge))
            link = self._dossier.linked(text, edge.site)
            verdict = self._verdict_of(edge)
            claim = Markdown(f' data-claim="{anchor_of(verdict.claim.key)}"' if verdict else "")
            shown.append(sentence("<span{}>{}</span>", claim, link))
        return join(", ", shown)

    def _remark(self, branch: Branch, *, doubtful: bool) -> Markdown:
        edge = branch.edges[0]
        count = sum(self._count_once(edge) for edge in branch.edges)
        remarks = [Markdown("under a call that is not confirmed")] if doubtful else []
        remarks += [sentence("× {} in the run", count)] if count > 1 else []
        remarks += [self._describe_guard(guard) for guard in edge.guards]
        if edge.via:
            remarks.append(sentence("via {}", join(" → ", tuple(map(code, edge.via)))))
        if library := self._dossier.library_of(edge.callee):
            remarks.append(sentence("{}", library))
        if branch.shown_at:
            remarks.append(Markdown(f"[its calls are shown above](#call-{branch.shown_at})"))
        if branch.size:
            remarks.append(sentence("{} below", branch.size))
        if branch.hidden:
            calls = "its one call is" if branch.hidden == 1 else f"its {branch.hidden} calls are"
            remarks.append(sentence("{} left out", calls))
        return join("; ", remarks)

    def _count_once(self, edge: CallEdge) -> int:
        """How often a run made a call, or 0 where the page has said so already."""
        key = (edge.site.key, edge.callee, edge.receiver)
        if key in self._counted:
            return 0
        self._counted.add(key)
        return self._dossier.observations.count_calls(self._entry, edge.site, edge.callee, edge.receiver)

    def _describe_guard(self, guard: Guard) -> Markdown:
        needed = "true" if guard.branch else "false"
        mark = self._dossier.badge(self._dossier.ledger.find_guard(guard, self._entry), self._here)
        if guard.value in {"true", "false"} and guard.value != needed:
            return sentence("not taken: {} is {} {}", code(guard.text), guard.value, mark)
        if not guard.is_condition:
            return sentence("within {} {}", code(guard.text), mark)
        return sentence("if {} is {} {}", code(guard.text), needed, mark)


def _label(dossier: Dossier, edge: CallEdge, here: str) -> Markdown:
    """The function, and the class it runs on where that is not the one that defines it."""
    callee = dossier.symbol(edge.callee, here)
    if edge.receiver is None or edge.callee.rpartition(".")[0] == edge.receiver:
        return callee
    return sentence("{} on {}", callee, dossier.symbol(edge.receiver, here))


def _short_place(edge: CallEdge) -> str:
    """The last folder, file and line of a call: enough to tell files of one name apart."""
    return f"{'/'.join(PurePosixPath(edge.site.path).parts[-2:])}:{edge.site.span.line}"


def build_sequence(dossier: Dossier, title: str, entry: str, symbol: SymbolId, here: str) -> SequenceView:
    """Build the page of one configured calling sequence; a symbol may be given by its qualified name alone."""
    trace = dossier.program.traces.get(entry)
    start = _find_context(trace, symbol) if trace else None
    if trace is None or start is None:
        lead = sentence("The walk from {} never reaches {}.", entry, code(symbol))
        return SequenceView(title, entry, lead, Markdown(""), (), 0, Markdown(""))
    tree = CallTree(trace, start, lambda edge: dossier.ledger.find_call(edge, entry))
    whole = _count(tree.grow(_DEEPEST))
    branches = _fit(dossier, trace, tree, here)
    size = sum(1 + branch.size for branch in branches)
    return SequenceView(
        title,
        entry,
        _lead(dossier, trace, start, size, here),
        _explain_verdicts(entry),
        branches,
        size,
        _describe_cut(dossier, whole - size),
    )


def _count(branches: tuple[Branch, ...]) -> int:
    return sum(1 + branch.size for branch in branches)


def _fit(dossier: Dossier, trace: EntryTrace, tree: CallTree, here: str) -> tuple[BranchView, ...]:
    """The rows of the deepest tree that fits a page; of a single level, as many rows as fit."""
    rows: tuple[BranchView, ...] = ()
    for depth in range(_DEEPEST, 0, -1):
        branches = tree.grow(depth)
        if depth > 1 and _count(branches) * _ROW_BYTES > PAGE_BYTES:
            continue
        rows = _RowWriter(dossier, trace, here).write(branches)
        if sum(row.weight for row in rows) <= PAGE_BYTES:
            return rows
    room, kept = PAGE_BYTES, []
    for row in rows:
        room -= row.weight
        if room < 0:
            break
        kept.append(row)
    return tuple(kept)


def _lead(dossier: Dossier, trace: EntryTrace, start: int, size: int, here: str) -> Markdown:
    context = trace.contexts[start]
    on = sentence(" on {}", dossier.symbol(context.receiver, here)) if context.receiver else Markdown("")
    calls = "1 call" if size == 1 else f"{size} calls"
    pattern = "What {}{} calls, in the order of the walk from {}: {}."
    return sentence(pattern, dossier.symbol(context.symbol, here), on, trace.name, calls)


def _explain_verdicts(entry: str) -> Markdown:
    pattern = (
        "A verdict is about the call in its row: that this place reaches this function on this class, anywhere in {}; "
        "that calls follow each other and nest as in this tree is not claimed."
    )
    return sentence(pattern, entry)


def _describe_cut(dossier: Dossier, left_out: int) -> Markdown:
    if not left_out:
        return Markdown("")
    command = code(f"tracer calls FUNCTION --target {shlex.quote(dossier.target.name)}")
    calls = "1 call is" if left_out == 1 else f"{left_out} calls are"
    pattern = "{} left out, the deepest first, to keep the page readable: {} prints those of any function."
    return sentence(pattern, calls, command)


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
