"""Whether a run is about the code that is claimed about.

A run names the content hash of every file it speaks of. Where one of the files that a claim rests on has other bytes
now, or a library another version, the run is stale for that claim: never proof, in either direction.
"""

from __future__ import annotations

from collections.abc import Iterable

from tracer.model.claims import Claim
from tracer.model.evidence import ScenarioRun
from tracer.model.names import SymbolId, module_of
from tracer.model.program import Program


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
    libraries = changed_libraries(_symbols_of(claim), run, program)
    if libraries:
        return f"recorded with another library version: {', '.join(libraries)}"
    return changed_reason(changed_files(_paths_of(claim, run), run, program))


def changed_reason(paths: tuple[str, ...]) -> str:
    """The reason text for changed files, empty where there are none."""
    if not paths:
        return ""
    rest = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"recorded for other bytes of {paths[0]}{rest}"


def _symbols_of(claim: Claim) -> tuple[SymbolId, ...]:
    if claim.kind == "mro":
        return claim.expected
    if claim.kind == "method":
        return (claim.subject, *claim.expected)
    return ()


def _paths_of(claim: Claim, run: ScenarioRun) -> set[str]:
    # How a run ends and that nothing else writes an attribute rest on all code that ran.
    if claim.kind in ("raises", "writes"):
        return set(run.files)
    sites = (*claim.sites, *(step.site for step in claim.steps))
    return {site.path for site in sites} | {guard.path for guard in claim.guards}
