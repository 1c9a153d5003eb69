"""What ``tracer check`` has to say: changes and refuted claims as findings a reader can act on.

A finding names the claim, both versions, the place in the code, the pages that state it and what to do. Errors are
documented claims that changed or are gone, refuted ones, and acceptances that accept nothing; an accepted finding stays
visible as a note with its reason. What is new, or seen and not predicted, is a note: nothing documented is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tracer.judge.lock import CHANGED, GONE, NEW, find_stale_acceptances
from tracer.judge.wording import describe_claim, describe_difference, kind_rank
from tracer.model.claims import Claim
from tracer.model.edges import Site
from tracer.model.targets import Accepted
from tracer.model.verdicts import REFUTED, UNPREDICTED, Change, Verdict

ERROR = "error"
NOTE = "note"
STALE_ACCEPTANCE = "stale-acceptance"
EMPTY_LOCK = "empty-lock"
NO_EVIDENCE = "no-evidence"
DISTURBED = "disturbed-run"
STALE_EVIDENCE = "stale-evidence"
GAPS = frozenset({EMPTY_LOCK, NO_EVIDENCE, DISTURBED, STALE_EVIDENCE})
"""The rules about what a check stands on; their findings are about no single claim."""

RULES = {
    EMPTY_LOCK: "The lock states nothing about a target.",
    NO_EVIDENCE: "No run speaks for a scenario.",
    DISTURBED: "A program puts out other bytes when it is recorded.",
    STALE_EVIDENCE: "Claims rest on evidence for other bytes or settings.",
    CHANGED: "A documented claim reads differently now.",
    GONE: "A documented claim no longer exists.",
    REFUTED: "A run of the code contradicts a claim.",
    STALE_ACCEPTANCE: "An acceptance has nothing left to accept.",
    NEW: "A claim that no page states yet.",
    UNPREDICTED: "A run did something the analysis did not predict.",
}
_ADVICE = {
    CHANGED: "if this is intended run `tracer trace` and commit the pages, otherwise restore the code",
    GONE: "if this is intended run `tracer trace` and commit the pages, otherwise restore the code",
    REFUTED: "correct the code, or add an [[accept]] with this claim and a why to tracer.toml",
    STALE_ACCEPTANCE: "remove the [[accept]] from tracer.toml",
    NEW: "run `tracer trace` to document it",
    UNPREDICTED: "nothing to do: it is listed on the verification page",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about one claim: ``rule`` is a key of ``RULES``, ``line`` 0 where no place is known.

    For one of ``GAPS``, ``key`` is the rule, the target and perhaps the scenario.
    """

    rule: str
    level: str
    key: str
    message: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    path: str | None = None
    line: int = 0
    pages: tuple[str, ...] = ()
    advice: str = ""


def build_report(
    changes: Sequence[Change],
    verdicts: Sequence[Verdict],
    accepted: Sequence[Accepted] = (),
    *,
    pages: Mapping[str, tuple[str, ...]] | None = None,
    path_of: Callable[[Site], str] = lambda site: site.path,
) -> tuple[Finding, ...]:
    """Turn changes and verdicts into findings: errors first, then by kind of claim and key.

    ``pages`` maps a claim's key to the pages that state it, beside what the lock says; ``path_of`` gives a site's path
    as the reader of the report should see it.
    """
    stated = dict(pages or {})
    stated.update({change.key: change.pages for change in changes if change.pages})
    claims = [verdict.claim for verdict in verdicts]
    claims += [change.claim for change in changes if change.claim]
    pairs = [(_of_change(change, changes), _site_of_change(change, claims)) for change in changes]
    pairs += [(_of_verdict(v), _first_site(v.claim)) for v in verdicts if v.outcome in (REFUTED, UNPREDICTED)]
    why = {acceptance.claim: acceptance.why for acceptance in accepted}
    findings = [_completed(finding, site, stated, why, path_of) for finding, site in pairs]
    findings += [
        Finding(STALE_ACCEPTANCE, ERROR, acceptance.claim, f"accepted ({acceptance.why}), but {reason}")
        for acceptance, reason in find_stale_acceptances(accepted, verdicts, changes)
    ]
    findings = [replace(finding, advice=_ADVICE[finding.rule]) for finding in findings]
    return tuple(sorted(findings, key=_finding_order))


def holds(findings: Iterable[Finding]) -> bool:
    """Whether nothing in the report is an error."""
    return all(finding.level != ERROR for finding in findings)


def _of_change(change: Change, changes: Sequence[Change]) -> Finding:
    what = describe_claim(change.key)
    if change.kind == CHANGED:
        message = f"{what} changed: {describe_difference(change.before, change.after)}"
    elif change.kind == GONE:
        instead = _replacements(change, changes)
        message = f"{what} no longer holds" + (f"; instead: {', '.join(instead)}" if instead else "")
    else:
        message = f"{what} is new"
    level = NOTE if change.kind == NEW else ERROR
    return Finding(change.kind, level, change.key, message, change.before, change.after)


def _of_verdict(verdict: Verdict) -> Finding:
    what, claim = describe_claim(verdict.claim.key), verdict.claim
    level = ERROR if verdict.outcome == REFUTED else NOTE
    message = f"{what} is {verdict.outcome}: {verdict.reason}"
    return Finding(verdict.outcome, level, claim.key, message, claim.expected, verdict.actual)


def _completed(
    finding: Finding,
    site: Site | None,
    stated: Mapping[str, tuple[str, ...]],
    why: Mapping[str, str],
    path_of: Callable[[Site], str],
) -> Finding:
    finding = replace(finding, pages=stated.get(finding.key, ()))
    if site:
        finding = replace(finding, path=path_of(site), line=site.span.line)
    if finding.level == ERROR and finding.key in why:
        finding = replace(finding, level=NOTE, message=f"{finding.message} (accepted: {why[finding.key]})")
    return finding


def _replacements(gone: Change, changes: Sequence[Change]) -> tuple[str, ...]:
    """What the same caller does, or the same place reads, instead of what is gone."""
    prefix = _pairing_prefix(gone.key)
    if not prefix:
        return ()
    return tuple(c.key[len(prefix) :] for c in changes if c.kind == NEW and c.key.startswith(prefix))


def _pairing_prefix(key: str) -> str:
    kind = key.partition(" ")[0]
    if kind == "call" and " -> " in key:
        return key.partition(" -> ")[0] + " -> "
    if kind in ("excerpt", "guard") and ": " in key:
        return key.partition(": ")[0] + ": "
    return " ".join(key.split(" ")[:3]) + " " if kind == "raises" else ""


def _site_of_change(change: Change, claims: Sequence[Claim]) -> Site | None:
    if change.claim:
        return _first_site(change.claim)
    # What is gone has no place of its own any more: the next best is where its holder is now.
    subject = change.key.split(" ", 3)[3]
    holder = subject.partition(": ")[0].partition(" ")[0]
    sites = (site for claim in claims for site in claim.sites if holder in (site.owner, claim.subject, site.path))
    return next(sites, None)


def _first_site(claim: Claim) -> Site | None:
    return claim.sites[0] if claim.sites else None


def _finding_order(finding: Finding) -> tuple[bool, int, str, str]:
    return (finding.level != ERROR, kind_rank(finding.key), finding.key, finding.rule)
