"""What one run says about one claim, before the runs are put together.

A few words for the outcomes a run can have, so that a judging function reads as the sentence it decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from tracer.model.verdicts import CONFIRMED, NOT_EXERCISED, NOT_OBSERVED, REFUTED, STALE, UNPREDICTED


@dataclass(frozen=True, slots=True)
class Answer:
    """One run's answer to one claim: outcome, why, and what was really seen."""

    outcome: str
    reason: str = ""
    actual: tuple[str, ...] = ()


def confirmed(*actual: str, reason: str = "") -> Answer:
    """Seen as claimed."""
    return Answer(CONFIRMED, reason, actual)


def refuted(reason: str, *actual: str) -> Answer:
    """Seen otherwise than claimed."""
    return Answer(REFUTED, reason, actual)


def not_observed(reason: str, *actual: str) -> Answer:
    """Executed, and the possibility claimed did not happen."""
    return Answer(NOT_OBSERVED, reason, actual)


def unpredicted(reason: str, *actual: str) -> Answer:
    """Seen beside what is claimed: a miss of the analysis."""
    return Answer(UNPREDICTED, reason, actual)


def not_exercised(reason: str) -> Answer:
    """The run never came to the place, or cannot tell."""
    return Answer(NOT_EXERCISED, reason)


def stale(reason: str) -> Answer:
    """The run is about other bytes or another version."""
    return Answer(STALE, reason)
