"""Judging which way a condition went, by the jumps between lines that a run recorded.

A jump from the test into what it guards says true, a jump to anywhere else says false. Lines that did not run say
nothing: the run may have ended, or never have come there. Where no jump tells, the condition was not exercised.
"""

from __future__ import annotations

from collections.abc import Iterable

from tracer.judge.answers import Answer, confirmed, not_exercised, refuted
from tracer.judge.conditions import Condition, Conditions
from tracer.judge.runs import IndexedRun
from tracer.model.claims import Claim
from tracer.model.edges import Guard
from tracer.model.verdicts import UNDECIDED

_INLINE = "part of an expression on one line: line evidence cannot tell its branches apart"
_UNCLEAR = "no jump from the test was recorded that tells how it came out"


def judge_guard(claim: Claim, run: IndexedRun, conditions: Conditions) -> Answer:
    """Judge a guard claim by one run of its entry; an undecided one stays so, with what was seen beside it."""
    guard = claim.guards[0]
    values = branches_taken(guard, run, conditions)
    actual = tuple("true" if value else "false" for value in sorted(values, reverse=True))
    if claim.expected == ("undecided",):
        return Answer(UNDECIDED, claim.reason or "code alone cannot tell", actual)
    if not values:
        return not_exercised(_why_silent(guard, run, conditions))
    if actual == claim.expected:
        return confirmed(*actual)
    return refuted(f"came out {' and '.join(actual)}", *actual)


def branches_taken(guard: Guard, run: IndexedRun, conditions: Conditions) -> frozenset[bool]:
    """The branches a run took at the guard's test, empty where its jumps do not tell."""
    condition = conditions.by_span.get(guard.span)
    if condition is None:
        return frozenset()
    return ways_out(condition, run.run.arcs.get(guard.path, ()), conditions.unclear)


def ways_out(condition: Condition, arcs: Iterable[tuple[int, int]], unclear: frozenset[int]) -> frozenset[bool]:
    """How a condition came out, by the jumps from its test."""
    targets = {end for start, end in arcs if start in condition.lines and _leaves(condition, end)}
    values = frozenset(condition.outcome_of(line) for line in targets - unclear)
    return frozenset({True}) if condition.is_loop and True in values else values


def _leaves(condition: Condition, target: int) -> bool:
    """Whether a jump leads away from the test's lines; what starts and ends on them is code nested in the test."""
    return target not in condition.lines and -target not in condition.lines


def _why_silent(guard: Guard, run: IndexedRun, conditions: Conditions) -> str:
    condition = conditions.by_span.get(guard.span)
    executed = run.executed.get(guard.path, frozenset())
    if not run.executed:
        return "no record of executed lines"
    lines = range(guard.span.line, guard.span.end_line + 1) if condition is None else condition.lines
    if not any(line in executed for line in lines):
        return "the condition was not tested"
    return _INLINE if condition is None else _UNCLEAR
