"""Judging one predicted call by one run, for claims and for precision alike.

The question is first whether the call was seen, then whether it had its chance: the site's line ran, on a receiver for
which it was predicted, outside a conditional expression (line evidence cannot tell the parts of a line apart), and the
run did not break off on that very line. Only a call that must happen and had its chance can be refuted.
"""

from __future__ import annotations

from collections.abc import Iterable

from tracer.judge.answers import Answer, confirmed, not_exercised, not_observed, refuted
from tracer.judge.places import contains
from tracer.judge.runs import IndexedRun
from tracer.judge.traces import IndexedTrace, is_compatible
from tracer.model.claims import Claim, Step, reached_name
from tracer.model.edges import CallEdge, Guard, Site
from tracer.model.evidence import ObservedEdge


def judge_call(claim: Claim, run: IndexedRun, trace: IndexedTrace) -> Answer:
    """Judge a call claim by one run of its entry."""
    return judge_step(claim.steps[0], claim.guards, run, trace, must=claim.certain)


def judge_edge(edge: CallEdge, run: IndexedRun, trace: IndexedTrace) -> Answer:
    """Judge a predicted edge that no page claims, by the same rules."""
    step = Step(edge.caller, edge.callee, edge.receiver, edge.via, edge.site)
    return judge_step(step, edge.guards, run, trace, must=edge.must)


def judge_step(step: Step, guards: Iterable[Guard], run: IndexedRun, trace: IndexedTrace, *, must: bool) -> Answer:
    """Judge that ``step`` happens (``must``) or may happen in one run."""
    seen = run.edges_at(step.site)
    hits = [edge for edge in seen if edge.callee == step.callee]
    matching = [edge for edge in hits if is_compatible(step.receiver, edge.receiver)]
    if matching:
        return confirmed(*_names(matching))
    silence = _why_silent(step, guards, run, trace)
    if silence:
        return not_exercised(silence)
    actual = _names(hits or seen)
    if not must:
        return not_observed("the line ran and this call was not seen", *actual)
    if hits:
        return refuted(f"ran on {_receivers(hits)}", *actual)
    if seen:
        return refuted(f"called {', '.join(actual)} instead", *actual)
    return refuted("the line ran and nothing in scope was called")


def _why_silent(step: Step, guards: Iterable[Guard], run: IndexedRun, trace: IndexedTrace) -> str:
    """Why not seeing the call says nothing, empty where it does say something."""
    site = step.site
    if run.run.partial:
        return f"the recording of {run.label} stopped early"
    receivers = trace.caller_receivers(site, step.callee, step.receiver) or {None}
    if run.edges_by_caller and not _caller_ran(site, receivers, run, trace):
        return f"{site.owner} did not run on {_or_none(receivers)}"
    executed = run.is_executed(site)
    if executed is None and not run.edges_at(site):
        return "no record of executed lines"
    if executed is False:
        return "the line did not run"
    if any(is_inline(guard, site) for guard in guards):
        return "part of a conditional expression: line evidence cannot tell whether it ran"
    if _breaks_off_at(site, run):
        return f"{run.label} raised on this line"
    return ""


def is_inline(guard: Guard, site: Site) -> bool:
    """Whether the guard's test and the site share a line, as in ``a() if test else b()`` or ``test and a()``."""
    lines = range(guard.span.line, guard.span.end_line + 1)
    return guard.path == site.path and (site.span.line in lines or contains(site.span, guard.span))


def _caller_ran(site: Site, receivers: set[str | None], run: IndexedRun, trace: IndexedTrace) -> bool:
    # The entry itself is started by the runner: no edge leads to it.
    return site.owner == trace.trace.symbol or run.has_started(site.owner, receivers)


def _breaks_off_at(site: Site, run: IndexedRun) -> bool:
    exception = run.run.exception
    lines = range(site.span.line, site.span.end_line + 1)
    return exception is not None and any(
        frame.path == site.path and frame.span.line in lines for frame in exception.stack
    )


def _names(edges: Iterable[ObservedEdge]) -> tuple[str, ...]:
    return tuple(sorted({reached_name(edge.callee, edge.receiver) for edge in edges}))


def _receivers(edges: Iterable[ObservedEdge]) -> str:
    return ", ".join(sorted({edge.receiver or "no receiver" for edge in edges}))


def _or_none(receivers: set[str | None]) -> str:
    return " or ".join(sorted(receiver or "any class" for receiver in receivers))
