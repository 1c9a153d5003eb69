"""Numbered calls and the conditions on the way: what attribute traces and call flows are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tracer.model.claims import Claim, Step
from tracer.model.edges import CallEdge, Guard
from tracer.model.names import SymbolId
from tracer.model.verdicts import CONFIRMED, Verdict
from tracer.render.dossier import Dossier
from tracer.render.escape import Markdown, code, escape_text, join, sentence
from tracer.render.excerpts import cut_excerpt


@dataclass(frozen=True, slots=True)
class GuardView:
    """A condition: its text, how it must come out, what the code decides and what a run showed, each as markup."""

    text: Markdown
    needed: str
    static: Markdown
    observed: Markdown
    place: Markdown
    badge: Markdown


@dataclass(frozen=True, slots=True)
class StepView:
    """One call: ``headline`` says who calls whom on which class; ``notes`` hold via frames, guards and reasons."""

    number: int
    anchor: Markdown
    headline: Markdown
    badge: Markdown
    place: Markdown
    notes: tuple[Markdown, ...]
    excerpt: Markdown


def build_steps(dossier: Dossier, claim: Claim, here: str, prefix: str = "step") -> tuple[StepView, ...]:
    """Number the calls of a claim's chain, from the entry on."""
    edges = _edges_of(dossier, claim.entry)
    return tuple(
        _build_step(dossier, claim, step, number, here, prefix, _guards_of(edges, step))
        for number, step in enumerate(claim.steps, 1)
    )


def _edges_of(dossier: Dossier, entry: str | None) -> tuple[CallEdge, ...]:
    trace = dossier.program.traces.get(entry or "")
    return trace.edges() if trace else ()


def _guards_of(edges: Iterable[CallEdge], step: Step) -> tuple[Guard, ...]:
    """The conditions over one step, which the linked edge knows and the claim only holds in one list."""
    same = (edge for edge in edges if edge.site.key == step.site.key and edge.callee == step.callee)
    return next((edge.guards for edge in same), ())


def _build_step(
    dossier: Dossier, claim: Claim, step: Step, number: int, here: str, prefix: str, guards: tuple[Guard, ...]
) -> StepView:
    verdict = dossier.ledger.find_call(step, claim.entry)
    return StepView(
        number,
        Markdown(f"{prefix}-{number}"),
        describe_step(dossier, step, here),
        dossier.badge(verdict, here),
        dossier.shown_place(step.site, here),
        _collect_notes(dossier, step, verdict, guards),
        cut_excerpt(dossier.lines_of, step.site),
    )


def describe_step(dossier: Dossier, step: Step, here: str) -> Markdown:
    """One sentence: the caller calls the callee, on the receiver's class where there is one."""
    return describe_call(dossier, step.caller, step.callee, step.receiver, here)


def describe_call(
    dossier: Dossier, caller: SymbolId, callee: SymbolId, receiver: SymbolId | None, here: str
) -> Markdown:
    """The same sentence about a call given by its symbols."""
    names = dossier.symbol(caller, here), dossier.symbol(callee, here)
    if receiver is None:
        return sentence("{} calls {}", *names)
    return sentence("{} calls {} on {}", *names, dossier.symbol(receiver, here))


def _collect_notes(
    dossier: Dossier, step: Step, verdict: Verdict | None, guards: tuple[Guard, ...]
) -> tuple[Markdown, ...]:
    notes = []
    if step.via:
        notes.append(sentence("Through {}, which is outside the traced code.", join(" → ", tuple(map(code, step.via)))))
    notes.extend(
        sentence("Only where {} is {} (the code alone says: {}).", code(guard.text), _word(guard), guard.value)
        if guard.is_condition
        else sentence("Only within {} (the code alone says: {}).", code(guard.text), guard.value)
        for guard in guards
    )
    if library := dossier.library_of(step.caller):
        notes.append(sentence("This call stands in library code, {}.", library))
    if explanation := dossier.explanation(verdict):
        notes.append(explanation)
    return tuple(notes)


def build_guards(dossier: Dossier, claim: Claim, here: str) -> tuple[GuardView, ...]:
    """The conditions on the way of a claim, outermost first, with their verdicts."""
    return tuple(_build_guard(dossier, guard, claim.entry, here) for guard in claim.guards)


def _build_guard(dossier: Dossier, guard: Guard, entry: str | None, here: str) -> GuardView:
    verdict = dossier.ledger.find_guard(guard, entry)
    reason = sentence("{}: {}", guard.value, guard.reason) if guard.reason else escape_text(guard.value)
    return GuardView(
        code(guard.text),
        _word(guard),
        reason,
        _observed_value(verdict),
        dossier.place(dossier.locate(guard.path, guard.span)),
        dossier.badge(verdict, here),
    )


def _observed_value(verdict: Verdict | None) -> Markdown:
    if verdict is None:
        return Markdown("–")
    if verdict.actual:
        return join(", ", verdict.actual)
    return join(", ", verdict.claim.expected) if verdict.outcome == CONFIRMED else Markdown("–")


def _word(guard: Guard) -> str:
    return "true" if guard.branch else "false"
