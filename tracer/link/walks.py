"""Walks: one machine per entry point, from a script, a function, or everything a library offers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from tracer.link.blocks import execute
from tracer.link.branches import guard_of
from tracer.link.evaluation import evaluate
from tracer.link.frames import AbstractRaiseError, Arguments, Frame, WalkLimitError
from tracer.link.imports import walk_module
from tracer.link.library import Library
from tracer.link.machine import UNFOLLOWED, Machine
from tracer.link.modules import Module, ModuleIndex
from tracer.link.recording import CallRecord, ContextRecord, build_trace, fold_chain
from tracer.link.values import ClassRef, Function, Typed, Value, Values, ordered, unknown
from tracer.model import code
from tracer.model.edges import Site, Unresolved
from tracer.model.names import NO_SPAN, Span, symbol_id
from tracer.model.program import Dispatch, EntryTrace, PredictedRaise
from tracer.model.targets import Scenario

TRANSPARENT = ("torch.nn.modules", "huggingface_hub.dataclasses", "collections.abc", "_collections_abc")
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


@cache
def _is_under(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def make_machine(
    index: ModuleIndex,
    reach: Reach,
    data: Mapping[str, bytes],
    argv: tuple[str, ...] | None = None,
    library: Library | None = None,
) -> Machine:
    """A fresh machine over a module index; without ``argv`` nobody knows the command line."""
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
        site = Site(place.module.place.path if place else "?", NO_SPAN, place.symbol if place else "?", "call")
        machine.recorder.bounds[(site, "steps")] = Unresolved(site, "steps", "the walk's step budget was used up here")
    return record


def _note_raise(machine: Machine, name: str, error: AbstractRaiseError) -> None:
    frame = error.frame
    span = error.span if isinstance(error.span, Span) else NO_SPAN
    if frame is None:
        return
    chain = fold_chain(tuple(record for record in error.stack if isinstance(record, CallRecord)))
    site = machine.site(frame, span, "raise")
    certain = not error.others
    machine.recorder.raises.append(PredictedRaise(name, error.exception, error.message, site, chain, certain))


def walk_functions(machine: Machine, modules: Sequence[str], starts: Sequence[str] = ()) -> EntryTrace:
    """Walk module bodies, also as programs, then every function not reached yet, each method on its own class.

    Where ``starts`` are named, only module bodies and those functions are walked.
    """
    holder = ContextRecord("source", None, in_scope=True)

    def walk() -> None:
        for name in modules:
            machine.ensure_module(name)
        for name in modules if not starts else ():
            _walk_as_program(machine, name)
        for symbol, function, receiver in list(_functions_of(machine, modules, starts)):
            if not starts and symbol in machine.reached:
                continue
            module = machine.modules.module(function.module)
            frame = machine.module_frames.get(function.module)
            if module is None or frame is None:
                continue
            caller = Frame(-2, module, module.scope(0), "source", {}, None, holder)
            machine.active.append(caller)
            try:
                arguments = _entry_arguments(machine, module, function, receiver, frame)
                machine.call(frozenset({function}), arguments, caller, NO_SPAN)
            except AbstractRaiseError:
                continue
            finally:
                machine.active.pop()

    _run(machine, "source", holder, walk)
    machine.recorder.orphans.extend(call.callee for call in holder.calls.values())
    holder.calls.clear()
    return _without_walker(build_trace("source", holder, machine.recorder, ()))


def _walk_as_program(machine: Machine, name: str) -> None:
    """Walk what a module does under ``if __name__ == "__main__"``."""
    frame = machine.module_frames.get(name)
    for statement in frame.scope.body if frame is not None else ():
        match statement:
            case code.If(
                test=code.Compare(
                    left=code.Name(id="__name__"), operators=("==",), comparators=(code.Const(value="__main__"),)
                )
            ) if frame is not None:
                machine.active.append(frame)
                frame.guards.append(guard_of(machine, statement.text, statement.span, True, True, frame))
                try:
                    execute(machine, statement.body, frame)
                except AbstractRaiseError:
                    continue
                finally:
                    frame.guards.pop()
                    machine.active.pop()


def _without_walker(trace: EntryTrace) -> EntryTrace:
    """The trace without the calls that this module made: a chain begins in the code."""
    firsts = tuple(
        replace(first, chain=tuple(edge for edge in first.chain if edge.site.span != NO_SPAN))
        for first in trace.first_writes
    )
    return replace(trace, first_writes=firsts)


def _functions_of(
    machine: Machine, modules: Sequence[str], starts: Sequence[str]
) -> Iterator[tuple[str, Function, str | None]]:
    for name in modules:
        frame = machine.module_frames.get(name)
        module = machine.modules.module(name)
        if frame is None or module is None:
            continue
        for definition in module.facts.header.definitions:
            symbol = symbol_id(name, definition.qualname)
            function = Function(name, definition.scope)
            if definition.kind != "function" or function not in machine.functions or (starts and symbol not in starts):
                continue
            owner = machine.functions[function].owner
            yield symbol, function, owner if owner in machine.classes else None


def _entry_arguments(
    machine: Machine, module: Module, function: Function, receiver: str | None, frame: Frame
) -> Arguments:
    scope = module.scope(function.scope)
    arguments = Arguments()
    for position, parameter in enumerate(scope.parameters):
        if parameter.kind not in {"positional", "normal"}:
            continue
        if position == 0 and receiver is not None:
            decorators = module.definition_of_scope[function.scope].decorators
            if "staticmethod" in decorators:
                receiver = None
            elif "classmethod" in decorators or scope.qualname.endswith((".__new__", ".__init_subclass__")):
                arguments.positional.append(frozenset({ClassRef(receiver)}))
                continue
            else:
                arguments.positional.append(frozenset({machine.unique(receiver, ("entry", receiver))}))
                continue
        if parameter.default:
            break
        arguments.positional.append(_annotated(machine, parameter, frame))
    return arguments


def _annotated(machine: Machine, parameter: code.Parameter, frame: Frame) -> Values:
    """A parameter's values by its annotation: instances of the classes it names."""
    node = parameter.annotation
    if node is None or not isinstance(node, code.Name | code.Attribute):
        return unknown("a parameter of an entry point")
    try:
        found = evaluate(machine, node, frame)
    except AbstractRaiseError:
        return unknown("a parameter of an entry point")
    typed: set[Value] = set()
    for value in ordered(found):
        if isinstance(value, ClassRef):
            followed = value.symbol in machine.classes and machine.classes[value.symbol].walked
            typed.add(machine.unique(value.symbol, ("annotated", value.symbol)) if followed else Typed(value.symbol))
    return frozenset(typed) or unknown("a parameter of an entry point")


def dispatches_of(machine: Machine, entry: str) -> tuple[Dispatch, ...]:
    """What every function and method that returned in this walk returns an instance of."""
    return tuple(
        Dispatch(entry, symbol, tuple(sorted(classes - {UNFOLLOWED})), guards, UNFOLLOWED not in classes)
        for symbol, (classes, guards) in sorted(machine.recorder.returns.items())
    )
