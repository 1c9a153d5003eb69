"""The list of pages: for each its address, its title in the navigation, its template and its view model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracer.render.addresses import LEGEND, title_of
from tracer.render.badges import MEANINGS, badge
from tracer.render.contents import TargetContents
from tracer.render.dossier import Dossier
from tracer.render.escape import Markdown, code, sentence
from tracer.render.views.attribute import build_attribute
from tracer.render.views.counts import summarise_outcomes
from tracer.render.views.flow import build_flow
from tracer.render.views.limits import build_limits
from tracer.render.views.linearisation import build_class
from tracer.render.views.overview import build_overview
from tracer.render.views.sequence import build_sequence
from tracer.render.views.verification import build_outcomes, build_verification


@dataclass(frozen=True, slots=True)
class Page:
    """One page. ``section`` is its group in the navigation, empty for the target's own level.

    A page without a title is its group's first page.
    """

    path: str
    title: str
    template: str
    view: object
    section: str = ""


@dataclass(frozen=True, slots=True)
class LegendView:
    """Every badge with its meaning."""

    rows: tuple[tuple[Markdown, str], ...]


@dataclass(frozen=True, slots=True)
class IndexView:
    """All targets: a link, the packages and the counts of each."""

    rows: tuple[tuple[Markdown, Markdown, Markdown], ...]


def list_contents(dossier: Dossier, pages: Sequence[Page]) -> TargetContents:
    """What the shared pages say about a target."""
    title = dossier.target.title or dossier.target.name
    row = (
        dossier.link(sentence("{}", title), dossier.addresses.overview, ""),
        Markdown(", ".join(map(code, dossier.target.packages))),
        summarise_outcomes(dossier),
    )
    listed = tuple((page.path, page.title, page.section) for page in pages)
    return TargetContents(dossier.target.name, dossier.addresses.folder, title, row, listed)


def plan_shared_pages(contents: Sequence[TargetContents]) -> tuple[Page, ...]:
    """The pages that belong to no target: the list of targets and the legend."""
    rows = tuple(one.row for one in contents)
    legend = LegendView(tuple((badge(outcome), meaning) for outcome, meaning in MEANINGS.items()))
    return (
        Page("index.md", "", "index.md.jinja", IndexView(rows)),
        Page(LEGEND, "Legend", "legend.md.jinja", legend),
    )


def plan_pages(dossier: Dossier) -> tuple[Page, ...]:
    """The pages of one target, in the order of the navigation."""
    addresses = dossier.addresses
    overview = Page(addresses.overview, "", "overview.md.jinja", build_overview(dossier, addresses.overview))
    return (
        overview,
        *_plan_attributes(dossier),
        *_plan_flows(dossier),
        *_plan_sequences(dossier),
        *_plan_classes(dossier),
        *_plan_verification(dossier),
    )


def _plan_attributes(dossier: Dossier) -> list[Page]:
    return [
        Page(address, name, "attribute.md.jinja", build_attribute(dossier, name, address), "Attributes")
        for name, address in dossier.addresses.attributes.items()
    ]


def _plan_flows(dossier: Dossier) -> list[Page]:
    pages = []
    for (symbol, entry), address in dossier.addresses.flows.items():
        verdict = dossier.ledger.find("flow", symbol, entry or None)
        if verdict is not None:
            title = f"{title_of(symbol)} in {entry}" if entry else title_of(symbol)
            pages.append(Page(address, title, "flow.md.jinja", build_flow(dossier, verdict, address), "Call flows"))
    return pages


def _plan_sequences(dossier: Dossier) -> list[Page]:
    documented = zip(dossier.target.documented.sequences, dossier.addresses.sequences, strict=True)
    return [
        Page(
            address,
            title,
            "sequence.md.jinja",
            build_sequence(dossier, title, entry, symbol, address),
            "Calling sequences",
        )
        for (title, entry, symbol), address in documented
    ]


def _plan_classes(dossier: Dossier) -> list[Page]:
    pages = []
    for symbol, address in dossier.addresses.classes.items():
        verdict = dossier.ledger.find("mro", symbol)
        if verdict is not None:
            view = build_class(dossier, verdict, address)
            pages.append(Page(address, title_of(symbol), "class.md.jinja", view, "Classes"))
    return pages


def _plan_verification(dossier: Dossier) -> list[Page]:
    address = dossier.addresses.verification
    dashboard = Page(address, "", "verification.md.jinja", build_verification(dossier, address), "Verification")
    lists = [
        Page(path, f"{view.outcome.capitalize()}{view.part}", "outcome.md.jinja", view, "Verification")
        for path, view in build_outcomes(dossier)
    ]
    limits = dossier.addresses.limits
    walked = Page(limits, "Where the walk stops", "limits.md.jinja", build_limits(dossier, limits), "Verification")
    return [dashboard, *lists, walked]
