"""The chain of calls from an entry point to one function, each call with its lines, and what a run really did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from tracer.model.claims import Claim, Step
from tracer.model.evidence import ObservedFrame
from tracer.model.names import SymbolId, module_of, short_name_of
from tracer.model.verdicts import Verdict
from tracer.render.addresses import relative_to, title_of
from tracer.render.dossier import Dossier
from tracer.render.escape import Markdown, code, sentence
from tracer.render.graphs import NODE_LIMIT, Graph, GraphEdge, GraphNode
from tracer.render.views.steps import GuardView, StepView, build_guards, build_steps
from tracer.render.views.wording import name_classes

_Grouping = Callable[[Dossier, Step], str]


@dataclass(frozen=True, slots=True)
class FlowView:
    """A flow page: the claim in a sentence, its calls, conditions, picture and the stack a run recorded."""

    title: Markdown
    entry: str
    answer: Markdown
    badge: Markdown
    explanation: Markdown
    steps: tuple[StepView, ...]
    guards: tuple[GuardView, ...]
    graph: Graph
    outline: tuple[Markdown, ...]
    observed: tuple[Markdown, ...]
    results: tuple[Markdown, ...]


def build_flow(dossier: Dossier, verdict: Verdict, here: str) -> FlowView:
    """Build the page of one flow claim."""
    claim = verdict.claim
    return FlowView(
        code(short_name_of(claim.subject)),
        claim.entry or "any entry",
        _answer(dossier, claim, here),
        dossier.badge(verdict, here),
        dossier.explanation(verdict),
        build_steps(dossier, claim, here),
        build_guards(dossier, claim, here),
        draw_chain(dossier, claim, here),
        _outline(dossier, claim, here),
        _list_observed(dossier, claim, here),
        _describe_results(dossier, claim, here),
    )


def _answer(dossier: Dossier, claim: Claim, here: str) -> Markdown:
    target = dossier.symbol(claim.subject, here)
    if not claim.steps:
        return sentence("No call of {} was found in {}.", target, claim.entry or "any entry")
    receiver = claim.steps[-1].receiver
    on = sentence(" on {}", dossier.symbol(receiver, here)) if receiver else ""
    calls = "call" if len(claim.steps) == 1 else "calls"
    return sentence(
        "{} first runs{} after {} {} in {}.", target, on, len(claim.steps), calls, claim.entry or "any entry"
    )


def _outline(dossier: Dossier, claim: Claim, here: str) -> tuple[Markdown, ...]:
    """The picture in words: the frames from the entry to the target."""
    if not claim.steps:
        return ()
    frames = [(claim.steps[0].caller, None), *((step.callee, step.receiver) for step in claim.steps)]
    return tuple(_frame(dossier, symbol, receiver, here) for symbol, receiver in frames)


def _frame(dossier: Dossier, symbol: SymbolId, receiver: SymbolId | None, here: str) -> Markdown:
    text = dossier.symbol(symbol, here)
    library = dossier.library_of(symbol)
    text = sentence("{} ({})", text, library) if library else text
    return sentence("{} on {}", text, dossier.symbol(receiver, here)) if receiver else text


def _list_observed(dossier: Dossier, claim: Claim, here: str) -> tuple[Markdown, ...]:
    flow = dossier.observations.find_flow(claim.entry or "", claim.subject)
    return tuple(_observed_frame(dossier, frame, here) for frame in flow.stack) if flow else ()


def _observed_frame(dossier: Dossier, frame: ObservedFrame, here: str) -> Markdown:
    at = dossier.place(dossier.locate(frame.path, frame.span))
    return sentence("{} at {}", _frame(dossier, frame.symbol, frame.receiver, here), at)


def _describe_results(dossier: Dossier, claim: Claim, here: str) -> tuple[Markdown, ...]:
    """What the function returned: as claimed from the code, and as seen in the runs of the entry."""
    entry = claim.entry or "any entry"
    verdict = dossier.ledger.find("dispatch", claim.subject, claim.entry)
    target = dossier.symbol(claim.subject, here)
    if verdict is None or verdict.claim.entry != claim.entry:
        stated = sentence("From the code alone nothing is claimed about what {} returns in {}.", target, entry)
    else:
        classes = name_classes(dossier, verdict.claim.expected, here)
        mark, why = dossier.badge(verdict, here), dossier.explanation(verdict)
        stated = sentence("In {}, {} returns {}. {} {}", entry, target, classes, mark, why)
    returned = dossier.observations.returns_of(claim.entry or "", claim.subject)
    if not returned:
        return (stated, sentence("No run recorded what it returned."))
    return (stated, sentence("In the run of {} it returned {}.", entry, name_classes(dossier, returned, here)))


def draw_chain(dossier: Dossier, claim: Claim, here: str) -> Graph:
    """Picture a chain of calls, folding neighbours of one library, then of one module, until it is small enough."""
    groups: list[tuple[Step, ...]] = [(step,) for step in claim.steps]
    for same in (_library_of_callee, _module_of_callee):
        if len(groups) >= NODE_LIMIT:
            groups = _fold(dossier, groups, same)
    frames = [_entry_node(dossier, claim, here)] if claim.steps else []
    frames += [_group_node(dossier, group, claim.steps.index(group[0]) + 1) for group in groups]
    edges = tuple(GraphEdge(tail.id, head.id) for tail, head in pairwise(frames))
    return Graph(f"Calls from {claim.entry} to {title_of(claim.subject)}", tuple(frames), edges)


def _library_of_callee(dossier: Dossier, step: Step) -> str:
    return dossier.library_of(step.callee)


def _module_of_callee(_: Dossier, step: Step) -> str:
    return module_of(step.callee)


def _fold(dossier: Dossier, groups: list[tuple[Step, ...]], same: _Grouping) -> list[tuple[Step, ...]]:
    folded: list[tuple[Step, ...]] = []
    for group in groups:
        label = same(dossier, group[0])
        if folded and label and same(dossier, folded[-1][0]) == label:
            folded[-1] += group
        else:
            folded.append(group)
    return folded


def _entry_node(dossier: Dossier, claim: Claim, here: str) -> GraphNode:
    caller = claim.steps[0].caller
    address = dossier.addresses.find_symbol(caller)
    return GraphNode("n0", (title_of(caller),), html_link(here, address), caller, "entry")


def _group_node(dossier: Dossier, group: tuple[Step, ...], number: int) -> GraphNode:
    step = group[0]
    style = "own" if dossier.is_own(step.callee) else "library"
    if len(group) > 1:
        label = dossier.library_of(step.callee) or module_of(step.callee)
        span = f"{number}–{number + len(group) - 1}"
        return GraphNode(f"n{number}", (f"{span}  {label}", f"{len(group)} calls"), f"#step-{number}", "", style)
    lines = (f"{number}  {title_of(step.callee)}", *((f"on {title_of(step.receiver)}",) if step.receiver else ()))
    return GraphNode(f"n{number}", lines, f"#step-{number}", step.callee, style)


def html_link(here: str, address: str | None) -> str:
    """The link of a picture, which the site generator does not rewrite: to the built page, not to its source."""
    if address is None:
        return ""
    page, hash_sign, anchor = address.partition("#")
    built = relative_to(here, page).removesuffix(".md") + ".html"
    return f"{built}{hash_sign}{anchor}"
