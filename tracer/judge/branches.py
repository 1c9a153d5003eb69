"""Judging which way a condition went, from executed lines and the jumps between them.

Line evidence knows that control left the test for some line, not that the line belongs to the ``if``'s body. What the
trace adds is which sites each branch dominates: a jump to or before the first of them is the branch taken, and a
dominated line that ran proves its branch. A loop is left in the end even if its condition was true, which is not a
second answer.
"""

from __future__ import annotations

from tracer.judge.answers import Answer, confirmed, not_exercised, refuted
from tracer.judge.runs import IndexedRun
from tracer.judge.traces import IndexedTrace
from tracer.model.claims import Claim
from tracer.model.edges import Guard
from tracer.model.verdicts import UNDECIDED

_INLINE = "part of an expression on one line: line evidence cannot tell its branches apart"


def judge_guard(claim: Claim, run: IndexedRun, trace: IndexedTrace) -> Answer:
    """Judge a guard claim by one run of its entry; an undecided one stays so, with what was seen beside it."""
    guard = claim.guards[0]
    lines = range(guard.span.line, guard.span.end_line + 1)
    executed = run.executed.get(guard.path, frozenset())
    ran = any(line in executed for line in lines)
    values = branches_taken(guard, run, trace) if ran else frozenset()
    actual = tuple("true" if value else "false" for value in sorted(values, reverse=True))
    if claim.expected == ("undecided",):
        return Answer(UNDECIDED, claim.reason or "code alone cannot tell", actual)
    if not ran:
        return not_exercised("the condition was not tested" if run.executed else "no record of executed lines")
    if not values:
        return not_exercised(_INLINE)
    if actual == claim.expected:
        return confirmed(*actual)
    return refuted(f"came out {' and '.join(actual)}", *actual)


def branches_taken(guard: Guard, run: IndexedRun, trace: IndexedTrace) -> frozenset[bool]:
    """The branches a run took at the guard's test, empty where its evidence cannot tell."""
    last = guard.span.end_line
    lines = range(guard.span.line, last + 1)
    arcs = run.run.arcs.get(guard.path, ())
    targets = {end for start, end in arcs if start in lines and end not in lines}
    on_true = _dominated_lines(guard, trace, branch=True)
    on_false = _dominated_lines(guard, trace, branch=False)
    if not targets or not (on_true or on_false):
        return frozenset()
    if len(targets) > 1:
        is_loop = any(start > last and end in lines for start, end in arcs)
        return frozenset({True}) if is_loop else frozenset({True, False})
    executed = run.executed[guard.path]
    return frozenset({_is_true_branch(targets.pop(), last, on_true, on_false, executed)})


def _is_true_branch(
    target: int, last: int, on_true: frozenset[int], on_false: frozenset[int], executed: frozenset[int]
) -> bool:
    if on_true:
        return bool(on_true & executed) or last < target <= min(on_true)
    return not (on_false & executed) and target not in on_false


def _dominated_lines(guard: Guard, trace: IndexedTrace, *, branch: bool) -> frozenset[int]:
    sites = trace.dominated.get(((guard.path, guard.span), branch), frozenset())
    tested = range(guard.span.line, guard.span.end_line + 1)
    return frozenset(site.span.line for site in sites if site.span.line not in tested)
