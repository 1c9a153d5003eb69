"""Whether a run is about the code that is claimed about.

A run names the content hash of every file it speaks of. Where one of the files that a claim rests on has other bytes
now, or a library another version, the run is stale for that claim: never proof, in either direction. A claim rests on
the file of every symbol it names: a call on its callee's, a supplier on those of all classes that could supply it.
A run of a scenario that is now told to do something else is stale for every claim.
"""

from __future__ import annotations

from collections.abc import Iterable

from tracer.model.claims import Claim
from tracer.model.evidence import ScenarioRun
from tracer.model.names import SymbolId, module_of
from tracer.model.program import Program

_NAMED_BY_SUBJECT = frozenset({"mro", "method", "flow", "first-write", "dispatch"})
_ABOUT_ATTRIBUTES = frozenset({"first-write", "writes", "reads"})
_NAMED_BY_EXPECTED = frozenset({"mro", "method", "dispatch"})


def changed_files(paths: Iterable[str], run: ScenarioRun, program: Program) -> tuple[str, ...]:
    """The paths whose bytes the run saw otherwise, sorted.

    A file that only one side speaks of is not among them: what ran and was never analysed has to count as our miss,
    and what was analysed and never ran proves nothing anyway.
    """
    known = (path for path in set(paths) if path in run.files and path in program.files)
    return tuple(sorted(path for path in known if run.files[path] != program.files[path]))


def changed_libraries(symbols: Iterable[SymbolId], run: ScenarioRun, program: Program) -> tuple[str, ...]:
    """The libraries among the symbols' packages that ran in another version, as ``name ran -> analysed``."""
    names = sorted({module_of(symbol).partition(".")[0] for symbol in symbols})
    return tuple(
        f"{name} {run.libraries[name]} -> {program.libraries[name]}"
        for name in names
        if name in run.libraries and name in program.libraries
        if _public(run.libraries[name]) != _public(program.libraries[name])
    )


def _public(version: str) -> str:
    """A version without its build's local label (``+cpu``, ``+cu130``): the source is the same."""
    return version.partition("+")[0]


def stale_reason(claim: Claim, run: ScenarioRun, program: Program) -> str:
    """Why the run proves nothing about the claim, empty where it may."""
    refusal = refusal_of(run, program) or _unwatched_reason(claim, run)
    if refusal:
        return refusal
    symbols = _symbols_of(claim, program)
    libraries = changed_libraries(symbols, run, program)
    if libraries:
        return f"recorded with another library version: {', '.join(libraries)}"
    return changed_reason(changed_files(_paths_of(claim, symbols, run), run, program))


def refusal_of(run: ScenarioRun, program: Program) -> str:
    """Why the run proves nothing at all, empty where it may."""
    if run.identical is False:
        return f"{run.scenario} puts out other bytes when it is recorded, so its recording is no proof"
    now = program.scenarios.get(run.scenario)
    if now is None:
        return f"scenario {run.scenario} is no longer configured"
    if now and not run.configured:
        return "recorded before evidence said how its scenario was configured"
    parts = sorted(name for name in now.keys() | run.configured.keys() if now.get(name) != run.configured.get(name))
    if not parts:
        return ""
    rest = f" (and {len(parts) - 1} more of its settings)" if len(parts) > 1 else ""
    return f"the scenario's {parts[0]} has changed since{rest}"


def _unwatched_reason(claim: Claim, run: ScenarioRun) -> str:
    """Why a run from before an attribute was documented says nothing about it, empty for other claims and runs."""
    if claim.kind not in _ABOUT_ATTRIBUTES or run.watched is None:
        return ""
    named = claim.subject.split(" ")[1] if claim.kind == "first-write" else claim.subject.rpartition(".")[2]
    return "" if named in run.watched else f"recorded without watching {named}"


def changed_reason(paths: tuple[str, ...]) -> str:
    """The reason text for changed files, empty where there are none."""
    if not paths:
        return ""
    rest = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"recorded for other bytes of {paths[0]}{rest}"


def _symbols_of(claim: Claim, program: Program) -> set[SymbolId]:
    """Every symbol the claim names, and the classes among which a method's supplier is looked for."""
    symbols = {site.owner for site in claim.sites}
    for step in claim.steps:
        symbols.update(symbol for symbol in (step.caller, step.callee, step.receiver) if symbol)
    if claim.kind in _NAMED_BY_SUBJECT:
        symbols.add(claim.subject.partition(" ")[0])
    if claim.kind in _NAMED_BY_EXPECTED:
        symbols.update(claim.expected)
    if claim.kind == "method":
        known = program.linearisation_of(claim.subject.partition(" ")[0])
        symbols.update(known.mro if known else ())
    return symbols


def _paths_of(claim: Claim, symbols: Iterable[SymbolId], run: ScenarioRun) -> set[str]:
    # How a run ends and that nothing else writes or reads an attribute rest on all code that ran.
    if claim.kind in ("raises", "writes", "reads"):
        return set(run.files)
    sites = (*claim.sites, *(step.site for step in claim.steps))
    places = {site.path for site in sites} | {guard.path for guard in claim.guards}
    return places | {path for symbol in symbols for path in files_of(symbol) if path in run.files}


def files_of(symbol: SymbolId) -> tuple[str, str]:
    """The two paths that a symbol's module may have."""
    module = module_of(symbol).replace(".", "/")
    return f"{module}.py", f"{module}/__init__.py"
