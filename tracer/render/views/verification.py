"""How much of the site is proven: counts per outcome, every claim that is not confirmed, and the findings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tracer.model.program import ClassLinearisation
from tracer.model.verdicts import OUTCOMES, REFUTED, UNPREDICTED, Ratio, Summary, Verdict
from tracer.render.addresses import ROWS_PER_PAGE, SETTLED, anchor_of, outcome_page
from tracer.render.badges import MEANINGS, badge
from tracer.render.dossier import Dossier
from tracer.render.escape import Markdown, code, escape_text, join, sentence

KIND_TITLES = {
    "call": "calls",
    "dispatch": "factory results",
    "excerpt": "excerpts",
    "first-write": "first writes",
    "flow": "call flows",
    "guard": "conditions",
    "method": "method suppliers",
    "mro": "linearisations",
    "raises": "exceptions",
    "reads": "sets of readers",
    "writes": "sets of writers",
}


KIND_NAMES = {
    "call": "call",
    "dispatch": "result of",
    "excerpt": "excerpt of",
    "first-write": "first write of",
    "flow": "call flow of",
    "guard": "condition in",
    "method": "supplier of",
    "mro": "linearisation of",
    "raises": "ends in",
    "reads": "readers of",
    "writes": "writers of",
}


@dataclass(frozen=True, slots=True)
class CountTable:
    """Claims per kind and outcome: ``header`` are badges, each row a kind with its counts and their sum."""

    header: tuple[Markdown, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    total: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a reader did not know."""

    badge: Markdown
    statement: Markdown
    place: Markdown
    detail: Markdown


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings of one sort."""

    title: str
    anchor: str
    lead: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class OutcomeLink:
    """A link to the claims of one outcome."""

    badge: Markdown
    link: Markdown
    meaning: str


@dataclass(frozen=True, slots=True)
class VerificationView:
    """The dashboard of a target."""

    title: str
    summary: Markdown
    counts: CountTable
    scores: tuple[tuple[str, str, str], ...]
    outcomes: tuple[OutcomeLink, ...]
    groups: tuple[FindingGroup, ...]
    problems: tuple[Markdown, ...]


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim that is not confirmed."""

    anchor: str
    kind: str
    entry: str
    subject: Markdown
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
        tuple(group for group in _collect_findings(dossier, here) if group.findings),
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


def summarise_outcomes(dossier: Dossier) -> Markdown:
    """One line of badges with their counts."""
    counted = dossier.ledger.count_outcomes()
    parts = [sentence('<span class="tracer-count">{} {}</span>', count, badge(outcome)) for outcome, count in counted]
    return join(" ", parts) if parts else Markdown("Nothing is claimed yet.")


def count_claims(dossier: Dossier) -> CountTable:
    """Count the claims per kind and outcome; kinds and outcomes without any are left out."""
    counts = Counter((verdict.claim.kind, verdict.outcome) for verdict in dossier.ledger.verdicts)
    outcomes = [outcome for outcome, _ in dossier.ledger.count_outcomes()]
    kinds = sorted({kind for kind, _ in counts})
    rows = tuple((KIND_TITLES.get(kind, kind), _count_row([counts[kind, o] for o in outcomes])) for kind in kinds)
    total = _count_row([count for _, count in dossier.ledger.count_outcomes()])
    return CountTable(tuple(badge(outcome) for outcome in outcomes), rows, total)


def _count_row(counts: list[int]) -> tuple[str, ...]:
    return tuple(str(count) if count else "·" for count in [*counts, sum(counts)])


def _link_outcomes(dossier: Dossier, here: str) -> tuple[OutcomeLink, ...]:
    return tuple(
        OutcomeLink(
            badge(outcome),
            _link_outcome(dossier, outcome, count, here),
            MEANINGS[outcome],
        )
        for outcome, count in dossier.ledger.count_outcomes()
    )


def _link_outcome(dossier: Dossier, outcome: str, count: int, here: str) -> Markdown:
    text = sentence("{} {}", count, "claim" if count == 1 else "claims")
    if outcome in SETTLED:
        return text
    return dossier.link(text, outcome_page(dossier.addresses.folder, outcome, 1), here)


def _collect_findings(dossier: Dossier, here: str) -> tuple[FindingGroup, ...]:
    verdicts = dossier.ledger.verdicts
    refuted = [v for v in verdicts if v.outcome == REFUTED]
    raised = [v for v in dossier.ledger.of_kind("raises") if v.claim.subject != "-"]
    missed = [v for v in verdicts if v.outcome == UNPREDICTED]
    lead = "These methods are not the ones their class defines."
    return (
        _group(dossier, "Refuted", "refuted", "A run contradicts these sentences.", refuted, here),
        _group(dossier, "Runs that end in an exception", "raises", "Predicted from the code alone.", raised, here),
        FindingGroup("Monkey patches in force", "patches", lead, _find_patches(dossier, here)),
        _group(dossier, "Seen but not predicted", "unpredicted", "Calls the analysis should have known.", missed, here),
    )


def _group(dossier: Dossier, title: str, anchor: str, lead: str, verdicts: list[Verdict], here: str) -> FindingGroup:
    return FindingGroup(title, anchor, lead, tuple(_find(dossier, verdict, here) for verdict in verdicts))


def _find(dossier: Dossier, verdict: Verdict, here: str) -> Finding:
    claim = verdict.claim
    place = dossier.place(claim.sites[0]) if claim.sites else Markdown("–")
    expected = sentence("claimed: {}", join(", ", tuple(map(code, claim.expected))))
    message = code(claim.reason) if claim.kind == "raises" else Markdown("")
    stated = expected if claim.expected and verdict.outcome != UNPREDICTED else Markdown("")
    detail = tuple(part for part in (message, stated, dossier.explanation(verdict)) if part)
    entry = sentence(" in {}", claim.entry) if claim.entry else Markdown("")
    subject = code(claim.subject) if claim.subject != "-" else Markdown("the entry")
    statement = sentence("{} {}{}", KIND_NAMES.get(claim.kind, claim.kind), subject, entry)
    return Finding(dossier.badge(verdict, here), statement, place, join("; ", detail))


def _find_patches(dossier: Dossier, here: str) -> tuple[Finding, ...]:
    linked = [cls for _, cls in sorted(dossier.program.classes.items()) if cls.patches]
    return tuple(_describe_patch(dossier, cls, name, here) for cls in linked for name in sorted(cls.patches))


def _describe_patch(dossier: Dossier, cls: ClassLinearisation, name: str, here: str) -> Finding:
    verdict = dossier.ledger.find("method", f"{cls.symbol} {name}")
    statement = sentence("{} of {}", code(name), dossier.symbol(cls.symbol, here))
    detail = sentence("Runs {}.", code(cls.methods.get(name, "an unknown function")))
    return Finding(dossier.badge(verdict, here), statement, dossier.place(cls.patches[name]), detail)


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
    rows = tuple(_build_row(dossier, verdict) for verdict in verdicts)
    return OutcomeView(badge(outcome), outcome, MEANINGS[outcome], f", part {part}" if part > 1 else "", back, rows)


def _build_row(dossier: Dossier, verdict: Verdict) -> ClaimRow:
    claim = verdict.claim
    place = dossier.place(claim.sites[0]) if claim.sites else Markdown("–")
    reason = dossier.explanation(verdict) or Markdown("no reason recorded")
    kind = KIND_NAMES.get(claim.kind, claim.kind)
    return ClaimRow(anchor_of(claim.key), kind, claim.entry or "–", code(claim.subject), place, reason)
