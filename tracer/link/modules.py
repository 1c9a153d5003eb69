"""Where modules lie and what names they hold, without running the import system.

A dotted name is looked up along the source root, the environment's site-packages and its standard library, as files.
Namespace packages (folders without ``__init__.py``) are found; C extensions are known by their stub, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tracer.model.code import Assign, Attribute, Const, Expr, Name, Scope
from tracer.model.facts import Definition, Import, ModuleFacts
from tracer.model.names import SymbolId, symbol_id

FactsOf = Callable[[Path], ModuleFacts]


@dataclass(frozen=True, slots=True)
class ModuleFile:
    """A module's file.

    ``path`` is what is printed: relative to the source root, or to site-packages or the standard library for files of
    a library (``library`` is then the top-level import name).
    """

    name: str
    file: Path
    path: str
    library: str | None
    is_package: bool


def _declared_name(facts: ModuleFacts) -> str | None:
    """The name that a module gives itself, as ``_collections_abc`` does: its classes carry it at run time."""
    if "__name__" not in facts.header.bound:
        return None
    for statement in facts.scopes[0].body:
        match statement:
            case Assign(targets=(Name(id="__name__"),), value=Const(value=str(name))):
                return name
    return None


def dotted_text(node: Expr | None) -> str:
    """``a.b.c`` as text, empty for any other expression."""
    match node:
        case Name(id=name):
            return name
        case Attribute(value=value, name=name) if owner := dotted_text(value):
            return f"{owner}.{name}"
    return ""


def _unnumbered(qualname: str) -> str:
    name, _, number = qualname.rpartition("#")
    return name if number.isdigit() else qualname


class Module:
    """A module with its facts; bodies are decoded when they are first asked for.

    ``name`` is the dotted name of its symbols: a library's module may rename itself.
    """

    def __init__(self, place: ModuleFile, facts: ModuleFacts) -> None:
        self.place = place
        self.facts = facts
        self.name = place.name if place.library is None else _declared_name(facts) or place.name

    @cached_property
    def definition_of_scope(self) -> dict[int, Definition]:
        """Definitions by the index of their scope."""
        return {definition.scope: definition for definition in self.facts.header.definitions}

    @cached_property
    def scope_of_qualname(self) -> dict[str, int]:
        """Scope indices by file-local qualified name."""
        return {definition.qualname: definition.scope for definition in self.facts.header.definitions}

    @cached_property
    def last_definitions(self) -> dict[str, Definition]:
        """By qualified name without its number, the definition that is bound to the name in the end."""
        return {_unnumbered(definition.qualname): definition for definition in self.facts.header.definitions}

    @cached_property
    def top_imports(self) -> dict[str, list[Import]]:
        """The top level's imports by the name they bind, the last one first."""
        found: dict[str, list[Import]] = {}
        for item in reversed(self.facts.header.imports):
            if item.scope == 0:
                found.setdefault(item.name, []).append(item)
        return found

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Names that the top level binds to another dotted name (``Old = New``): that name, of the last one."""
        found: dict[str, str] = {}
        for statement in self.facts.scopes[0].body:
            match statement:
                case Assign(targets=targets, value=Name() | Attribute() as value):
                    dotted = dotted_text(value)
                    names = [target.id for target in targets if isinstance(target, Name)] if dotted else []
                    found.update(dict.fromkeys(names, dotted))
        return found

    def scope(self, index: int) -> Scope:
        """The lowered body of one scope."""
        return self.facts.scopes[index]

    def symbol_of(self, scope: int) -> SymbolId:
        """The symbol of a scope of this module."""
        definition = self.definition_of_scope.get(scope)
        return symbol_id(self.name, definition.qualname if definition else "")

    def absolute(self, module: str, level: int) -> str:
        """Resolve a relative import's module name."""
        if level == 0:
            return module
        parts = self.place.name.split(".")
        if not self.place.is_package:
            parts = parts[:-1]
        parts = parts[: len(parts) - (level - 1)]
        return ".".join([*parts, module] if module else parts)


class ModuleIndex:
    """Finds modules by dotted name along search roots, in order; each root is (folder, is the project's own)."""

    def __init__(self, root: Path, libraries: Iterable[Path], facts_of: FactsOf, own: tuple[str, ...] = ()) -> None:
        self._root = root
        self._libraries = tuple(libraries)
        self._facts_of = facts_of
        self._own = own
        self._places: dict[str, ModuleFile | None] = {}
        self._modules: dict[str, Module | None] = {}
        self._texts: dict[str, bytes] = {}

    def find(self, name: str) -> ModuleFile | None:
        """The module's file, None where there is none (or only a C extension)."""
        if name not in self._places:
            self._places[name] = self._search(name)
        return self._places[name]

    def module(self, name: str) -> Module | None:
        """The module with its facts, None where ``find`` finds nothing."""
        if name not in self._modules:
            place = self.find(name)
            module = None if place is None else Module(place, self._facts_of(place.file))
            self._modules[name] = module
            if module is not None and module.name != name:
                self._modules[module.name] = module
        return self._modules[name]

    def script(self, file: Path, name: str) -> Module:
        """A file run as a program, under the dotted ``name`` that it has on the search path."""
        place = ModuleFile(name, file, file.relative_to(self._root).as_posix(), None, False)
        self._places[name] = place
        self._modules[name] = Module(place, self._facts_of(file))
        return self._modules[name]  # type: ignore[return-value]

    def modules_under(self, package: str) -> list[str]:
        """Dotted names of a module and, for a package, of everything below it."""
        place = self.find(package)
        folder = place.file.parent if place is not None and place.is_package else self._root / Path(*package.split("."))
        if place is not None and not place.is_package:
            return [package]
        names = []
        for file in sorted(folder.rglob("*.py")):
            parts = [*package.split("."), *file.relative_to(folder).with_suffix("").parts]
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            if all(part.isidentifier() for part in name.split(".")):
                names.append(name)
        return sorted(names)

    def loaded(self) -> list[Module]:
        """Every module looked into so far, by name."""
        return [module for _, module in sorted(self._modules.items()) if module is not None]

    def mentions(self, package: str, name: str) -> bool:
        """Whether any file of a package's folder holds ``name`` at all: a cheap no before facts are asked for."""
        text = self._texts.get(package)
        if text is None:
            place = self.find(package)
            files = (
                [] if place is None else sorted(place.file.parent.rglob("*.py")) if place.is_package else [place.file]
            )
            text = self._texts[package] = b"\n".join(file.read_bytes() for file in files)
        return name.encode() in text

    def is_package_folder(self, name: str) -> bool:
        """Whether ``name`` is a namespace package: a folder without a module file."""
        relative = Path(*name.split("."))
        return any((root / relative).is_dir() for root in (self._root, *self._libraries))

    def _search(self, name: str) -> ModuleFile | None:
        relative = Path(*name.split("."))
        for root in (self._root, *self._libraries):
            for file, is_package in (
                (root / relative / "__init__.py", True),
                (root / relative.parent / f"{relative.name}.py", False),
            ):
                if file.is_file():
                    library = None if root == self._root else name.partition(".")[0]
                    return ModuleFile(name, file, file.relative_to(root).as_posix(), library, is_package)
        return None
