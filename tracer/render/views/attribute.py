"""*Where is this attribute first set?* One answer per entry point, side by side, then everything that touches it."""

from __future__ import annotations

from dataclasses import dataclass

from tracer.model.claims import Claim
from tracer.model.edges import Site
from tracer.model.program import FirstWrite
from tracer.model.verdicts import Verdict
from tracer.render.addresses import slug_of
from tracer.render.dossier import Dossier
from tracer.render.escape import Markdown, code, escape_text, join, sentence
from tracer.render.excerpts import cut_excerpt
from tracer.render.views.steps import GuardView, StepView, build_guards, build_steps


@dataclass(frozen=True, slots=True)
class FirstView:
    """One entry's first write: the answer in a sentence, its proof and the way to it."""

    entry: str
    anchor: Markdown
    answer: Markdown
    badge: Markdown
    owner: Markdown
    writer: Markdown
    place: Markdown
    sources: Markdown
    seen: Markdown
    explanation: Markdown
    excerpt: Markdown
    steps: tuple[StepView, ...]
    guards: tuple[GuardView, ...]


@dataclass(frozen=True, slots=True)
class AccessRow:
    """A place that writes or reads the attribute."""

    writer: Markdown
    form: str
    place: Markdown
    seen: Markdown


@dataclass(frozen=True, slots=True)
class AccessTable:
    """Places of one kind under the badge of the claim that lists them."""

    title: str
    anchor: str
    lead: str
    badge: Markdown
    explanation: Markdown
    rows: tuple[AccessRow, ...]


@dataclass(frozen=True, slots=True)
class AttributeView:
    """The page of one attribute; ``silent`` are entries that never set it, ``unknown`` what is not known and why."""

    name: Markdown
    firsts: tuple[FirstView, ...]
    silent: tuple[Markdown, ...]
    tables: tuple[AccessTable, ...]
    unknown: tuple[Markdown, ...]


def build_attribute(dossier: Dossier, attribute: str, here: str) -> AttributeView:
    """Build the page of an attribute from the claims about it."""
    verdicts = [v for v in dossier.ledger.of_kind("first-write") if _concerns(dossier, attribute, v.claim)]
    name = attribute.rpartition(".")[2]
    firsts = tuple(_build_first(dossier, name, verdict, here) for verdict in verdicts if verdict.claim.sites)
    return AttributeView(
        code(attribute),
        firsts,
        _list_silent(dossier, attribute, {verdict.claim.entry for verdict in verdicts}),
        _build_tables(dossier, attribute, here),
        _list_unknown(dossier, attribute, [verdict.claim for verdict in verdicts]),
    )


def _concerns(dossier: Dossier, documented: str, claim: Claim) -> bool:
    """Whether a first write is of a documented attribute, which may be given for one class and its subclasses."""
    owner, attribute = claim.subject.split(" ")[:2]
    class_text, _, name = documented.rpartition(".")
    linked = dossier.program.linearisation_of(owner)
    classes = linked.mro if linked else (owner,)
    ending = (f":{class_text}", f".{class_text}")
    return attribute == name and (not class_text or any(cls.endswith(ending) for cls in classes))


def _build_first(dossier: Dossier, attribute: str, verdict: Verdict, here: str) -> FirstView:
    claim, site = verdict.claim, verdict.claim.sites[0]
    owner = claim.subject.split(" ")[0]
    entry = claim.entry or "any entry"
    linked = _find_linked(dossier, attribute, claim)
    number = claim.subject.partition(" #")[2] or "1"
    anchor = Markdown(slug_of(f"first-{entry}-{owner.rpartition(':')[2]}-{number}").lower())
    return FirstView(
        entry,
        anchor,
        _answer(dossier, attribute, claim, site, here),
        dossier.badge(verdict, here),
        dossier.symbol(owner, here),
        dossier.symbol(site.owner, here),
        dossier.shown_place(site, here),
        join("; ", linked.access.sources) if linked and linked.access.sources else Markdown("not known"),
        _seen(dossier, attribute, site, claim.entry),
        dossier.explanation(verdict),
        cut_excerpt(dossier.lines_of, site),
        build_steps(dossier, claim, here, f"{anchor}-step"),
        build_guards(dossier, claim, here),
    )


def _answer(dossier: Dossier, attribute: str, claim: Claim, site: Site, here: str) -> Markdown:
    """The page's main sentence; library code that comes first is called so, never passed over for the project's own."""
    name, place, writer = code(attribute), dossier.place(site), dossier.symbol(site.owner, here)
    can = "is first set" if claim.certain else "may first be set"
    if site.library is None:
        return sentence("In {}, {} {} in {} at {}.", claim.entry or "any entry", name, can, writer, place)
    own = [step for step in claim.steps if dossier.is_own(step.caller)]
    reached = sentence(", reached from {}", dossier.symbol(own[-1].caller, here)) if own else ""
    library = dossier.version_of(site.library)
    pattern = "In {}, {} {} by library code: {} ({}) at {}{}. No assignment in the project comes before it."
    return sentence(pattern, claim.entry or "any entry", name, can, writer, library, place, reached)


def _find_linked(dossier: Dossier, attribute: str, claim: Claim) -> FirstWrite | None:
    trace = dossier.program.traces.get(claim.entry or "")
    firsts = trace.first_writes if trace else ()
    same = (f for f in firsts if f.attribute == attribute and f.access.site.key == claim.sites[0].key)
    return next(same, None)


def _seen(dossier: Dossier, attribute: str, site: Site, entry: str | None = None) -> Markdown:
    """Which scenarios really wrote here and what value, or a dash."""
    found = dossier.observations.writes_at(attribute, site)
    here = {(scenario, write.value) for scenario, write in found if entry in {None, scenario}}
    values = tuple(sentence("{} ({})", scenario, code(value)) for scenario, value in sorted(here))
    return join(", ", values) if values else Markdown("–")


def _list_silent(dossier: Dossier, attribute: str, entries: set[str | None]) -> tuple[Markdown, ...]:
    silent = [name for name in sorted(dossier.program.traces) if name not in entries]
    if None in entries:
        return ()
    pattern = "In {}, nothing the walk reached sets {} by name."
    return tuple(sentence(pattern, name, code(attribute)) for name in silent)


def _build_tables(dossier: Dossier, attribute: str, here: str) -> tuple[AccessTable, ...]:
    written = dossier.ledger.find("writes", attribute)
    read = dossier.ledger.find("reads", attribute)
    generic = _generic_keys(dossier)
    stores, loads = _sites_of(written), _sites_of(read)
    by_name = _rows(dossier, attribute, tuple(site for site in stores if site.key not in generic), here)
    by_any = _rows(dossier, attribute, tuple(site for site in stores if site.key in generic), here)
    reads = _rows(dossier, attribute, loads, here)
    writes_lead = "All places that store it by name. The claim is that there is no other."
    generic_lead = "Places that store an attribute whose name is only known at run time, and may be this one."
    reads_lead = "All places that load it, or ask for it with getattr or hasattr."
    return (
        _table(dossier, "Every write", "writes", writes_lead, written, by_name, here),
        _table(dossier, "Generic writes", "generic-writes", generic_lead, written, by_any, here),
        _table(dossier, "Every read", "reads", reads_lead, read, reads, here),
    )


def _generic_keys(dossier: Dossier) -> set[tuple[str, int, int]]:
    accesses = (access for trace in dossier.program.traces.values() for access in trace.writes)
    return {access.site.key for access in accesses if access.generic}


def _sites_of(verdict: Verdict | None) -> tuple[Site, ...]:
    return tuple(sorted(set(verdict.claim.sites))) if verdict else ()


def _rows(dossier: Dossier, attribute: str, sites: tuple[Site, ...], here: str) -> tuple[AccessRow, ...]:
    return tuple(
        AccessRow(
            _writer(dossier, site, here),
            site.form,
            dossier.place(site),
            _seen(dossier, attribute.rpartition(".")[2], site),
        )
        for site in sites
    )


def _writer(dossier: Dossier, site: Site, here: str) -> Markdown:
    symbol = dossier.symbol(site.owner, here)
    return sentence("{} ({})", symbol, dossier.version_of(site.library)) if site.library else symbol


def _table(
    dossier: Dossier,
    title: str,
    anchor: str,
    lead: str,
    verdict: Verdict | None,
    rows: tuple[AccessRow, ...],
    here: str,
) -> AccessTable:
    return AccessTable(title, anchor, lead, dossier.badge(verdict, here), dossier.explanation(verdict), rows)


def _list_unknown(dossier: Dossier, attribute: str, claims: list[Claim]) -> tuple[Markdown, ...]:
    """What keeps an answer from being certain: undecided guards, unfollowed names, bounds of the walk."""
    notes = {sentence("{}: {}", code(claim.key), claim.reason) for claim in claims if claim.reason}
    for claim in claims:
        notes |= {
            sentence("In {}, {} is undecided: {}", claim.entry or "any entry", code(guard.text), guard.reason)
            for guard in claim.guards
            if guard.value == "undecided"
        }
    for trace in dossier.program.traces.values():
        gaps = [gap for gap in trace.unresolved if gap.name == attribute.rpartition(".")[2]] + list(trace.bounds)
        notes |= {
            sentence("In {}, at {}: {} – {}", trace.name, dossier.place(gap.site), code(gap.name), gap.reason)
            for gap in gaps
        }
    return tuple(sorted(notes))


def summarise_answer(view: AttributeView) -> Markdown:
    """One line for lists of pages: who writes first, per entry."""
    parts = [sentence("{}: {}", first.entry, first.writer) for first in view.firsts]
    return join("; ", parts) if parts else escape_text("never set by name")
