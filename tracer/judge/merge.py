"""One verdict out of what several runs and devices say about a claim.

Any run that refutes decides, and the verdict names those that confirm beside it; otherwise any run that confirms does.
A run about other bytes counts only where no other run speaks.
"""

from __future__ import annotations

from collections.abc import Sequence

from tracer.judge.answers import Answer
from tracer.judge.runs import IndexedRun
from tracer.model.claims import Claim
from tracer.model.verdicts import (
    CONFIRMED,
    NOT_EXERCISED,
    NOT_OBSERVED,
    REFUTED,
    STALE,
    UNDECIDED,
    UNPREDICTED,
    Verdict,
)

STRENGTH = (REFUTED, UNPREDICTED, CONFIRMED, UNDECIDED, NOT_OBSERVED, STALE, NOT_EXERCISED)


def merge_answers(claim: Claim, answers: Sequence[tuple[IndexedRun, Answer]]) -> Verdict:
    """Merge the runs' answers; without any the claim is not exercised."""
    if not answers:
        where = f"scenario {claim.entry}" if claim.entry else "any scenario"
        return Verdict(claim, NOT_EXERCISED, f"no evidence of {where}")
    outcome = min((answer.outcome for _, answer in answers), key=STRENGTH.index)
    deciding = [(run, answer) for run, answer in answers if answer.outcome == outcome]
    actual = tuple(dict.fromkeys(text for _, answer in deciding for text in answer.actual))
    scenarios = tuple(sorted({run.run.scenario for run, _ in deciding}))
    return Verdict(claim, outcome, _reason_of(outcome, deciding, answers), actual, scenarios)


def _reason_of(
    outcome: str, deciding: Sequence[tuple[IndexedRun, Answer]], answers: Sequence[tuple[IndexedRun, Answer]]
) -> str:
    reasons: dict[str, list[str]] = {}
    for run, answer in deciding:
        if answer.reason:
            reasons.setdefault(answer.reason, []).append(run.label)
    if outcome in (REFUTED, UNPREDICTED):
        against = [run.label for run, answer in answers if answer.outcome == CONFIRMED]
        parts = [f"{reason} ({', '.join(labels)})" for reason, labels in reasons.items()]
        return "; ".join(parts) + (f"; but confirmed by {', '.join(against)}" if against else "")
    return "; ".join(reasons)
