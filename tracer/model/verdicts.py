"""What evidence makes of a claim, and what became of a claim since the lock was written."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tracer.model.claims import Claim

CONFIRMED = "confirmed"
REFUTED = "refuted"
NOT_OBSERVED = "not observed"
NOT_EXERCISED = "not exercised"
UNPREDICTED = "unpredicted"
UNDECIDED = "undecided"
STALE = "stale"
STATIC = "static"
HOLDS = "holds in source"
OBSERVED = "observed"

OUTCOMES = (REFUTED, UNPREDICTED, UNDECIDED, STALE, NOT_OBSERVED, NOT_EXERCISED, CONFIRMED, OBSERVED, HOLDS, STATIC)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A claim's outcome, what was really seen (``actual``), why, and the scenarios that speak to it."""

    claim: Claim
    outcome: str
    reason: str = ""
    actual: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between the lock and the claims derived now: ``new``, ``changed`` or ``gone``.

    ``pages`` are those that state the claim, as the lock names them.
    """

    kind: str
    key: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    claim: Claim | None = None
    pages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ratio:
    """An exact fraction that keeps its parts, so that 0 of 0 stays distinguishable from 0 of 9."""

    hits: int
    total: int

    @property
    def fraction(self) -> Fraction | None:
        """The value in lowest terms, or None where there was nothing to count."""
        return Fraction(self.hits, self.total) if self.total else None


@dataclass(frozen=True, slots=True)
class Summary:
    """All verdicts of a target, counted.

    ``counts`` are (kind, outcome, number), sorted, without zeros. ``precision`` is predicted edges at executed sites
    that were observed; ``recall`` is observed edges that were predicted. Both are split by where the caller lives: the
    target's own packages, or a followed library. ``open_items`` are all verdicts that prove nothing (yet), each with
    its reason.
    """

    counts: tuple[tuple[str, str, int], ...]
    precision_own: Ratio
    precision_followed: Ratio
    recall_own: Ratio
    recall_followed: Ratio
    open_items: tuple[Verdict, ...] = ()

    def count_of(self, outcome: str, kind: str | None = None) -> int:
        """How many verdicts have ``outcome``, of one kind of claim or of all."""
        return sum(number for k, o, number in self.counts if o == outcome and kind in (None, k))
