"""One target's code as files: where it and its libraries lie, their facts, and what a line of them says.

Opening a codebase reads the environment and nothing of the code; facts are made (or taken from the cache) when they
are asked for. Paths as shown on pages are turned back into files here and nowhere else.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

from tracer.codec.recursion import recursion_room
from tracer.errors import TargetError
from tracer.extract.facts import extract_bytes
from tracer.extract.fingerprint import extractor_fingerprint
from tracer.link.modules import FactsOf
from tracer.link.program import link_target
from tracer.model.edges import Site
from tracer.model.facts import Header, Import
from tracer.model.names import SymbolId, dotted_name_of, module_of, symbol_id
from tracer.model.program import Program
from tracer.model.progress import Progress
from tracer.model.targets import Scenario, Target
from tracer.observe.configured import describe_configuration
from tracer.parse.discovery import find_sources
from tracer.parse.distributions import distribution_versions
from tracer.parse.environment import Environment, read_environment
from tracer.parse.module import decode_source, split_lines
from tracer.store.cache import FactsCache
from tracer.store.facts_store import FactsStore

Problems = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Places:
    """Where code is looked for: the source root first, then the environment's search path and standard library."""

    root: Path
    libraries: tuple[Path, ...]

    def find_file(self, path: str) -> Path | None:
        """The file that pages and evidence call ``path``."""
        return next((file for folder in (self.root, *self.libraries) if (file := folder / path).is_file()), None)

    def find_module(self, name: str) -> Path | None:
        """The file of a dotted module name."""
        path = name.replace(".", "/")
        return (self.find_file(f"{path}.py") or self.find_file(f"{path}/__init__.py")) if name else None

    def find_package(self, name: str) -> Path | None:
        """The folder or file of a dotted package or module name."""
        relative = Path(*name.split("."))
        for folder in (self.root, *self.libraries):
            for place in (folder / relative, (folder / relative).with_suffix(".py")):
                if place.is_dir() or place.is_file():
                    return place
        return None

    def has_extension(self, name: str) -> bool:
        """Whether a module is there in compiled form, or as a stub alone."""
        *folders, last = name.split(".")
        return any(any(Path(root, *folders).glob(f"{last}.*")) for root in (self.root, *self.libraries))


class Codebase:
    """A target with its code at hand. ``base`` is the folder that the target's paths are relative to."""

    def __init__(self, target: Target, base: Path, environment: Environment, store: FactsStore) -> None:
        root = (base / target.root).resolve()
        self.target = target
        self.base = base
        self.environment = environment
        self.places = Places(root, (*environment.search_paths, environment.stdlib))
        self.store = store
        self._lines: dict[str, tuple[str, ...] | None] = {}
        self._names: dict[str, Mapping[tuple[int, str], SymbolId]] = {}

    @property
    def facts_of(self) -> FactsOf:
        """What link asks for a file's facts."""
        return self.store.facts_of

    @property
    def python(self) -> Path:
        """The interpreter the target's scenarios run under."""
        named = self.target.environment
        return self.base / named if named is not None else Path(sys.executable)

    @cached_property
    def walked(self) -> Target:
        """The target as link takes it: scripts relative to the source root."""
        return replace(self.target, scenarios=tuple(map(self._rebase, self.target.scenarios)))

    @cached_property
    def data(self) -> Mapping[str, Mapping[str, bytes]]:
        """Each scenario's declared files, by scenario and by name in its work folder."""
        return {
            scenario.name: {name: (self.base / committed).read_bytes() for name, committed in scenario.data}
            for scenario in self.target.scenarios
        }

    @cached_property
    def configured(self) -> Mapping[str, Mapping[str, str]]:
        """What each scenario is told to do, part by part, as its evidence names it."""
        return {
            scenario.name: describe_configuration(scenario, self.data[scenario.name], self._setup_code(scenario))
            for scenario in self.target.scenarios
        }

    def read_sources(self, progress: Progress) -> Problems:
        """Extract the facts of all of the target's own files, in processes that may die; returns what is wrong.

        Raises ``TargetError`` for a package that lies nowhere.
        """
        headers: dict[Path, Header] = {}
        for package in self.target.packages:
            place = self.places.find_package(package)
            if place is None:
                message = f"no package {package} below {self.target.root} nor in the environment"
                raise TargetError(f"target {self.target.name}: {message}")
            headers.update(self.store.headers_of(find_sources(place), progress.advance))
        found: list[tuple[str, str]] = []
        for path, header in sorted((self.show_path(file), header) for file, header in headers.items()):
            named = [(problem.line, problem.message) for problem in header.problems]
            named += find_missing_imports(path, header, self._has_module)
            found += [(f"{path}:{line}" if line else path, message) for line, message in named]
        return tuple(found)

    def show_path(self, file: Path) -> str:
        """A file as pages name it: relative to the source root, or to the folder of its library."""
        folders = [folder for folder in (self.places.root, *self.places.libraries) if file.is_relative_to(folder)]
        # An environment inside the checkout lies below the root too: the innermost folder is the file's own.
        innermost = max(folders, key=lambda folder: len(folder.parts), default=file.parent)
        return file.relative_to(innermost).as_posix()

    def versions_of(self, names: Iterable[str]) -> dict[str, str]:
        """The versions of those packages that are installed libraries, by import name."""
        own = Places(self.places.root, ())
        installed = {name for name in names if own.find_package(name) is None}
        return distribution_versions(self.environment, installed - sys.stdlib_module_names)

    def functions(self) -> tuple[str, ...]:
        """The functions whose results runs record: those that may be factories, and what documented flows lead to.

        The former are the functions at the top level of the target's own modules. Of a flow to a function that these
        modules do not define under the name written (an inherited method, a library's), it is the method's bare name.
        A script's functions are named twice: its module is called ``__main__`` while it runs.
        """
        defined: dict[SymbolId, str] = {}
        for file, header in self._own_headers().items():
            module = module_name_of(self.show_path(file))
            names = [d.qualname for d in header.definitions if d.kind == "function"]
            defined.update((symbol_id(module, name), name) for name in names)
        found = {symbol for symbol, qualname in defined.items() if "." not in qualname}
        for text, _ in self.target.documented.flows:
            tail = f".{dotted_name_of(text)}"
            named = {symbol for symbol in defined if f".{dotted_name_of(symbol)}".endswith(tail)}
            found |= named or {tail.rpartition(".")[2]}
        scripts = {module_name_of(scenario.script) for scenario in self.walked.scenarios if scenario.script is not None}
        running = {symbol_id("__main__", defined[name]) for name in found & set(defined) if module_of(name) in scripts}
        return tuple(sorted(found | running))

    def attribute_names(self, program: Program) -> frozenset[str]:
        """Every name that the code uses as an attribute or declares in a class: its own files', and what walks met."""
        names: set[str] = set()
        for trace in program.traces.values():
            names.update(access.attribute for access in (*trace.writes, *trace.reads))
        for file in self._own_headers():
            facts = self.store.facts_of(file)
            names.update(facts.header.attributes)
            names.update(name for scope in facts.scopes if scope.kind == "class" for name in scope.bound)
        return frozenset(names)

    def _own_headers(self) -> Mapping[Path, Header]:
        headers: dict[Path, Header] = {}
        for package in self.target.packages:
            place = self.places.find_package(package)
            headers.update(self.store.headers_of(find_sources(place) if place is not None else ()))
        return headers

    def complete(self, program: Program, problems: Problems) -> Program:
        """A linked program with the versions of the libraries it names and with what could not be read."""
        return replace(
            program,
            libraries=self.versions_of(named_packages(program)),
            scenarios=self.configured,
            problems=tuple(sorted({*program.problems, *problems})),
        )

    def lines_of(self, path: str) -> tuple[str, ...] | None:
        """A file's lines, None where it cannot be read."""
        if path not in self._lines:
            self._lines[path] = self._read_lines(path)
        return self._lines[path]

    def excerpt_of(self, site: Site) -> str | None:
        """The line on which a site begins."""
        lines = self.lines_of(site.path)
        return lines[site.span.line - 1] if lines and 0 < site.span.line <= len(lines) else None

    def find_definition(self, path: str, first_line: int, qualname: str) -> SymbolId | None:
        """The symbol of the code that starts at ``first_line`` and calls itself ``qualname``; ``<module>`` for a file.

        Returns None where the file is not known or several lambdas share the line.
        """
        if path not in self._names:
            self._names[path] = self._index_names(path)
        return self._names[path].get((0 if qualname == "<module>" else first_line, plain_name(qualname)))

    def _setup_code(self, scenario: Scenario) -> Mapping[str, bytes]:
        """The file of a scenario's setup and those it imports from below the root, by path.

        Imports of the target's own packages are left out: these count where a claim rests on them.
        """
        own = Places(self.places.root, ())
        setup = (scenario.setup or "").partition(":")[0]
        found: dict[str, bytes] = {}
        pending = [setup, *(name for name in packages_around(setup) if not self.target.owns(name))]
        while pending:
            file = own.find_module(pending.pop())
            if file is not None and (path := self.show_path(file)) not in found:
                found[path] = file.read_bytes()
                named = [name for item in self.store.facts_of(file).header.imports for name in names_in(path, item)]
                pending += [name for name in named if not self.target.owns(name)]
        return found

    def _has_module(self, name: str) -> bool:
        top = name.partition(".")[0]
        known = top in sys.stdlib_module_names or any(name.startswith(each) for each, _ in self.environment.editable)
        return known or self.places.find_package(name) is not None or self.places.has_extension(name)

    def _rebase(self, scenario: Scenario) -> Scenario:
        if scenario.script is None:
            return scenario
        script = (self.base / scenario.script).resolve()
        if not script.is_relative_to(self.places.root):
            raise TargetError(f"scenario {scenario.name}: {scenario.script} lies outside the root {self.target.root}")
        return replace(scenario, script=script.relative_to(self.places.root).as_posix())

    def _read_lines(self, path: str) -> tuple[str, ...] | None:
        file = self.places.find_file(path)
        if file is None:
            return None
        try:
            return tuple(line.decode() for line in split_lines(decode_source(file.read_bytes())))
        except (OSError, SyntaxError, LookupError, ValueError):
            return None

    def _index_names(self, path: str) -> Mapping[tuple[int, str], SymbolId]:
        """The symbols of a file's definitions by first line and run-time name; ambiguous ones are left out."""
        file = self.places.find_file(path)
        if file is None:
            return {}
        module = module_name_of(path)
        found: dict[tuple[int, str], list[SymbolId]] = {(0, "<module>"): [module]}
        for definition in self.store.facts_of(file).header.definitions:
            key = (definition.first_line, plain_name(definition.qualname))
            found.setdefault(key, []).append(symbol_id(module, definition.qualname))
        return {key: symbols[0] for key, symbols in found.items() if len(symbols) == 1}


def find_missing_imports(path: str, header: Header, has_module: Callable[[str], bool]) -> Iterator[tuple[int, str]]:
    """The unconditional imports of a file whose module is nowhere, as (line, message)."""
    for item in header.imports:
        module = imported_module(path, item)
        if module and not item.conditional and not has_module(module):
            yield item.span.line, f"imports {module}, which is not installed in the environment"


def imported_module(path: str, item: Import) -> str:
    """The dotted name of the module that an import in the file at ``path`` names; empty above the top."""
    package = PurePosixPath(path).parts[:-1]
    parents = package[: len(package) - item.level + 1] if item.level else ()
    return ".".join((*parents, *filter(None, item.module.split("."))))


def names_in(path: str, item: Import) -> tuple[str, ...]:
    """All that an import may run, as dotted names: the module, the packages around it, what is taken out of it."""
    module = imported_module(path, item)
    inner = f"{module}.{item.origin}" if item.origin else module
    return (*packages_around(inner), inner) if module else ()


def packages_around(module: str) -> tuple[str, ...]:
    """The packages that hold a module, outermost first: ``a`` and ``a.b`` of ``a.b.c``."""
    parts = module.split(".")
    return tuple(".".join(parts[:count]) for count in range(1, len(parts)))


def plain_name(qualname: str) -> str:
    """A qualified name without what only one half knows: ``<locals>`` of the run, ``#2`` of the facts."""
    return ".".join(part.partition("#")[0] for part in qualname.split(".") if part != "<locals>")


def module_name_of(path: str) -> str:
    """The dotted name of the module in a file: ``a/b/__init__.py`` is ``a.b``."""
    parts = PurePosixPath(path).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def open_codebase(target: Target, base: Path, cache: Path | None, python: str | None = None) -> Codebase:
    """Open a target's code; ``python`` names another interpreter than the target's own.

    Raises ``TargetError`` where the root or the interpreter does not exist.
    """
    if not (base / target.root).is_dir():
        raise TargetError(f"target {target.name}: no folder {target.root}")
    if python is not None:
        environment = read_environment(Path(python))
    else:
        environment = read_environment(base / target.environment if target.environment is not None else None)
    return Codebase(target, base, environment, FactsStore(FactsCache(cache, extractor_fingerprint()), extract_bytes))


def link_codebase(codebase: Codebase, progress: Progress) -> Program:
    """Parse, extract and link a target: its own files read up front, its libraries' as the walk reaches them."""
    target = codebase.target
    progress.stage("parse", target.name)
    problems = codebase.read_sources(progress)
    with recursion_room():
        program = link_target(
            codebase.walked,
            codebase.places.root,
            codebase.places.libraries,
            codebase.facts_of,
            data=codebase.data,
            progress=lambda scenario: progress.stage("link", f"{target.name} {scenario}"),
        )
    return codebase.complete(program, problems)


def named_packages(program: Program) -> frozenset[str]:
    """The top-level packages whose code a program's classes and walks name."""
    symbols = {base for known in program.classes.values() for base in known.mro}
    for trace in program.traces.values():
        symbols.update(context.symbol for context in trace.contexts)
        symbols.update(name for context in trace.contexts for call in context.calls for name in call.edge.via)
    return frozenset(module_of(symbol).partition(".")[0] for symbol in symbols)
