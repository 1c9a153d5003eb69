"""How many sentences of each kind are proven: the project's own first, what it gets from libraries apart.

A model class inherits hundreds of methods that nobody wrote here. Counted together they would hide what a reader asks:
how many of the calls, flows and first writes of this code a run has shown. So no number here sums over both, and none
sums over kinds without saying so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tracer.model.names import SymbolId
from tracer.model.verdicts import OUTCOMES, Verdict
from tracer.render.addresses import SETTLED
from tracer.render.badges import badge
from tracer.render.dossier import Dossier
from tracer.render.escape import Markdown, join, sentence

OWN = "The project's own code"
LIBRARIES = "Library code on the way"

_TITLES = (
    ("call", "calls", "calls inside libraries"),
    ("flow", "call flows", "call flows"),
    ("first-write", "first writes", "first writes"),
    ("writes", "sets of writers", "sets of writers"),
    ("reads", "sets of readers", "sets of readers"),
    ("guard", "conditions", "conditions inside libraries"),
    ("dispatch", "returned classes", "returned classes"),
    ("raises", "endings of scenarios", "endings of scenarios"),
    ("mro", "linearisations of its classes", "linearisations of library classes"),
    ("method", "methods it supplies", "methods of library classes"),
    ("inherited", "", "methods its classes inherit from libraries"),
    ("excerpt", "excerpts", "excerpts of library code"),
)
_ASKED = frozenset({"flow", "first-write", "writes", "reads", "raises"})


@dataclass(frozen=True, slots=True)
class CountRow:
    """One kind of statement: how many there are, and how many with each outcome as badges."""

    kind: str
    number: int
    outcomes: Markdown


@dataclass(frozen=True, slots=True)
class CountGroup:
    """The kinds of statements about the project's own code, or about libraries."""

    title: str
    rows: tuple[CountRow, ...]


def count_claims(dossier: Dossier) -> tuple[CountGroup, ...]:
    """Count the statements per kind, own code and libraries apart; what does not occur is left out."""
    counts = Counter((*_place_of(dossier, verdict), verdict.outcome) for verdict in dossier.ledger.verdicts)
    own = tuple(_build_rows(counts, is_own=True))
    followed = tuple(_build_rows(counts, is_own=False))
    return tuple(group for group in (CountGroup(OWN, own), CountGroup(LIBRARIES, followed)) if group.rows)


def _build_rows(counts: Counter[tuple[bool, str, str]], *, is_own: bool) -> Iterable[CountRow]:
    for kind, own_title, library_title in _TITLES:
        by_outcome = Counter({outcome: counts[is_own, kind, outcome] for outcome in OUTCOMES})
        if by_outcome.total():
            yield CountRow(own_title if is_own else library_title, by_outcome.total(), show_outcomes(by_outcome))


def show_outcomes(counts: Counter[str]) -> Markdown:
    """Counts with their badges, the proven first, so that a row reads from what is known to what is not."""
    shown = [(outcome, counts[outcome]) for outcome in sorted(OUTCOMES, key=_is_open) if counts[outcome]]
    parts = [sentence('<span class="tracer-count">{} {}</span>', number, badge(outcome)) for outcome, number in shown]
    return join(" ", parts)


def _is_open(outcome: str) -> bool:
    return outcome not in SETTLED


def summarise_outcomes(dossier: Dossier) -> Markdown:
    """One line of counts about the project's own code, then one about libraries."""
    counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for verdict in dossier.ledger.verdicts:
        counts[_place_of(dossier, verdict)[0]][verdict.outcome] += 1
    lines = [
        sentence("{}: {}", title, show_outcomes(counts[is_own]))
        for is_own, title in ((True, OWN), (False, LIBRARIES))
        if counts[is_own].total()
    ]
    return join("<br>", lines) if lines else Markdown("Nothing is claimed yet.")


def count_own(dossier: Dossier, outcome: str) -> tuple[int, int]:
    """How many verdicts of an outcome are about own code, and how many about libraries."""
    places = Counter(_place_of(dossier, v)[0] for v in dossier.ledger.verdicts if v.outcome == outcome)
    return places[True], places[False]


def _place_of(dossier: Dossier, verdict: Verdict) -> tuple[bool, str]:
    """Whether a statement is about own code, and the kind it is counted as."""
    claim = verdict.claim
    if claim.kind in _ASKED:
        return True, claim.kind
    if claim.kind == "method":
        return _place_of_method(dossier, claim.subject.rpartition(" ")[0], claim.expected)
    if claim.kind in {"mro", "dispatch"}:
        return dossier.is_own(claim.subject), claim.kind
    site = claim.sites[0] if claim.sites else None
    return site is None or dossier.is_own(site.owner), claim.kind


def _place_of_method(dossier: Dossier, cls: SymbolId, suppliers: tuple[str, ...]) -> tuple[bool, str]:
    if not dossier.is_own(cls):
        return False, "method"
    return (True, "method") if any(map(dossier.is_own, suppliers)) else (False, "inherited")
