"""Judging how an entry ends: the exception and the frame that raised it, or completion."""

from __future__ import annotations

from tracer.judge.answers import Answer, confirmed, not_exercised, refuted
from tracer.judge.runs import IndexedRun
from tracer.judge.traces import IndexedTrace
from tracer.model.claims import Claim
from tracer.model.evidence import ObservedException
from tracer.model.verdicts import UNDECIDED, UNPREDICTED


def judge_ending(claim: Claim, run: IndexedRun, trace: IndexedTrace) -> Answer:
    """Judge an ending claim by one run of its entry.

    A raise nobody predicted is ``unpredicted``: the claim that the entry completes was our own miss. One that was
    predicted as possible leaves the claim undecided, since code alone could not tell.
    """
    exception = run.run.exception
    if exception is None and run.run.outcome != "completed":
        return not_exercised(f"{run.label} ended otherwise: {run.run.outcome}{_because(run.run.reason)}")
    if exception is None:
        return confirmed("completes") if claim.subject == "-" else refuted("completed without raising", "completes")
    actual = ending_of(exception)
    if claim.subject == "-":
        possible = {(bare_name(r.exception), r.site.owner) for r in trace.trace.raises}
        outcome = UNDECIDED if actual in possible else UNPREDICTED
        return Answer(outcome, f"raised {exception.type}: {exception.message}", actual)
    if actual == (bare_name(claim.expected[0]), claim.expected[1]):
        return confirmed(*actual, reason=exception.message)
    return refuted(f"raised {actual[0]} in {actual[1]}: {exception.message}", *actual)


def ending_of(exception: ObservedException) -> tuple[str, str]:
    """An exception's bare type name and the in-scope symbol that raised it, ``-`` where no frame was in scope."""
    return bare_name(exception.type), exception.stack[-1].symbol if exception.stack else "-"


def bare_name(name: str) -> str:
    """A type's name without its module."""
    return name.replace(":", ".").rpartition(".")[2]


def _because(reason: str) -> str:
    return f" ({reason})" if reason else ""
