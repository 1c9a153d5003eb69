"""Judging excerpts: whether the lines shown read as shown in the files as they are now."""

from __future__ import annotations

from tracer.judge.conditions import LinesOf
from tracer.judge.places import place_text
from tracer.model.claims import Claim
from tracer.model.edges import Site
from tracer.model.verdicts import HOLDS, REFUTED, Verdict


def judge_excerpt(claim: Claim, lines_of: LinesOf) -> Verdict:
    """Compare the claimed text with the line on which each of its places begins."""
    wrong = [(site, text) for site in claim.sites if (text := read_line(site, lines_of)) != claim.expected[0]]
    if not wrong:
        return Verdict(claim, HOLDS)
    actual = tuple("" if text is None else text for _, text in wrong)
    return Verdict(claim, REFUTED, "; ".join(_reason_of(site, text) for site, text in wrong), actual)


def read_line(site: Site, lines_of: LinesOf) -> str | None:
    """The line on which a site begins, without its indentation; None where there is no such line."""
    lines = lines_of(site.path)
    return lines[site.span.line - 1].strip() if lines and 0 < site.span.line <= len(lines) else None


def _reason_of(site: Site, text: str | None) -> str:
    place = place_text(site.path, site.span)
    return f"does not hold: there is no {place}" if text is None else f"does not hold: {place} reads {text!r}"
