"""All verdicts of a target, indexed by what a page has in hand: a claim, a call site, a guard.

A claim nobody judged is not exercised: leaving a badge out would look like certainty.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tracer.model.claims import Claim, Step
from tracer.model.edges import CallEdge, Guard, Site
from tracer.model.names import SymbolId
from tracer.model.verdicts import NOT_EXERCISED, OUTCOMES, Verdict

CallKey = tuple[tuple[str, int, int], SymbolId, SymbolId | None]


@dataclass(frozen=True, slots=True)
class Ledger:
    """Verdicts sorted by key, and the look-ups over them."""

    verdicts: tuple[Verdict, ...]
    by_subject: Mapping[tuple[str, str], tuple[Verdict, ...]]
    calls: Mapping[CallKey, tuple[Verdict, ...]]
    guards: Mapping[tuple[str, str], tuple[Verdict, ...]]
    excerpts: Mapping[tuple[str, int], Verdict]

    def of_kind(self, *kinds: str) -> tuple[Verdict, ...]:
        """The verdicts of some kinds, in key order."""
        return tuple(verdict for verdict in self.verdicts if verdict.claim.kind in kinds)

    def find(self, kind: str, subject: str, entry: str | None = None) -> Verdict | None:
        """The verdict about a subject, that of ``entry`` before any other."""
        return choose_verdict(self.by_subject.get((kind, subject), ()), entry)

    def find_call(self, step: Step | CallEdge, entry: str | None = None) -> Verdict | None:
        """The verdict about one call site reaching one callee on one receiver."""
        return choose_verdict(self.calls.get((step.site.key, step.callee, step.receiver), ()), entry)

    def find_guard(self, guard: Guard, entry: str | None = None) -> Verdict | None:
        """The verdict about a condition, found by its file and text and told apart by its position."""
        candidates = self.guards.get((guard.path, guard.text), ())
        here = tuple(v for v in candidates if any(known.span == guard.span for known in v.claim.guards))
        return choose_verdict(here or candidates, entry)

    def find_excerpt(self, site: Site) -> Verdict | None:
        """The verdict about the text of the line on which a place begins."""
        return self.excerpts.get((site.path, site.span.line))

    def count_outcomes(self) -> tuple[tuple[str, int], ...]:
        """How many verdicts there are per outcome, worst first, without the empty ones."""
        counts = Counter(verdict.outcome for verdict in self.verdicts)
        return tuple((outcome, counts[outcome]) for outcome in OUTCOMES if counts[outcome])


def choose_verdict(candidates: Iterable[Verdict], entry: str | None) -> Verdict | None:
    """Prefer the verdict of ``entry``, then one of no entry, then the first."""
    ranked = sorted(candidates, key=lambda verdict: (verdict.claim.entry != entry, verdict.claim.entry is not None))
    return ranked[0] if ranked else None


def build_ledger(claims: Iterable[Claim], verdicts: Iterable[Verdict]) -> Ledger:
    """Index verdicts, adding ``not exercised`` for every claim that has none."""
    judged = sorted(verdicts, key=lambda verdict: (verdict.claim.key, verdict.outcome, verdict.actual))
    known = {verdict.claim.key for verdict in judged}
    missing = [Verdict(claim, NOT_EXERCISED, "no evidence speaks to it") for claim in claims if claim.key not in known]
    everything = tuple(sorted([*judged, *missing], key=lambda verdict: verdict.claim.key))
    return Ledger(
        everything,
        _index_subjects(everything),
        _index_calls(everything),
        _index_guards(everything),
        _index_excerpts(everything),
    )


def _index_subjects(verdicts: Iterable[Verdict]) -> Mapping[tuple[str, str], tuple[Verdict, ...]]:
    index: defaultdict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        index[verdict.claim.kind, verdict.claim.subject].append(verdict)
    return {key: tuple(found) for key, found in index.items()}


def _index_calls(verdicts: Iterable[Verdict]) -> Mapping[CallKey, tuple[Verdict, ...]]:
    index: defaultdict[CallKey, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.claim.kind == "call":
            for step in verdict.claim.steps:
                index[step.site.key, step.callee, step.receiver].append(verdict)
    return {key: tuple(found) for key, found in index.items()}


def _index_excerpts(verdicts: Iterable[Verdict]) -> Mapping[tuple[str, int], Verdict]:
    shown = (verdict for verdict in verdicts if verdict.claim.kind == "excerpt")
    return {(site.path, site.span.line): verdict for verdict in shown for site in verdict.claim.sites}


def _index_guards(verdicts: Iterable[Verdict]) -> Mapping[tuple[str, str], tuple[Verdict, ...]]:
    index: defaultdict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.claim.kind == "guard":
            for guard in verdict.claim.guards:
                index[guard.path, guard.text].append(verdict)
    return {key: tuple(found) for key, found in index.items()}
