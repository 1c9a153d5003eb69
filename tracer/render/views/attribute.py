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
from tracer.render.views.limits import describe_gap, group_gaps, list_bounds
from tracer.render.views.steps import GuardView, StepView, build_guards, build_steps
from tracer.render.views.wording import state_claim

_GAPS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class FirstView:
    """One entry's first write: the answer in a sentence, its proof and the way to it; ``sources`` of the value."""

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
        _list_unknown(dossier, attribute, verdicts, here),
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

    def rows(verdict: Verdict | None, *, is_generic: bool) -> tuple[AccessRow, ...]:
        sites = (site for site in _sites_of(verdict) if (site.key in generic) is is_generic)
        return _rows(dossier, attribute, tuple(sites), here)

    generic_lead = (
        "Places that {} an attribute whose name is only known at run time, and may be this one. "
        "They belong to the set above."
    )
    reads_lead = "The places that load it, or ask for it with getattr or hasattr, by name."
    unclaimed = (Markdown(""), Markdown(""))
    judged_writes, judged_reads = _judged(dossier, written, here), _judged(dossier, read, here)
    return (
        AccessTable("Every write", "writes", _lead_writes(dossier), *judged_writes, rows(written, is_generic=False)),
        AccessTable(
            "Generic writes", "generic-writes", generic_lead.format("store"), *unclaimed, rows(written, is_generic=True)
        ),
        AccessTable("Every read", "reads", reads_lead, *judged_reads, rows(read, is_generic=False)),
        AccessTable(
            "Generic reads", "generic-reads", generic_lead.format("load"), *unclaimed, rows(read, is_generic=True)
        ),
    )


def _lead_writes(dossier: Dossier) -> str:
    """What the set of writers claims, and how far the walk looked for them."""
    places = sum(len(gap.sites) for gap in list_bounds(dossier))
    found = "The places that store it by name"
    if places:
        cut = "1 place" if places == 1 else f"{places} places"
        found += f", as far as the walk saw: it was cut short at {cut}, named below"
    return f"{found}. What is claimed of them and of the generic writes: no run stored it anywhere else."


def _judged(dossier: Dossier, verdict: Verdict | None, here: str) -> tuple[Markdown, Markdown]:
    return dossier.badge(verdict, here), dossier.explanation(verdict)


def _generic_keys(dossier: Dossier) -> set[tuple[str, int, int]]:
    accesses = (access for trace in dossier.program.traces.values() for access in (*trace.writes, *trace.reads))
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


def _list_unknown(dossier: Dossier, attribute: str, verdicts: list[Verdict], here: str) -> tuple[Markdown, ...]:
    """What keeps an answer from being certain: undecided conditions, names not followed, bounds of the walk."""
    notes: dict[Markdown, None] = {}
    for verdict in verdicts:
        claim = verdict.claim
        entry = claim.entry or "any entry"
        undecided = [guard for guard in claim.guards if guard.value == "undecided"]
        for guard in undecided:
            notes[sentence("In {}, {} is undecided: {}", entry, code(guard.text), guard.reason)] = None
        if claim.reason and not undecided:
            notes[sentence("In {}, {}: {}", entry, state_claim(dossier, verdict, here), claim.reason)] = None
    return (*sorted(notes), *_list_gaps(dossier, attribute.rpartition(".")[2], here))


def _list_gaps(dossier: Dossier, name: str, here: str) -> list[Markdown]:
    """Where the walk saw nothing: the most frequent reasons, and how many more the page of all of them has."""
    traces = dossier.program.traces.values()
    named = group_gaps((trace, gap) for trace in traces for gap in trace.unresolved if gap.name == name)
    gaps = (*named, *list_bounds(dossier))
    lines = [describe_gap(dossier, gap, here) for gap in gaps[:_GAPS_SHOWN]]
    left = len(gaps) - _GAPS_SHOWN
    if left > 0:
        more = dossier.link(Markdown("where the walk stops"), dossier.addresses.limits, here)
        lines.append(sentence("{} more, listed under {}.", left, more))
    return lines


def summarise_answer(view: AttributeView) -> Markdown:
    """One line for lists of pages: who writes first, per entry, each once."""
    parts = dict.fromkeys(sentence("{}: {}", first.entry, first.writer) for first in view.firsts)
    return join("; ", tuple(parts)) if parts else escape_text("never set by name")
