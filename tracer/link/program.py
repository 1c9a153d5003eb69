"""Link: a target's modules, entry points and data to a ``Program``.

One machine per scenario walks that scenario's entry; one more loads every module of the target, so that classes no
scenario reaches are known too. Sources are found through a module index and never executed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tracer.link.linearisations import linearisation_of
from tracer.link.machine import Machine
from tracer.link.modules import FactsOf, Module, ModuleIndex
from tracer.link.walks import Reach, make_machine, walk_functions, walk_scenario
from tracer.model.names import SymbolId, module_of, symbol_id
from tracer.model.program import ClassLinearisation, EntryTrace, Program
from tracer.model.targets import Scenario, Target

Data = Mapping[str, Mapping[str, bytes]]
Progress = Callable[[str], None]


def link_target(
    target: Target,
    root: Path,
    libraries: Sequence[Path],
    facts_of: FactsOf,
    *,
    data: Data | None = None,
    versions: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Program:
    """Walk every scenario of a target.

    ``root`` is the source root's folder, ``libraries`` the folders searched after it (site-packages, standard library),
    ``data`` the content of each scenario's declared files by scenario name, ``versions`` those of installed libraries
    by import name; ``progress`` is told each scenario's name before it is walked.
    """
    machines: list[Machine] = []
    traces: dict[str, EntryTrace] = {}
    for scenario in target.scenarios:
        if progress is not None:
            progress(scenario.name)
        index = ModuleIndex(root, libraries, facts_of)
        reach = reach_of(target, scenario)
        trace, machine = walk_scenario(scenario, index, reach, root, (data or {}).get(scenario.name, {}))
        traces[scenario.name] = trace
        machines.append(machine)
    machines.append(_census(target, root, libraries, facts_of))
    return assemble(target, machines, traces, versions or {})


def reach_of(target: Target, scenario: Scenario | None = None) -> Reach:
    """What a target's walks record; a scenario's own entry module belongs to it."""
    own = list(target.packages)
    if scenario is not None:
        entry = scenario.entry or (scenario.script or "").removesuffix(".py").replace("/", ".")
        own.append(module_of(entry))
    return Reach(tuple(own), target.follow)


def _census(target: Target, root: Path, libraries: Sequence[Path], facts_of: FactsOf) -> Machine:
    index = ModuleIndex(root, libraries, facts_of)
    machine = make_machine(index, reach_of(target), {})
    for package in target.packages:
        for name in index.modules_under(package):
            machine.ensure_module(name)
    return machine


def assemble(
    target: Target, machines: Sequence[Machine], traces: Mapping[str, EntryTrace], versions: Mapping[str, str]
) -> Program:
    """Put the findings of a target's walks together."""
    reach = reach_of(target)
    classes: dict[SymbolId, ClassLinearisation] = {}
    files: dict[str, str] = {}
    problems: dict[tuple[str, str], None] = {}
    used: set[str] = set()
    for machine in machines:
        _read_unwalked(machine)
        for symbol in sorted(machine.classes):
            if reach.in_scope(module_of(symbol)) or machine.is_own(module_of(symbol)):
                found = linearisation_of(machine, symbol)
                if found is not None:
                    classes[symbol] = _merge(classes.get(symbol), found)
        for module in machine.modules.loaded():
            files[module.place.path] = module.facts.header.sha256
            used.add(module.place.library or "")
            problems.update(dict.fromkeys(_problems_of(module)))
        problems.update(
            {(name, reason): None for name, reason in machine.import_failures.items() if machine.is_own(name)}
        )
    return Program(
        target=target.name,
        classes=dict(sorted(classes.items())),
        traces=dict(traces),
        files=dict(sorted(files.items())),
        libraries={name: version for name, version in sorted(versions.items()) if name in used},
        problems=tuple(sorted(problems)),
    )


def _read_unwalked(machine: Machine) -> None:
    """Read the classes of own files whose bodies could not be lowered: their headers have them all the same."""
    for module in machine.modules.loaded():
        if module.facts.header.problems and machine.is_own(module.name):
            for definition in module.facts.header.definitions:
                if definition.kind == "class":
                    machine.class_state(symbol_id(module.name, definition.qualname))


def _merge(known: ClassLinearisation | None, found: ClassLinearisation) -> ClassLinearisation:
    """A patch that one walk saw is in force for the target."""
    if known is None or len(found.patches) > len(known.patches):
        return found
    return known


def _problems_of(module: Module) -> list[tuple[str, str]]:
    return [
        (f"{module.place.path}:{problem.line}" if problem.line else module.place.path, problem.message)
        for problem in module.facts.header.problems
    ]


def link_folder(
    packages: Sequence[str],
    root: Path,
    libraries: Sequence[Path],
    facts_of: FactsOf,
    *,
    follow: Sequence[str] = (),
    starts: Sequence[SymbolId] = (),
) -> tuple[Program, Machine]:
    """Link code without scenarios: module bodies run, then ``starts`` (all functions where none are named).

    A function's receiver is its class; parameters are typed by annotations and defaults. The machine comes back for
    look-ups by name.
    """
    target = Target("source", ".", tuple(packages), tuple(follow))
    index = ModuleIndex(root, libraries, facts_of)
    machine = make_machine(index, reach_of(target), {})
    trace = walk_functions(machine, [name for package in packages for name in index.modules_under(package)], starts)
    return assemble(target, [machine], {trace.name: trace}, {}), machine
