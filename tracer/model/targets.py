"""What is to be traced: a codebase, the runs that exercise it, and what its pages should answer.

Plain values: ``config`` makes them from tracer.toml, ``cli`` from a ``--source`` path; every step takes them as
arguments. All paths are POSIX strings relative to the configuration's folder, so that they may be printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tracer.model.names import SymbolId, module_of


@dataclass(frozen=True, slots=True)
class Scenario:
    """One run, which is also one entry point of the static walk.

    Exactly one of ``entry`` (``package.module:function``, called without arguments) and ``script`` (a file run as
    ``__main__``) is set. ``setup`` (``package.module:function``, called in the work folder) prepares files, in a
    process of its own, neither observed nor walked. ``cwd`` is the work folder below the cache; ``data`` maps a name
    in it to the committed file the static side may read in its place. Limits: ``timeout`` in seconds, ``memory`` in
    MiB.
    """

    name: str
    target: str
    entry: str | None = None
    script: str | None = None
    argv: tuple[str, ...] = ()
    setup: str | None = None
    data: tuple[tuple[str, str], ...] = ()
    title: str = ""
    timeout: int = 300
    memory: int = 8192
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Documented:
    """What the pages of a target answer.

    Attributes are traced to their first write and classes get their MROs. ``sequences`` are (title, entry scenario,
    symbol whose subtree is shown). ``flows`` are (symbol, scenario) pairs; symbols may be given as ``Class.method``
    where that is unique.
    """

    attributes: tuple[str, ...] = ()
    flows: tuple[tuple[str, str], ...] = ()
    classes: tuple[str, ...] = ()
    sequences: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """A codebase: its source root, the packages under it that are documented, and the libraries it is followed into.

    ``packages`` are dotted names that lie under ``root`` or in the environment's site-packages. ``follow`` are the
    libraries that count as in scope beside them. ``environment`` is the interpreter whose site-packages are read
    (None: the running one). ``permalink`` is a template with {ref}, {path}, {line} and {end_line}; ``ref`` is the
    branch or tag that fills it, empty for the site's own. ``library_permalinks`` maps an import name to such a template
    with {version} beside them.
    """

    name: str
    root: str
    packages: tuple[str, ...]
    follow: tuple[str, ...] = ()
    environment: str | None = None
    title: str = ""
    permalink: str | None = None
    library_permalinks: tuple[tuple[str, str], ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    documented: Documented = Documented()
    ref: str = ""

    def owns(self, symbol: SymbolId) -> bool:
        """Whether the symbol lies in one of the target's own packages (not in a followed library)."""
        module = module_of(symbol)
        return any(module == package or module.startswith(package + ".") for package in self.packages)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A claim that may stand although it is refuted (or changed), and why; ``claim`` is a claim key."""

    claim: str
    why: str


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """What a question is asked of: the configured ``targets`` of ``folder``, or any folder of Python.

    ``path`` is that other folder (or file) and leaves ``targets`` empty. ``python`` names the interpreter whose
    packages the code runs with; None means each target's own environment, or the running one.
    """

    folder: Path
    targets: tuple[Target, ...] = ()
    path: Path | None = None
    python: str | None = None
