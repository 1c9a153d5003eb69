"""Where the walk could not see: calls and names that it could not follow, and where it was cut short.

The same reason holds at many places of a function, so places are grouped: a line per function and reason, the most
frequent first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tracer.model.edges import Site, Unresolved
from tracer.model.names import SymbolId
from tracer.model.program import EntryTrace
from tracer.render.dossier import Dossier
from tracer.render.escape import Markdown, escape_text, join, sentence

ROWS_SHOWN = 300
_PLACES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Gap:
    """One reason why the walk went no further in one function: where, and in which entries."""

    function: SymbolId
    reason: str
    sites: tuple[Site, ...]
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GapRow:
    """A gap as a row: function, reason, entries, how many places, and the first of them."""

    function: Markdown
    reason: str
    entries: str
    number: int
    places: Markdown


@dataclass(frozen=True, slots=True)
class GapTable:
    """Gaps of one sort; ``rest`` says how many more there are, or is empty."""

    title: str
    anchor: str
    lead: str
    rows: tuple[GapRow, ...]
    rest: str


@dataclass(frozen=True, slots=True)
class LimitsView:
    """The page of what the walk did not see."""

    title: str
    back: Markdown
    tables: tuple[GapTable, ...]


def group_gaps(found: Iterable[tuple[EntryTrace, Unresolved]]) -> tuple[Gap, ...]:
    """Group unresolved places by function and reason, those with most places first."""
    sites: defaultdict[tuple[SymbolId, str], set[Site]] = defaultdict(set)
    entries: defaultdict[tuple[SymbolId, str], set[str]] = defaultdict(set)
    for trace, gap in found:
        sites[gap.site.owner, gap.reason].add(gap.site)
        entries[gap.site.owner, gap.reason].add(trace.name)
    gaps = [
        Gap(function, reason, tuple(sorted(places)), tuple(sorted(entries[function, reason])))
        for (function, reason), places in sites.items()
    ]
    return tuple(sorted(gaps, key=lambda gap: (-len(gap.sites), gap.function, gap.reason)))


def list_bounds(dossier: Dossier) -> tuple[Gap, ...]:
    """Where the walk of any entry was cut short."""
    return group_gaps((trace, gap) for trace in dossier.program.traces.values() for gap in trace.bounds)


def describe_gap(dossier: Dossier, gap: Gap, here: str) -> Markdown:
    """One line: the function, how many places, why, and in which entries."""
    pattern = "{}: {} ({}, in {})"
    function = dossier.symbol(gap.function, here)
    return sentence(pattern, function, gap.reason, count_places(gap), ", ".join(gap.entries))


def count_places(gap: Gap) -> str:
    """How many places a gap has, in words."""
    return "1 place" if len(gap.sites) == 1 else f"{len(gap.sites)} places"


def build_limits(dossier: Dossier, here: str) -> LimitsView:
    """Build the page that lists all gaps of a target."""
    traces = dossier.program.traces.values()
    unresolved = group_gaps((trace, gap) for trace in traces for gap in trace.unresolved)
    cut = "The walk stopped here to end in time, and what lies behind is not in the pages."
    lost = "What these calls and names stand for is not known, so calls behind them may be missing from the pages."
    return LimitsView(
        dossier.target.title or dossier.target.name,
        dossier.link(escape_text("verification"), dossier.addresses.verification, here),
        (
            _build_table(dossier, "Where the walk was cut short", "bounds", cut, list_bounds(dossier), here),
            _build_table(dossier, "What could not be followed", "unresolved", lost, unresolved, here),
        ),
    )


def _build_table(dossier: Dossier, title: str, anchor: str, lead: str, gaps: tuple[Gap, ...], here: str) -> GapTable:
    """A table of own code first, then the most frequent gaps of libraries."""
    ordered = sorted(gaps, key=lambda gap: not dossier.is_own(gap.function))
    left = len(ordered) - ROWS_SHOWN
    rest = f"{left} more lines are left out, each with at most as many places as the last." if left > 0 else ""
    rows = tuple(_build_row(dossier, gap, here) for gap in ordered[:ROWS_SHOWN])
    return GapTable(title, anchor, lead, rows, rest)


def _build_row(dossier: Dossier, gap: Gap, here: str) -> GapRow:
    places = [dossier.place(site) for site in gap.sites[:_PLACES_SHOWN]]
    places += [Markdown("…")] if len(gap.sites) > _PLACES_SHOWN else []
    return GapRow(
        dossier.symbol(gap.function, here), gap.reason, ", ".join(gap.entries), len(gap.sites), join(", ", places)
    )
