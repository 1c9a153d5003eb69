"""How the conditions of some files came out in one run, claimed or not: a summary of its recorded jumps.

A test that ran without a jump that tells (part of an expression, on one line with what it guards, left by an exception)
is counted apart: it came out some way, and line evidence cannot say which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tracer.judge.branches import ways_out
from tracer.judge.conditions import Conditions
from tracer.model.evidence import ScenarioRun
from tracer.model.names import Span

TRUE, FALSE, BOTH = "true", "false", "both"


@dataclass(frozen=True, slots=True, order=True)
class ConditionOutcome:
    """A condition and how it came out: ``true``, ``false`` or ``both``."""

    path: str
    span: Span
    outcome: str


@dataclass(frozen=True, slots=True)
class ConditionOutcomes:
    """The conditions that were told apart, by place; how many ran ``untold``, and how many never ran."""

    told: tuple[ConditionOutcome, ...] = ()
    untold: int = 0
    untested: int = 0

    def count_of(self, outcome: str) -> int:
        """How many conditions came out one way."""
        return sum(condition.outcome == outcome for condition in self.told)


def outcomes_of(
    run: ScenarioRun, paths: Iterable[str], conditions_of: Callable[[str], Conditions]
) -> ConditionOutcomes:
    """Summarise the conditions of the files at ``paths`` that a run executed."""
    told: list[ConditionOutcome] = []
    untold = untested = 0
    for path in sorted(paths):
        conditions, executed, arcs = conditions_of(path), frozenset(run.executed.get(path, ())), run.arcs.get(path, ())
        for span in conditions.untold | conditions.tests:
            condition = conditions.by_span.get(span)
            values = ways_out(condition, arcs, conditions.unclear) if condition is not None else frozenset()
            if values:
                told.append(
                    ConditionOutcome(path, span, BOTH if len(values) > 1 else TRUE if True in values else FALSE)
                )
            elif executed.isdisjoint(range(span.line, span.end_line + 1)):
                untested += 1
            else:
                untold += 1
    return ConditionOutcomes(tuple(sorted(told)), untold, untested)
