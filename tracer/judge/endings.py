"""Judging how an entry ends: the exception, the place that raised it and what it said, or completion.

The same type at another place is another exception: both places are named. Messages are compared where both sides know
the text; what an assertion or an exit says is not its message as the code has it.
"""

from __future__ import annotations

from tracer.judge.answers import Answer, confirmed, not_exercised, refuted
from tracer.judge.places import place_text
from tracer.judge.runs import IndexedRun
from tracer.judge.traces import IndexedTrace
from tracer.model.claims import Claim
from tracer.model.edges import Site
from tracer.model.evidence import ObservedException
from tracer.model.names import NO_SPAN
from tracer.model.verdicts import UNDECIDED, UNPREDICTED

_MESSAGES_OF_THEIR_OWN = frozenset({"builtins:AssertionError", "builtins:SystemExit"})


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
        is_possible = any(not find_difference(exception, r.exception, r.site, r.message) for r in trace.trace.raises)
        outcome = UNDECIDED if is_possible else UNPREDICTED
        return Answer(outcome, f"raised {exception.type}: {exception.message}", actual)
    if claim.sites[0].span == NO_SPAN:
        return Answer(UNDECIDED, "the line that raises was not predicted", actual)
    difference = find_difference(exception, claim.subject, claim.sites[0], claim.reason)
    return refuted(difference, *actual) if difference else confirmed(*actual, reason=exception.message)


def ending_of(exception: ObservedException) -> tuple[str, str]:
    """An exception's bare type name and the in-scope symbol that raised it, ``-`` where no frame was in scope."""
    return bare_name(exception.type), exception.stack[-1].symbol if exception.stack else "-"


def find_difference(exception: ObservedException, predicted: str, site: Site, message: str) -> str:
    """What tells an exception from the predicted one, empty where type, function, line and message agree."""
    kind, symbol = ending_of(exception)
    if (kind, symbol) != (bare_name(predicted), site.owner):
        return f"raised {kind} in {symbol}{_place_of(exception)}: {exception.message}"
    frame = exception.stack[-1]
    same_lines = frame.span.line <= site.span.end_line and site.span.line <= frame.span.end_line
    if frame.path != site.path or not same_lines:
        claimed = place_text(site.path, site.span)
        return f"raised{_place_of(exception)}, not at {claimed}: {exception.message}"
    if _is_other_message(predicted, message, exception.message):
        return f"raised with another message: {exception.message!r}, not {message!r}"
    return ""


def _is_other_message(predicted: str, message: str, seen: str) -> bool:
    """Whether both messages are known and neither holds the other: of some, the analysis knows only a part."""
    if predicted in _MESSAGES_OF_THEIR_OWN or not predicted.startswith("builtins:") or not (message and seen):
        return False
    return message not in seen and seen not in message


def _place_of(exception: ObservedException) -> str:
    return f" at {place_text(exception.stack[-1].path, exception.stack[-1].span)}" if exception.stack else ""


def bare_name(name: str) -> str:
    """A type's name without its module."""
    return name.replace(":", ".").rpartition(".")[2]


def _because(reason: str) -> str:
    return f" ({reason})" if reason else ""
