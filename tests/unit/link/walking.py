"""A walk of a few lines of source in one call, and its findings spelled as they read in a sentence.

An edge is ``main -> Leaf.build [Leaf]``, with a ``?`` behind it where the call need not happen; the module is ``app``
and left out, its top level is ``<top>``. ``observe_edges`` runs the same source for real: the tests' own oracle.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from tracer.codebase import plain_name
from tracer.codec.recursion import recursion_room
from tracer.extract.facts import extract_facts
from tracer.link.machine import Machine
from tracer.link.modules import ModuleIndex
from tracer.link.program import link_folder
from tracer.link.walks import Reach, make_machine, walk_scenario
from tracer.model.edges import CallEdge, Guard
from tracer.model.facts import ModuleFacts
from tracer.model.names import SymbolId
from tracer.model.program import ClassLinearisation, EntryTrace
from tracer.model.targets import Scenario
from tracer.parse.environment import read_environment

_FOLDED = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})


@cache
def libraries() -> tuple[Path, ...]:
    environment = read_environment()
    return (*environment.search_paths, environment.stdlib)


@cache
def _library_facts(file: Path) -> ModuleFacts:
    return extract_facts(file.read_bytes())


def facts_of(file: Path) -> ModuleFacts:
    is_library = any(file.is_relative_to(folder) for folder in libraries())
    return _library_facts(file) if is_library else extract_facts(file.read_bytes())


class Walk:
    """What a walk of ``app.main`` found."""

    def __init__(self, trace: EntryTrace, machine: Machine) -> None:
        self.trace = trace
        self.machine = machine

    @property
    def edges(self) -> set[str]:
        return {spell_edge(edge) for edge in self.trace.edges()}

    @property
    def raises(self) -> set[str]:
        return {f"{raised.exception.partition(':')[2]} in {spell(raised.site.owner)}" for raised in self.trace.raises}

    def guards_of(self, callee: str) -> set[str]:
        """The guards of the calls of ``callee``, as ``text: value``; the branch not taken as ``not text: value``."""
        edges = [edge for edge in self.trace.edges() if spell(edge.callee) == callee]
        return {spell_guard(guard) for edge in edges for guard in edge.guards}

    def first_writes(self, attribute: str) -> list[str]:
        """``Owner in function`` of each candidate, an uncertain one with a question mark."""
        return [
            f"{spell(first.owner)} in {spell(first.access.site.owner)}{'' if first.certain else ' ?'}"
            for first in self.trace.first_writes
            if first.attribute == attribute
        ]

    def chains(self, attribute: str) -> list[list[str]]:
        return [
            [spell(edge.callee) for edge in first.chain]
            for first in self.trace.first_writes
            if first.attribute == attribute
        ]

    def sources(self, attribute: str) -> set[str]:
        return {source for access in self.trace.writes if access.attribute == attribute for source in access.sources}


def spell(symbol: SymbolId) -> str:
    return "<top>" if symbol == "app" else symbol.removeprefix("app:")


def spell_edge(edge: CallEdge) -> str:
    receiver = f" [{spell(edge.receiver)}]" if edge.receiver else ""
    return f"{spell(edge.caller)} -> {spell(edge.callee)}{receiver}{'' if edge.must else ' ?'}"


def spell_guard(guard: Guard) -> str:
    return f"{'' if guard.branch else 'not '}{guard.text}: {guard.value}"


def walk(
    folder: Path,
    source: str,
    *,
    argv: tuple[str, ...] = (),
    data: Mapping[str, bytes] | None = None,
    entry: str = "main",
    followed: tuple[str, ...] = (),
) -> Walk:
    """Walk ``main()`` of ``source``."""
    (folder / "app.py").write_text(source)
    scenario = Scenario("case", "app", "app:main", argv=argv)
    with recursion_room():
        found = walk_scenario(
            scenario, ModuleIndex(folder, libraries(), facts_of), Reach(("app",), followed), folder, data or {}
        )
    return Walk(*found)


def machine_for(folder: Path, source: str, library: Any) -> Machine:
    (folder / "app.py").write_text(source)
    return make_machine(ModuleIndex(folder, libraries(), facts_of), Reach(("app",), ()), {}, (), library)


def classes_of(folder: Path, source: str) -> Mapping[SymbolId, ClassLinearisation]:
    """The linked classes of one module ``app``, as a folder without scenarios is linked."""
    (folder / "app.py").write_text(source)
    with recursion_room():
        program, _ = link_folder(("app",), folder, libraries(), facts_of)
    return program.classes


@contextmanager
def executed(source: str) -> Iterator[dict[str, Any]]:
    """The namespace that running the source as a module ``app`` leaves, the module importable meanwhile."""
    module = ModuleType("app")
    sys.modules["app"] = module
    try:
        exec(compile(source, "app.py", "exec"), vars(module))  # noqa: S102 - the cases are these tests' own
        yield vars(module)
    finally:
        del sys.modules["app"]


def observe_edges(source: str, argv: tuple[str, ...] = ()) -> set[str]:
    """Run ``main()`` and return ``caller -> callee`` of every call between functions of the source."""
    seen: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event != "call" or not _is_own(frame):
            return
        caller = frame.f_back
        while caller is not None and not _is_own(caller):
            caller = caller.f_back
        if caller is not None:
            seen.add(f"{_name_of(caller)} -> {_name_of(frame)}")

    known, before = sys.argv, sys.getprofile()
    sys.argv = ["script", *argv]
    sys.setprofile(note)
    try:
        # How a case ends is another test's question.
        with suppress(Exception), executed(source) as namespace:
            namespace["main"]()
    finally:
        sys.setprofile(before)
        sys.argv = known
    return {edge for edge in seen if not edge.endswith("-> main")}


def _is_own(frame: FrameType) -> bool:
    """Whether a frame is a function's or the module's; comprehensions and class bodies belong to what holds them."""
    code = frame.f_code
    if code.co_filename != "app.py" or code.co_name in _FOLDED:
        return False
    return code.co_name == "<module>" or bool(code.co_flags & inspect.CO_OPTIMIZED)


def _name_of(frame: FrameType) -> str:
    name = plain_name(frame.f_code.co_qualname)
    return "<top>" if name == "<module>" else name
