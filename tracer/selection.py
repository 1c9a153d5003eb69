"""What a question is asked of: configured targets, or any folder of Python taken as it is.

A folder has no scenarios. Its import root is found by looking at it, its modules are walked one after the other, and
every function that no other reaches counts as an entry point.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tracer.codebase import Codebase, link_codebase, module_name_of, open_codebase
from tracer.codec.recursion import recursion_room
from tracer.errors import TargetError
from tracer.link.modules import Module, ModuleIndex
from tracer.link.program import link_folder
from tracer.model.edges import Site
from tracer.model.names import Span, SymbolId, module_of, qualname_of, symbol_id
from tracer.model.program import Program
from tracer.model.progress import Progress
from tracer.model.targets import SourceSpec, Target
from tracer.parse.discovery import find_sources, infer_source_root
from tracer.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Selected:
    """Linked code to be asked, and where its modules are found."""

    codebase: Codebase
    program: Program

    def modules(self) -> tuple[Module, ...]:
        """The code's own modules and those that its scenarios start in, by name."""
        index = self._index()
        names = {name for package in self.codebase.target.packages for name in index.modules_under(package)}
        names |= {module_of(trace.symbol) for trace in self.program.traces.values()}
        found = (index.module(name) for name in sorted(names))
        return tuple(module for module in found if module is not None)

    def definitions(self) -> tuple[SymbolId, ...]:
        """What the code's own modules define, in files that could not be walked too."""
        return tuple(
            symbol_id(module.name, one.qualname) for module in self.modules() for one in module.facts.header.definitions
        )

    def find_definition(self, symbol: SymbolId) -> Site | None:
        """Where a symbol is defined; the site's form is its kind. None where no file says."""
        module = self._index().module(module_of(symbol))
        if module is None:
            return None
        place, qualname = module.place, qualname_of(symbol)
        if not qualname:
            return Site(place.path, Span(1, 0, 1, 0), symbol, "module", place.library)
        known = (one for one in module.facts.header.definitions if one.qualname == qualname)
        return next((Site(place.path, one.span, symbol, one.kind, place.library) for one in known), None)

    def _index(self) -> ModuleIndex:
        places = self.codebase.places
        return ModuleIndex(places.root, places.libraries, self.codebase.facts_of)


def select_programs(spec: SourceSpec, progress: Progress) -> tuple[Selected, ...]:
    """Link everything a question is asked of, from its entry points.

    Raises ``TargetError`` where there is no Python at the path asked about.
    """
    if spec.path is not None:
        return (_link_path(spec, spec.path, progress),)
    return tuple(_link_target(spec, target, progress) for target in spec.targets)


def select_classes(spec: SourceSpec, progress: Progress) -> tuple[Selected, ...]:
    """Link without walking any scenario: enough to know every class and what is patched into it."""
    if spec.path is not None:
        codebase = open_path(spec, spec.path)
        found = _link_target(spec, codebase.target, progress, codebase)
        missing = tuple(_find_unreadable(spec.path.resolve(), codebase))
        return (replace(found, program=codebase.complete(found.program, missing)),)
    return tuple(_link_target(spec, replace(target, scenarios=()), progress) for target in spec.targets)


def _link_target(spec: SourceSpec, target: Target, progress: Progress, codebase: Codebase | None = None) -> Selected:
    opened = codebase or open_codebase(target, spec.folder, Workspace(spec.folder).cache, spec.python)
    return Selected(opened, link_codebase(opened, progress))


def _link_path(spec: SourceSpec, path: Path, progress: Progress) -> Selected:
    codebase = open_path(spec, path)
    progress.stage("parse", path.name)
    problems = (*codebase.read_sources(progress), *_find_unreadable(path.resolve(), codebase))
    progress.stage("link", path.name)
    places = codebase.places
    with recursion_room():
        program, _ = link_folder(codebase.target.packages, places.root, places.libraries, codebase.facts_of)
    return Selected(codebase, codebase.complete(program, problems))


def open_path(spec: SourceSpec, path: Path) -> Codebase:
    """Open a folder or file as a target of its own; raises ``TargetError`` where it holds no Python."""
    path = path.resolve()
    if not path.exists():
        raise TargetError(f"no file or folder {path.name}")
    root = infer_source_root(path)
    packages = _packages_at(path, root)
    if not packages:
        raise TargetError(f"{path.name} holds no Python module that can be imported")
    return open_codebase(Target("source", ".", packages), root, user_cache(), spec.python)


def _packages_at(path: Path, root: Path) -> tuple[str, ...]:
    """The dotted names under which what lies at ``path`` is imported from ``root``."""
    files = [file.relative_to(root) for file in find_sources(path) if file.suffix == ".py" and file.is_file()]
    importable = [module_name_of(file.as_posix()) for file in files if _has_module_name(file)]
    if path == root:
        return tuple(sorted({name.partition(".")[0] for name in importable}))
    return (module_name_of(path.relative_to(root).as_posix()),) if importable else ()


def _has_module_name(file: Path) -> bool:
    """Whether a file below the root can be imported, or run as a program: then its own name may be any."""
    *folders, name = file.with_suffix("").parts
    return all(folder.isidentifier() for folder in folders) and (name.isidentifier() or not (folders or "." in name))


def _find_unreadable(path: Path, codebase: Codebase) -> Iterator[tuple[str, str]]:
    """Links below the path that lead nowhere; inside packages, reading the sources has told of them."""
    root = codebase.places.root
    for file in find_sources(path) if path == root else ():
        if file.parent == root and not file.exists():
            yield file.name, "is a link that leads nowhere"


def user_cache() -> Path:
    """Where facts are cached for code that has no configuration beside it."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tracer"
