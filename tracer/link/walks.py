"""Walks: one machine per entry point, from a script, a function, or everything a library offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tracer.link.frames import AbstractRaiseError, Arguments, Frame, WalkLimitError
from tracer.link.imports import walk_module
from tracer.link.library import Library
from tracer.link.machine import NO_SPAN, Machine
from tracer.link.modules import ModuleIndex
from tracer.link.recording import CallRecord, ContextRecord, build_trace, fold_chain
from tracer.link.values import Function, Obj
from tracer.model.edges import Site, Unresolved
from tracer.model.names import Span
from tracer.model.program import Dispatch, EntryTrace, PredictedRaise
from tracer.model.targets import Scenario

TRANSPARENT = ("torch.nn.modules", "huggingface_hub.dataclasses")
"""Libraries whose Python machinery model code runs through: walked although out of scope, so that ``forward`` behind
``Module.__call__`` and validated configs are found by walking rather than by a rule."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which modules a walk records (``own`` and ``followed``) and which it merely passes through."""

    own: tuple[str, ...]
    followed: tuple[str, ...]

    def is_own(self, module: str) -> bool:
        """Whether the module is the project's own code."""
        return _is_under(module, self.own)

    def in_scope(self, module: str) -> bool:
        """Whether the module's functions are recorded."""
        return _is_under(module, self.own) or _is_under(module, self.followed)

    def is_followed(self, module: str) -> bool:
        """Whether the module's bodies are walked."""
        return self.in_scope(module) or _is_under(module, TRANSPARENT)


def _is_under(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def make_machine(
    index: ModuleIndex, reach: Reach, data: Mapping[str, bytes], argv: tuple[str, ...] = (), library: Library | None = None
) -> Machine:
    """A fresh machine over a module index."""
    return Machine(
        index,
        library or Library(),
        in_scope=reach.in_scope,
        is_followed=reach.is_followed,
        is_own=reach.is_own,
        data=dict(data),
        argv=argv,
    )


def walk_scenario(
    scenario: Scenario, index: ModuleIndex, reach: Reach, root: Path, data: Mapping[str, bytes]
) -> tuple[EntryTrace, Machine]:
    """Walk a scenario's entry point; what stops the walk is part of the trace, never an error."""
    machine = make_machine(index, reach, data, scenario.argv)
    if scenario.script is not None:
        name = scenario.script.removesuffix(".py").replace("/", ".")
        module = index.script(root / scenario.script, name)
        machine.module_names[name] = "__main__"
        root_record = ContextRecord(name, None, in_scope=True)

        def run() -> None:
            entry_frame = walk_module(machine, module, None, None)
            del entry_frame

        entry = _run(machine, scenario.name, root_record, run)
        entry = machine.module_frames[name].record
        machine.recorder.orphans.remove(entry)
        return build_trace(scenario.name, entry, machine.recorder, dispatches_of(machine, scenario.name)), machine
    module_name, _, function_name = (scenario.entry or "").partition(":")
    holder = ContextRecord(module_name, None, in_scope=True)

    def call() -> None:
        frame = machine.ensure_module(module_name)
        if frame is None:
            return
        caller = Frame(-2, frame.module, frame.scope, module_name, {}, None, holder)
        machine.active.append(caller)
        machine.call(machine.member(module_name, function_name), Arguments(), caller, NO_SPAN)

    _run(machine, scenario.name, holder, call)
    entry = next((record.callee for record in holder.calls.values()), holder)
    return build_trace(scenario.name, entry, machine.recorder, dispatches_of(machine, scenario.name)), machine


def _run(machine: Machine, name: str, record: ContextRecord, walk: Callable[[], None]) -> ContextRecord:
    try:
        walk()
    except AbstractRaiseError as error:
        _note_raise(machine, name, error)
    except WalkLimitError:
        place = machine.active[-1] if machine.active else None
        site = Site(place.module.place.path if place else "?", Span(0, 0, 0, 0), place.symbol if place else "?", "call")
        machine.recorder.bounds[(site, "steps")] = Unresolved(site, "steps", "the walk's step budget was used up here")
    return record


def _note_raise(machine: Machine, name: str, error: AbstractRaiseError) -> None:
    frame = error.frame
    span = error.span if isinstance(error.span, Span) else NO_SPAN
    if frame is None:
        return
    chain = fold_chain(tuple(record for record in error.stack if isinstance(record, CallRecord)))
    site = machine.site(frame, span, "raise")
    machine.recorder.raises.append(PredictedRaise(name, error.exception, error.message, site, chain, certain=True))


def dispatches_of(machine: Machine, entry: str) -> tuple[Dispatch, ...]:
    """Functions of the project that choose which class they return an instance of."""
    found: list[Dispatch] = []
    for symbol, (classes, guards) in sorted(machine.recorder.returns.items()):
        module, _, qualname = symbol.partition(":")
        if not machine.is_own(module) or "." in qualname or not classes:
            continue
        found.append(Dispatch(entry, symbol, tuple(sorted(classes)), guards))
    return tuple(found)


__all__ = ["Function", "Obj", "Reach", "make_machine", "walk_scenario"]
