"""A target at a glance: what was traced, how each scenario ended, how much is proven, and where to read on."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from tracer.model.evidence import ScenarioRun
from tracer.model.names import SymbolId, module_of
from tracer.model.targets import Scenario
from tracer.model.verdicts import Verdict
from tracer.render.addresses import title_of
from tracer.render.dossier import Dossier
from tracer.render.escape import Markdown, code, escape_text, join, sentence
from tracer.render.views.attribute import build_attribute, summarise_answer
from tracer.render.views.verification import CountTable, count_claims, list_problems, summarise_outcomes


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """One scenario on one device; ``claimed`` is how the code alone says it ends."""

    name: str
    title: str
    command: Markdown
    claimed: Markdown
    outcome: Markdown


@dataclass(frozen=True, slots=True)
class FactoryRow:
    """What a function that chooses a class returns in one scenario."""

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
    """A target's first page."""

    title: str
    packages: Markdown
    libraries: Markdown
    devices: Markdown
    scenarios: tuple[ScenarioRow, ...]
    factories: tuple[FactoryRow, ...]
    modules: tuple[ModuleRow, ...]
    census: Markdown
    summary: Markdown
    counts: CountTable
    verification: Markdown
    groups: tuple[PageGroup, ...]
    problems: tuple[Markdown, ...]


def build_overview(dossier: Dossier, here: str) -> OverviewView:
    """Build a target's first page."""
    runs = dossier.observations.runs
    devices = sorted({f"{run.device} (Python {run.python})" for run in runs})
    libraries = [f"{name} {version}" for name, version in sorted(dossier.program.libraries.items())]
    return OverviewView(
        dossier.target.title or dossier.target.name,
        join(", ", tuple(map(code, dossier.target.packages))),
        join(", ", libraries) if libraries else Markdown("none"),
        join(", ", devices) if devices else Markdown("none: nothing was run"),
        tuple(row for scenario in dossier.target.scenarios for row in _build_scenarios(dossier, scenario, here)),
        tuple(_build_factory(dossier, verdict, here) for verdict in dossier.ledger.of_kind("dispatch")),
        _build_modules(dossier),
        _count_files(dossier),
        summarise_outcomes(dossier),
        count_claims(dossier),
        dossier.link(escape_text("Verification"), dossier.addresses.verification, here),
        tuple(group for group in _list_pages(dossier, here) if group.pages),
        list_problems(dossier),
    )


def _build_scenarios(dossier: Dossier, scenario: Scenario, here: str) -> tuple[ScenarioRow, ...]:
    parts = [f"python {scenario.script}" if scenario.script else scenario.entry or "", *scenario.argv]
    command = code(" ".join(parts))
    endings = [v for v in dossier.ledger.of_kind("raises") if v.claim.entry == scenario.name]
    claimed = join(", ", [_describe_claimed(dossier, verdict, here) for verdict in endings]) or Markdown("–")
    runs = dossier.observations.runs_of(scenario.name)
    if not runs:
        return (ScenarioRow(scenario.name, scenario.title, command, claimed, Markdown("not run")),)
    return tuple(ScenarioRow(scenario.name, scenario.title, command, claimed, _describe_ending(run)) for run in runs)


def _describe_claimed(dossier: Dossier, verdict: Verdict, here: str) -> Markdown:
    expected = verdict.claim.expected[0] if verdict.claim.expected else "unknown"
    return sentence("{} {}", expected, dossier.badge(verdict, here))


def _build_factory(dossier: Dossier, verdict: Verdict, here: str) -> FactoryRow:
    claim = verdict.claim
    return FactoryRow(
        dossier.symbol(claim.subject, here),
        claim.entry or "any entry",
        join(" or ", [dossier.symbol(cls, here) for cls in claim.expected]),
        dossier.badge(verdict, here),
        dossier.explanation(verdict),
    )


def _describe_ending(run: ScenarioRun) -> Markdown:
    if run.exception is None:
        reason = sentence(": {}", run.reason) if run.reason else Markdown("")
        return sentence("{} on {}{}", run.outcome, run.device, reason)
    frame = run.exception.stack[-1] if run.exception.stack else None
    at = sentence(" at {}", code(f"{frame.path}:{frame.span.line}")) if frame else Markdown("")
    ending = code(f"{run.exception.type}: {run.exception.message}")
    return sentence("{} on {}: {}{}", run.outcome, run.device, ending, at)


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
    origin = dossier.library_of(symbol) or module_of(symbol)
    return sentence("{} classes in its MRO; {}", length, origin)
