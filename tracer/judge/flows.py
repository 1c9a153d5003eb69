"""Judging a flow by the in-scope stack at the moment its target first started.

The comparison is exact: the symbols of the stack, entry first, against the entry and the claimed callees; and the
receivers wherever both sides know one. A claim that code alone cannot be certain of is not refuted by another chain
that was also predicted, only left unobserved.
"""

from __future__ import annotations

from collections.abc import Sequence

from tracer.judge.answers import Answer, confirmed, not_exercised, not_observed, refuted, stale
from tracer.judge.freshness import changed_files, changed_reason
from tracer.judge.runs import IndexedRun
from tracer.judge.traces import IndexedTrace, is_compatible
from tracer.model.claims import Claim, Step, reached_name
from tracer.model.evidence import ObservedFrame
from tracer.model.program import Program
from tracer.model.verdicts import UNDECIDED

_Called = tuple[str, str | None]


def judge_flow(claim: Claim, run: IndexedRun, trace: IndexedTrace, program: Program) -> Answer:
    """Judge a flow claim by one run of its entry."""
    flows = run.flows_to(claim.subject)
    if not flows:
        return _never_started(claim, run)
    stack = flows[0].stack
    outdated = changed_reason(changed_files((frame.path for frame in stack), run.run, program))
    if outdated:
        return stale(outdated)
    return judge_chain(claim.steps, stack, trace, certain=claim.certain)


def judge_chain(steps: Sequence[Step], stack: Sequence[ObservedFrame], trace: IndexedTrace, *, certain: bool) -> Answer:
    """Compare a claimed chain of calls with a recorded stack, entry first."""
    predicted = [(trace.trace.symbol, None), *((step.callee, step.receiver) for step in steps)]
    observed = [(frame.symbol, frame.receiver) for frame in stack]
    actual = tuple(reached_name(*called) for called in observed)
    difference = _difference(predicted, observed)
    if not difference:
        return confirmed(*actual)
    if not certain and observed[0][0] == trace.trace.symbol and trace.has_path(observed[1:]):
        return not_observed(f"another predicted chain came first: {difference}", *actual)
    return refuted(difference, *actual)


def _never_started(claim: Claim, run: IndexedRun) -> Answer:
    if not claim.steps:
        return Answer(UNDECIDED, claim.reason)
    if run.run.partial or run.run.outcome != "completed":
        return not_exercised(f"{run.label} ended ({run.run.outcome}) before it started")
    if any(edge.callee == claim.subject for edge in run.run.edges):
        return not_exercised("it ran, but its first stack was not recorded")
    if claim.certain:
        return refuted(f"never started in {run.label}")
    return not_exercised(f"never started in {run.label}")


def _difference(predicted: Sequence[_Called], observed: Sequence[_Called]) -> str:
    """The first difference in words, empty where the chains agree."""
    for position, (claimed, seen) in enumerate(zip(predicted, observed, strict=False)):
        if claimed[0] != seen[0]:
            return f"step {position} is {reached_name(*seen)}, not {reached_name(*claimed)}"
        if not is_compatible(claimed[1], seen[1]):
            return f"step {position}, {seen[0]}, ran on {seen[1]}, not {claimed[1]}"
    if len(predicted) > len(observed):
        return f"{reached_name(*predicted[len(observed)])} is not on the stack"
    if len(observed) > len(predicted):
        return f"goes on to {reached_name(*observed[len(predicted)])}"
    return ""
