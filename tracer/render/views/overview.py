"""A target at a glance: what was traced, how each scenario ended, how much is proven, and where to read on."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from dataclasses import dataclass

from tracer.model.claims import Claim
from tracer.model.evidence import ScenarioRun
from tracer.model.names import SymbolId, module_of
from tracer.model.targets import Scenario
from tracer.model.verdicts import UNDECIDED, Verdict
from tracer.render.addresses import title_of
from tracer.render.dossier import Dossier
from tracer.render.escape import Markdown, code, escape_text, join, sentence
from tracer.render.views.attribute import build_attribute, summarise_answer
from tracer.render.views.counts import CountGroup, count_claims, summarise_outcomes
from tracer.render.views.verification import list_problems
from tracer.render.views.wording import name_classes


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """One scenario on one device; ``claimed`` is how the code alone says it ends."""

    name: str
    title: str
    command: Markdown
    claimed: Markdown
    outcome: Markdown


@dataclass(frozen=True, slots=True)
class ResultRow:
    """What a function returns in one scenario."""

    function: Markdown
    entry: str
    classes: Markdown
    badge: Markdown
    explanation: Markdown


@dataclass(frozen=True, slots=True)
class ModuleRow:
    """What the walk reached in one module of the project, or in one whole library."""

    name: Markdown
    functions: int
    calls: int
    classes: int


@dataclass(frozen=True, slots=True)
class PageGroup:
    """Links to pages of one kind, each with a line that says what it answers."""

    title: str
    pages: tuple[tuple[Markdown, Markdown], ...]


@dataclass(frozen=True, slots=True)
class OverviewView:
    """A target's first page; ``results`` are of functions that return but choose nothing."""

    title: str
    packages: Markdown
    libraries: Markdown
    devices: Markdown
    scenarios: tuple[ScenarioRow, ...]
    factories: tuple[ResultRow, ...]
    results: tuple[ResultRow, ...]
    modules: tuple[ModuleRow, ...]
    census: Markdown
    summary: Markdown
    counts: tuple[CountGroup, ...]
    verification: Markdown
    groups: tuple[PageGroup, ...]
    problems: tuple[Markdown, ...]


def build_overview(dossier: Dossier, here: str) -> OverviewView:
    """Build a target's first page."""
    runs = dossier.observations.runs
    devices = sorted({f"{run.device} (Python {run.python})" for run in runs})
    libraries = [f"{name} {version}" for name, version in sorted(dossier.program.libraries.items())]
    results = dossier.ledger.of_kind("dispatch")
    return OverviewView(
        dossier.target.title or dossier.target.name,
        join(", ", tuple(map(code, dossier.target.packages))),
        join(", ", libraries) if libraries else Markdown("none"),
        join(", ", devices) if devices else Markdown("none: nothing was run"),
        tuple(row for scenario in dossier.target.scenarios for row in _build_scenarios(dossier, scenario, here)),
        tuple(_build_result(dossier, verdict, here) for verdict in results if _is_factory(dossier, verdict.claim)),
        tuple(_build_result(dossier, verdict, here) for verdict in results if not _is_factory(dossier, verdict.claim)),
        _build_modules(dossier),
        _count_files(dossier),
        summarise_outcomes(dossier),
        count_claims(dossier),
        dossier.link(escape_text("Verification"), dossier.addresses.verification, here),
        tuple(group for group in _list_pages(dossier, here) if group.pages),
        list_problems(dossier),
    )


def _build_scenarios(dossier: Dossier, scenario: Scenario, here: str) -> tuple[ScenarioRow, ...]:
    program = ("python", scenario.script) if scenario.script else (scenario.entry or "",)
    command = code(shlex.join((*program, *scenario.argv)))
    endings = [v for v in dossier.ledger.of_kind("raises") if v.claim.entry == scenario.name]
    claimed = join(", ", [_describe_claimed(dossier, verdict, here) for verdict in endings]) or Markdown("–")
    runs = dossier.observations.runs_of(scenario.name)
    if not runs:
        return (ScenarioRow(scenario.name, scenario.title, command, claimed, Markdown("not run")),)
    return tuple(
        ScenarioRow(scenario.name, scenario.title, command, claimed, _describe_ending(dossier, run)) for run in runs
    )


def _describe_claimed(dossier: Dossier, verdict: Verdict, here: str) -> Markdown:
    expected = verdict.claim.expected[0] if verdict.claim.expected else "unknown"
    return sentence("{} {}", expected.removeprefix("builtins:"), dossier.badge(verdict, here))


def _build_result(dossier: Dossier, verdict: Verdict, here: str) -> ResultRow:
    claim = verdict.claim
    return ResultRow(
        dossier.symbol(claim.subject, here),
        claim.entry or "any entry",
        name_classes(dossier, claim.expected, here),
        dossier.badge(verdict, here),
        dossier.explanation(verdict),
    )


def _is_factory(dossier: Dossier, claim: Claim) -> bool:
    """Whether a function chooses which class of the target, or of a library it is followed into, it makes."""
    classes = [cls for cls in claim.expected if cls != UNDECIDED]
    if not classes or not all(_is_followed(dossier, cls) for cls in classes):
        return False
    if len(classes) > 1 or claim.guards:
        return True
    trace = dossier.program.traces.get(claim.entry or "")
    made = (edge for edge in (trace.edges() if trace else ()) if edge.caller == claim.subject)
    return any(edge.guards and edge.receiver in classes for edge in made)


def _is_followed(dossier: Dossier, cls: SymbolId) -> bool:
    return dossier.is_own(cls) or module_of(cls).partition(".")[0] in dossier.target.follow


def _describe_ending(dossier: Dossier, run: ScenarioRun) -> Markdown:
    changed = "; recording changed what it put out, so nothing rests on it" if run.identical is False else ""
    if run.exception is None:
        reason = sentence(": {}", run.reason) if run.reason else Markdown("")
        return sentence("{} on {}{}{}", run.outcome, run.device, reason, changed)
    frame = run.exception.stack[-1] if run.exception.stack else None
    at = sentence(" at {}", dossier.place(dossier.locate(frame.path, frame.span))) if frame else Markdown("")
    ending = code(f"{run.exception.type}: {run.exception.message}")
    return sentence("{} on {}: {}{}{}", run.outcome, run.device, ending, at, changed)


def _build_modules(dossier: Dossier) -> tuple[ModuleRow, ...]:
    """Count functions, calls and classes per module of the project and per library, the project first."""
    functions: defaultdict[tuple[bool, str], set[SymbolId]] = defaultdict(set)
    calls: Counter[tuple[bool, str]] = Counter()
    for trace in dossier.program.traces.values():
        for context in trace.contexts:
            functions[_place_of(dossier, context.symbol)].add(context.symbol)
    for edge in {edge for trace in dossier.program.traces.values() for edge in trace.edges()}:
        calls[_place_of(dossier, edge.caller)] += 1
    classes = Counter(_place_of(dossier, symbol) for symbol in dossier.program.classes)
    places = sorted({*functions, *calls, *classes})
    return tuple(ModuleRow(code(p[1]), len(functions[p]), calls[p], classes[p]) for p in places)


def _place_of(dossier: Dossier, symbol: SymbolId) -> tuple[bool, str]:
    library = dossier.library_of(symbol)
    return (bool(library), library or module_of(symbol))


def _count_files(dossier: Dossier) -> Markdown:
    files, entries = len(dossier.program.files), len(dossier.program.traces)
    functions = {context.symbol for trace in dossier.program.traces.values() for context in trace.contexts}
    pattern = "The walk went through {} {} and {} functions from {} entry {}."
    words = ("file" if files == 1 else "files", "point" if entries == 1 else "points")
    return sentence(pattern, files, words[0], len(functions), entries, words[1])


def _list_pages(dossier: Dossier, here: str) -> tuple[PageGroup, ...]:
    addresses = dossier.addresses
    attributes = [
        (
            dossier.link(sentence("Where is {} first set?", code(name)), address, here),
            summarise_answer(build_attribute(dossier, name, here)),
        )
        for name, address in addresses.attributes.items()
    ]
    flows = [
        (
            dossier.link(sentence("Call flow of {}", code(title_of(symbol))), address, here),
            sentence("from {}", entry or "any entry"),
        )
        for (symbol, entry), address in addresses.flows.items()
    ]
    documented = zip(dossier.target.documented.sequences, addresses.sequences, strict=True)
    sequences = [
        (dossier.link(escape_text(title), address, here), sentence("in {}, below {}", entry, code(symbol)))
        for (title, entry, symbol), address in documented
    ]
    classes = [
        (dossier.link(code(title_of(symbol)), address, here), _describe_class(dossier, symbol))
        for symbol, address in addresses.classes.items()
    ]
    return (
        PageGroup("Attributes", tuple(attributes)),
        PageGroup("Call flows", tuple(flows)),
        PageGroup("Calling sequences", tuple(sequences)),
        PageGroup("Classes", tuple(classes)),
    )


def _describe_class(dossier: Dossier, symbol: SymbolId) -> Markdown:
    verdict = dossier.ledger.find("mro", symbol)
    length = len(verdict.claim.expected) if verdict else 0
    origin = dossier.library_of(symbol) or code(module_of(symbol))
    return sentence("{} classes in its MRO; {}", length, origin)
