"""Which files a run's evidence speaks of: the target's packages, the libraries followed, the scenario's own module.

Decided by where files lie, before anything runs. What lies elsewhere is only named in passing, as what a call went
through.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tracer.model.targets import Scenario, Target


@dataclass(frozen=True, slots=True, order=True)
class ScopeRoot:
    """A package or module in scope: its folder or file, its path as shown, its dotted name.

    ``followed`` marks a library: of its classes only those that a run met are evidence.
    """

    location: Path
    display: str
    module: str
    followed: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """All places in scope."""

    roots: tuple[ScopeRoot, ...]

    def find_file(self, path: str) -> Path | None:
        """The file shown as ``path``, if it lies in scope."""
        for root in self.roots:
            if path == root.display:
                return root.location
            if path.startswith(root.display + "/"):
                return root.location / path[len(root.display) + 1 :]
        return None

    def find_display(self, file: Path) -> str | None:
        """How a file is shown, if it lies in scope."""
        for root in self.roots:
            if file == root.location:
                return root.display
            if file.is_relative_to(root.location):
                return f"{root.display}/{file.relative_to(root.location).as_posix()}"
        return None

    def with_roots(self, roots: Iterable[ScopeRoot]) -> Scope:
        """This scope and the roots not already covered by it."""
        return Scope((*self.roots, *(root for root in roots if self.find_file(root.display) is None)))


def find_scope(target: Target, base: Path, libraries: Sequence[Path] = ()) -> Scope:
    """The scope of a target whose paths are relative to ``base``; ``libraries`` are its import path's further folders.

    A package found nowhere is left out: that is for the static half to report.
    """
    folders = [base / target.root, *libraries]
    found = [find_root(name, folders) for name in target.packages]
    found += [find_root(name, folders, followed=True) for name in target.follow]
    return Scope(()).with_roots(root for root in found if root is not None)


def scope_of_scenario(scope: Scope, scenario: Scenario, target: Target, base: Path) -> Scope:
    """``scope`` and the module or script that the scenario starts in."""
    root = (base / target.root).resolve()
    if scenario.script is not None:
        script = (base / scenario.script).resolve()
        display = script.relative_to(root).as_posix() if script.is_relative_to(root) else script.name
        module = display.removesuffix(".py").replace("/", ".")
        return scope.with_roots([ScopeRoot(script, display, module)])
    entry = find_root((scenario.entry or "").partition(":")[0], [root])
    return scope.with_roots([entry] if entry is not None else [])


def find_root(module: str, folders: Iterable[Path], *, followed: bool = False) -> ScopeRoot | None:
    """Where the package or module lies below the first of ``folders`` that has it."""
    relative = module.replace(".", "/")
    for folder in folders:
        for display in (relative, f"{relative}.py"):
            place = folder / display
            if module and (place.is_dir() if display == relative else place.is_file()):
                return ScopeRoot(place.resolve(), display, module, followed)
    return None
