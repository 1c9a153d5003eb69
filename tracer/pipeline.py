"""The whole sentence on one screen: sources to a program to claims, runs to evidence, both to verdicts to pages.

``trace`` says it and writes it down, ``check`` says it again and compares, ``observe`` renews the evidence of one run.
Every step is a function of its arguments and lives in a package of its own; only here do they meet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import reduce
from pathlib import PurePosixPath

from tracer.claim.claims import derive_claims
from tracer.claim.symbols import find_undocumentable
from tracer.codebase import Codebase, Problems, link_codebase, module_name_of, open_codebase
from tracer.codec.claims import encode_lock
from tracer.config import Config
from tracer.config.document import Key, read_document, render_key
from tracer.config.loading import PYPROJECT, SECTION, find_config
from tracer.errors import TargetError, TracerError
from tracer.judge.conditions import read_conditions
from tracer.judge.gaps import find_gaps
from tracer.judge.lock import compare
from tracer.judge.outcomes import ConditionOutcomes, outcomes_of
from tracer.judge.report import Finding, build_report, holds
from tracer.judge.summary import summarise
from tracer.judge.verdicts import judge
from tracer.model.claims import Claim
from tracer.model.edges import Site
from tracer.model.evidence import Evidence, ScenarioRun
from tracer.model.names import SymbolId, module_of
from tracer.model.program import Program
from tracer.model.progress import Progress, Silence
from tracer.model.targets import Scenario, Target
from tracer.model.verdicts import OUTCOMES
from tracer.observe import Watch, find_scope, observe_scenario
from tracer.observe.device import name_device
from tracer.render.dossier import TracedTarget
from tracer.render.folder import write_site
from tracer.render.site import render_site
from tracer.render.statements import find_statements
from tracer.workspace import LOCK, Kept, Workspace, with_run

DEFAULT_REF = "main"
SILENCE = Silence()
NOTHING_KEPT = Kept()


@dataclass(frozen=True, slots=True)
class Derived:
    """What the code alone says about one target."""

    codebase: Codebase
    program: Program
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Traced:
    """What ``trace`` did: counts of outcomes by target, the number of pages, and what could not be read or run."""

    summaries: Mapping[str, Mapping[str, int]]
    pages: int
    problems: Problems


@dataclass(frozen=True, slots=True)
class Observed:
    """A run, how the conditions in the target's own files came out in it, and the lines of those files."""

    run: ScenarioRun
    conditions: ConditionOutcomes
    lines_of: Callable[[str], tuple[str, ...] | None]


@dataclass(frozen=True, slots=True)
class Checked:
    """What ``check`` found; ``exit_code`` is 1 where a documented claim does not hold."""

    findings: tuple[Finding, ...]
    stale_pages: tuple[str, ...]
    exit_code: int


def trace(
    config: Config,
    *,
    observe: bool = True,
    device: str = "cpu",
    targets: Sequence[str] | None = None,
    progress: Progress = SILENCE,
) -> Traced:
    """Analyse the targets, run their scenarios unless told otherwise, compare, and write docs/generated.

    Raises ``ConfigError`` where something documented does not exist.
    """
    workspace = Workspace(config.folder)
    chosen = [target for target in config.targets if targets is None or target.name in targets]
    derived = [derive(target, workspace, progress) for target in chosen]
    for each in derived:
        refuse_undocumentable(each, config)
    problems = [problem for each in derived for problem in each.program.problems]
    with workspace.alone(progress):
        for each in derived if observe else ():
            problems += renew_evidence(each.codebase, workspace, device, progress)
        traced = compare_with_runs(derived, workspace.read_evidence(), progress)
        others = {target.name for target in config.targets if target not in chosen}
        files = render(traced, workspace, progress, workspace.read_kept(others))
        write_site(workspace.generated, files)
    pages = sum(name.endswith(".md") for name in files)
    return Traced({one.target.name: count_outcomes(one) for one in traced}, pages, tuple(problems))


def check(config: Config, *, fresh: bool = False, observe: bool = False, progress: Progress = SILENCE) -> Checked:
    """Derive every documented claim again and compare it with the lock and the committed evidence; write nothing.

    With ``observe`` the scenarios run first and what they do stands in for the committed runs. ``fresh`` also fails on
    pages that would be written with other bytes. A target that the lock does not know and a scenario without evidence
    fail it, too. Raises ``LockError`` where there is no lock to compare with.
    """
    workspace = Workspace(config.folder)
    locked = workspace.read_lock()
    derived = [derive(target, workspace, progress) for target in config.targets]
    with workspace.alone(progress) if observe else nullcontext():
        runs = [run for each in derived if observe for run in run_scenarios(each.codebase, workspace, "cpu", progress)]
    evidence = reduce(with_run, runs, workspace.read_evidence())
    traced = compare_with_runs(derived, evidence, progress)
    files = render(traced, workspace, progress)
    claims = [claim for each in derived for claim in each.claims]
    verdicts = [verdict for one in traced for verdict in one.verdicts]
    pages = find_statements(claims, files)
    documented = {claim.target for claim in locked}
    changes = compare(locked, [claim for claim in claims if claim.target in documented])
    gaps = find_gaps(config.targets, locked, claims, verdicts, evidence)
    report = build_report(changes, verdicts, config.accepted, pages=pages, path_of=path_below(derived))
    findings = (*gaps, *report)
    stale = workspace.find_stale_pages(files)
    return Checked(findings, stale, 0 if holds(findings) and not (fresh and stale) else 1)


def observe(config: Config, name: str, device: str = "cpu", progress: Progress = SILENCE) -> Observed:
    """Run one scenario, renew its evidence, and see how the target's own conditions came out.

    Raises ``TargetError`` for a name not configured.
    """
    workspace = Workspace(config.folder)
    target, scenario = config.scenario_named(name)
    codebase = open_codebase(target, config.folder, workspace.cache)
    with workspace.alone(progress):
        (run,) = run_scenarios(codebase, workspace, device, progress, (scenario,))
        workspace.renew_evidence(run)
    script = next(known.script for known in codebase.walked.scenarios if known.name == name)
    own = [path for path in run.executed if path == script or target.owns(module_name_of(path))]
    return Observed(run, outcomes_of(run, own, read_conditions(codebase.lines_of)), codebase.lines_of)


def derive(target: Target, workspace: Workspace, progress: Progress) -> Derived:
    """Parse, extract, link and claim: all that the code alone says."""
    codebase = open_codebase(target, workspace.folder, workspace.cache)
    program = link_codebase(codebase, progress)
    progress.stage("claim", target.name)
    return Derived(codebase, program, derive_claims(program, target, codebase.excerpt_of))


def refuse_undocumentable(derived: Derived, config: Config) -> None:
    """Raise ``ConfigError``, with key and line, for the first thing documented that is not in the code."""
    target, program = derived.codebase.target, derived.program
    names = derived.codebase.attribute_names(program) if target.documented.attributes else frozenset()
    for key, message in find_undocumentable(program, target, names):
        raise locate_error(config, ("targets", target.name, "document", *key), message)


def locate_error(config: Config, key: Key, message: str) -> TracerError:
    """The error about a key of the configuration file, with its line where that file is found again."""
    file = find_config(config.folder)
    if file is None or file.parent != config.folder:
        return TargetError(f"{render_key(key)}: {message}")
    return read_document(file, SECTION if file.name == PYPROJECT else ()).error(key, message)


def renew_evidence(codebase: Codebase, workspace: Workspace, device: str, progress: Progress) -> Problems:
    """Run a target's scenarios and write each one's evidence as it ends; returns those that did not start."""
    failed = []
    for run in run_scenarios(codebase, workspace, device, progress):
        workspace.renew_evidence(run)
        if run.outcome == "failed":
            failed.append((run.scenario, f"did not start: {run.reason}"))
    return tuple(failed)


def run_scenarios(
    codebase: Codebase,
    workspace: Workspace,
    device: str,
    progress: Progress,
    scenarios: Sequence[Scenario] | None = None,
) -> Iterator[ScenarioRun]:
    """Run a target's scenarios (or some of them); one that goes wrong yields a run that says so."""
    target = codebase.target
    scope = find_scope(target, workspace.folder, codebase.places.libraries)
    kind = name_device(device)
    for scenario in target.scenarios if scenarios is None else scenarios:
        progress.stage("observe", f"{target.name} {scenario.name}")
        yield observe_scenario(
            scenario,
            target,
            base=workspace.folder,
            scope=scope,
            symbols=codebase.find_definition,
            work=workspace.work_folder(scenario.name),
            python=codebase.python,
            device=kind,
            watch=watch_of(codebase),
            configured=codebase.configured[scenario.name],
        )


def watch_of(codebase: Codebase) -> Watch:
    """What runs record beyond calls: documented attributes, every first stack, what the target's functions return."""
    attributes = {name.rpartition(".")[2] for name in codebase.target.documented.attributes}
    return Watch(tuple(sorted(attributes)), None, codebase.functions())


def compare_with_runs(
    derived: Sequence[Derived], evidence: tuple[Evidence, ...], progress: Progress
) -> tuple[TracedTarget, ...]:
    """Judge every target's claims by the runs there are."""
    traced = []
    for each in derived:
        target, program = each.codebase.target, each.program
        progress.stage("judge", target.name)
        is_own = ownership_of(target, program)
        # The lines as they are now: what was claimed was read before the scenarios ran.
        lines_of = reopen(each.codebase).lines_of
        verdicts = judge(each.claims, program, evidence, is_own=is_own, lines_of=lines_of)
        summary = summarise(verdicts, program, evidence, is_own=is_own)
        runs = tuple(run for part in evidence for run in part.runs if run.target == target.name)
        traced.append(TracedTarget(target, program, each.claims, verdicts, runs, each.codebase.lines_of, summary))
    return tuple(traced)


def reopen(codebase: Codebase) -> Codebase:
    """The same code without the lines read so far."""
    return Codebase(codebase.target, codebase.base, codebase.environment, codebase.store)


def ownership_of(target: Target, program: Program) -> Callable[[SymbolId], bool]:
    """Tell the target's own symbols, the modules that its scenarios start in included, from its libraries'."""
    entries = {module_of(trace.symbol) for trace in program.traces.values()}
    return lambda symbol: target.owns(symbol) or module_of(symbol) in entries


def render(
    traced: Sequence[TracedTarget], workspace: Workspace, progress: Progress, kept: Kept = NOTHING_KEPT
) -> Mapping[str, bytes]:
    """Every file below docs/generated as bytes, the lock and what is kept of other targets among them."""
    progress.stage("render")
    files = render_site(traced, DEFAULT_REF, workspace.read_navigation(), kept=kept.contents)
    claims = [claim for one in traced for claim in one.claims]
    return {**files, **kept.files, LOCK: encode_lock(claims, find_statements(claims, files), kept.claims)}


def count_outcomes(traced: TracedTarget) -> Mapping[str, int]:
    """A target's verdicts by outcome, in the order in which outcomes matter."""
    counts = Counter(verdict.outcome for verdict in traced.verdicts)
    return {outcome: counts[outcome] for outcome in OUTCOMES}


def path_below(derived: Sequence[Derived]) -> Callable[[Site], str]:
    """How a report names a site's file: own files from the configuration's folder, where the reader stands."""
    roots = [PurePosixPath(each.codebase.target.root) for each in derived]

    def path_of(site: Site) -> str:
        paths = [(root / site.path).as_posix() for root in roots] if site.library is None else []
        folder = derived[0].codebase.base if derived else None
        return next((path for path in paths if folder and (folder / path).is_file()), site.path)

    return path_of
