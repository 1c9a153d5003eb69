"""Excerpt claims: the source line shown beside a step reads as shown.

The key holds the path and the text but no line number: a moved line is the same excerpt, an edited one is another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tracer.model.claims import Claim
from tracer.model.edges import Site

ExcerptOf = Callable[[Site], str | None]
"""Looks up the text of the line on which a site begins; None where the source cannot be read."""


def claim_excerpts(claims: Iterable[Claim], excerpt_of: ExcerptOf) -> tuple[Claim, ...]:
    """Claim the line of every step and site that flow and first-write claims show."""
    shown = {
        site: claim.target
        for claim in claims
        if claim.kind in ("flow", "first-write")
        for site in (*(step.site for step in claim.steps), *claim.sites)
    }
    groups: dict[tuple[str, str, str], list[Site]] = {}
    for site in sorted(shown):
        text = (excerpt_of(site) or "").strip()
        if text:
            groups.setdefault((shown[site], site.path, text), []).append(site)
    return tuple(
        Claim("excerpt", target, None, f"{path}: {text}", (text,), tuple(sites))
        for (target, path, text), sites in groups.items()
    )
