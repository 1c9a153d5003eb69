"""How much of the site is proven: findings, counts per kind, and every claim that is not confirmed."""

from __future__ import annotations

from dataclasses import dataclass

from tracer.model.edges import Site
from tracer.model.verdicts import OUTCOMES, Ratio, Summary, Verdict
from tracer.render.addresses import ROWS_PER_PAGE, SETTLED, anchor_of, outcome_page
from tracer.render.badges import MEANINGS, badge
from tracer.render.dossier import Dossier
from tracer.render.escape import Markdown, code, escape_text, sentence
from tracer.render.views.counts import CountGroup, count_claims, count_own, summarise_outcomes
from tracer.render.views.findings import FindingGroup, MissedCallee, collect_findings, group_missed
from tracer.render.views.wording import name_entry, state_claim


@dataclass(frozen=True, slots=True)
class OutcomeLink:
    """A link to the claims of one outcome, and how many are about own code and about libraries."""

    badge: Markdown
    own: int
    libraries: int
    link: Markdown
    meaning: str


@dataclass(frozen=True, slots=True)
class VerificationView:
    """The dashboard of a target."""

    title: str
    summary: Markdown
    counts: tuple[CountGroup, ...]
    scores: tuple[tuple[str, str, str], ...]
    outcomes: tuple[OutcomeLink, ...]
    groups: tuple[FindingGroup, ...]
    missed: tuple[MissedCallee, ...]
    limits: Markdown
    problems: tuple[Markdown, ...]


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim that is not confirmed, as a sentence."""

    anchor: str
    statement: Markdown
    entry: Markdown
    place: Markdown
    reason: Markdown


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """One page of the claims with one outcome."""

    badge: Markdown
    outcome: str
    meaning: str
    part: str
    back: Markdown
    rows: tuple[ClaimRow, ...]


def build_verification(dossier: Dossier, here: str) -> VerificationView:
    """Build a target's dashboard."""
    return VerificationView(
        dossier.target.title or dossier.target.name,
        summarise_outcomes(dossier),
        count_claims(dossier),
        _build_scores(dossier.summary),
        _link_outcomes(dossier, here),
        collect_findings(dossier, here),
        group_missed(dossier, here),
        dossier.link(escape_text("Where the walk stops"), dossier.addresses.limits, here),
        list_problems(dossier),
    )


def list_problems(dossier: Dossier) -> tuple[Markdown, ...]:
    """What could not be read of the sources, one line each."""
    return tuple(sentence("{}: {}", code(path), message) for path, message in sorted(dossier.program.problems))


def _build_scores(summary: Summary | None) -> tuple[tuple[str, str, str], ...]:
    """Rows of whose calls, precision and recall; no rows where nobody measured."""
    if summary is None:
        return ()
    return (
        ("the project's own code", _show_ratio(summary.precision_own), _show_ratio(summary.recall_own)),
        ("followed libraries", _show_ratio(summary.precision_followed), _show_ratio(summary.recall_followed)),
    )


def _show_ratio(ratio: Ratio) -> str:
    """A share with its parts, so that few and many are told apart."""
    if ratio.fraction is None:
        return "nothing to count"
    return f"{float(ratio.fraction):.1%} ({ratio.hits} of {ratio.total})"


def _link_outcomes(dossier: Dossier, here: str) -> tuple[OutcomeLink, ...]:
    return tuple(
        OutcomeLink(
            badge(outcome),
            *count_own(dossier, outcome),
            _link_outcome(dossier, outcome, count, here),
            MEANINGS[outcome],
        )
        for outcome, count in dossier.ledger.count_outcomes()
    )


def _link_outcome(dossier: Dossier, outcome: str, count: int, here: str) -> Markdown:
    if outcome in SETTLED:
        return Markdown("")
    text = Markdown("the one" if count == 1 else f"all {count}")
    return dossier.link(text, outcome_page(dossier.addresses.folder, outcome, 1), here)


def build_outcomes(dossier: Dossier) -> tuple[tuple[str, OutcomeView], ...]:
    """Build the pages that list what is not confirmed, as (address, view), at most ``ROWS_PER_PAGE`` rows each."""
    pages = []
    for outcome in OUTCOMES:
        verdicts = [v for v in dossier.ledger.verdicts if v.outcome == outcome and outcome not in SETTLED]
        for start in range(0, len(verdicts), ROWS_PER_PAGE):
            part = start // ROWS_PER_PAGE + 1
            here = outcome_page(dossier.addresses.folder, outcome, part)
            chunk = verdicts[start : start + ROWS_PER_PAGE]
            pages.append((here, _build_outcome(dossier, outcome, chunk, part, here)))
    return tuple(pages)


def _build_outcome(dossier: Dossier, outcome: str, verdicts: list[Verdict], part: int, here: str) -> OutcomeView:
    back = dossier.link(escape_text("verification"), dossier.addresses.verification, here)
    rows = tuple(_build_row(dossier, verdict, here) for verdict in verdicts)
    return OutcomeView(badge(outcome), outcome, MEANINGS[outcome], f", part {part}" if part > 1 else "", back, rows)


def _build_row(dossier: Dossier, verdict: Verdict, here: str) -> ClaimRow:
    site = _site_of(dossier, verdict)
    return ClaimRow(
        anchor_of(verdict.claim.key),
        state_claim(dossier, verdict, here),
        name_entry(verdict.claim),
        dossier.place(site) if site else Markdown("–"),
        dossier.explanation(verdict) or Markdown("no reason recorded"),
    )


def _site_of(dossier: Dossier, verdict: Verdict) -> Site | None:
    claim = verdict.claim
    if claim.kind == "guard" and claim.guards:
        return dossier.locate(claim.guards[0].path, claim.guards[0].span)
    return claim.sites[0] if claim.sites else None
