"""A small language for hand-built programs and runs: every value spelled as it reads in a sentence.

``call("app:main", "app:build", line=3)`` is a predicted call on line 3 of app.py; ``seen(that)`` is the same call,
observed; ``entry("demo", "app:main", that)`` is a walk made of such calls, its contexts derived from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracer.model.edges import Access, CallEdge, Guard, Site
from tracer.model.evidence import (
    Evidence,
    ObservedClass,
    ObservedEdge,
    ObservedException,
    ObservedFlow,
    ObservedFrame,
    ObservedRead,
    ObservedWrite,
    ScenarioRun,
)
from tracer.model.names import Span, module_of
from tracer.model.program import ClassLinearisation, Context, ContextCall, EntryTrace, FirstWrite, Program

HASH = "0" * 64
SCENARIOS: dict[str, dict[str, str]] = {name: {} for name in ("blind", "demo", "lost", "other", "train")}


def path_of(symbol: str) -> str:
    return module_of(symbol).replace(".", "/") + ".py"


def span(line: int, end_line: int | None = None, column: int = 4) -> Span:
    return Span(line, column, end_line or line, column + 10)


def site(owner: str, line: int, form: str = "call", *, end_line: int | None = None, column: int = 4) -> Site:
    return Site(path_of(owner), span(line, end_line, column), owner, form)


def guard(
    owner: str, line: int, text: str, value: str, *, branch: bool = True, reason: str = "", column: int = 7
) -> Guard:
    return Guard(path_of(owner), span(line, column=column), text, branch, value, reason)


def call(caller: str, callee: str, line: int, **more: Any) -> CallEdge:
    column, end_line, form = more.pop("column", 4), more.pop("end_line", None), more.pop("form", "call")
    place = site(caller, line, form, end_line=end_line, column=column)
    return CallEdge(place, callee, **{"must": True, **more})


def write(attribute: str, owner: str | None, symbol: str, line: int, form: str = "attribute", **more: Any) -> Access:
    return Access(attribute, owner, site(symbol, line, form), **more)


def first(
    entry_name: str, access: Access, *chain: CallEdge, certain: bool = True, guards: tuple[Guard, ...] = ()
) -> FirstWrite:
    assert access.owner is not None
    return FirstWrite(entry_name, access.attribute, access.owner, access, chain, guards, certain)


def entry(name: str, symbol: str, *calls: CallEdge, **more: Any) -> EntryTrace:
    """A walk from ``symbol``; a context for every (function, receiver) that the calls name."""
    keys: dict[tuple[str, str | None], list[CallEdge]] = {(symbol, None): []}
    for edge in calls:
        keys.setdefault((edge.caller, edge.caller_receiver), []).append(edge)
        keys.setdefault((edge.callee, edge.receiver), [])
    index = {key: number for number, key in enumerate(keys)}
    contexts = tuple(
        Context(name_, receiver, tuple(ContextCall(e, index[e.callee, e.receiver]) for e in edges))
        for (name_, receiver), edges in keys.items()
    )
    parts: dict[str, Any] = dict.fromkeys(
        ("writes", "reads", "first_writes", "raises", "dispatches", "guards", "unresolved"), ()
    )
    return EntryTrace(name=name, symbol=symbol, contexts=contexts, **{**parts, **more})


def linearisation(
    symbol: str, mro: tuple[str, ...], methods: Mapping[str, str] | None = None, **more: Any
) -> ClassLinearisation:
    return ClassLinearisation(symbol, site(symbol, 1, "class"), mro, methods or {}, **more)


def program(*traces: EntryTrace, classes: tuple[ClassLinearisation, ...] = (), **more: Any) -> Program:
    """A linked target named ``app`` whose files all have the same hash."""
    paths = {edge.site.path for trace in traces for edge in trace.edges()}
    paths |= {access.site.path for trace in traces for access in trace.writes}
    paths |= {known.site.path for known in classes}
    parts = {"files": dict.fromkeys(sorted(paths), HASH), "libraries": {}, "scenarios": SCENARIOS, **more}
    return Program("app", {known.symbol: known for known in classes}, {t.name: t for t in traces}, **parts)


def seen(edge: CallEdge, **more: Any) -> ObservedEdge:
    """The predicted call, observed as predicted except for what is named."""
    parts: dict[str, Any] = {"receiver": edge.receiver, "caller_receiver": edge.caller_receiver, "callee": edge.callee}
    return ObservedEdge(edge.site.path, edge.site.span, edge.caller, **{**parts, **more})


def frames(start: str, *edges: CallEdge) -> tuple[ObservedFrame, ...]:
    """The stack that a chain of calls from ``start`` leaves, the callee last."""
    names = [(start, None), *((edge.callee, edge.receiver) for edge in edges)]
    places = [*((edge.site.path, edge.site.span) for edge in edges), (path_of(names[-1][0]), span(1))]
    return tuple(
        ObservedFrame(symbol, receiver, path, place)
        for (symbol, receiver), (path, place) in zip(names, places, strict=True)
    )


def reached(start: str, *edges: CallEdge) -> ObservedFlow:
    return ObservedFlow(edges[-1].callee, edges[-1].receiver, frames(start, *edges))


def stored(
    access: Access, *, order: int = 0, start: str = "", chain: tuple[CallEdge, ...] = (), **more: Any
) -> ObservedWrite:
    """The write, observed as claimed except for what is named; with ``start`` its stack is that of ``chain``."""
    stack = frames(start, *chain) if start else ()
    parts: dict[str, Any] = {"owner": access.owner, "symbol": access.site.owner, "span": access.site.span}
    parts = {**parts, "path": access.site.path, **more}
    return ObservedWrite(attribute=access.attribute, value="...", order=order, stack=stack, **parts)


def loaded_from(access: Access, **more: Any) -> ObservedRead:
    """The read, observed as claimed except for what is named."""
    parts: dict[str, Any] = {"owner": access.owner, "symbol": access.site.owner, "span": access.site.span, "order": 0}
    return ObservedRead(attribute=access.attribute, **{**parts, "path": access.site.path, **more})


def loaded(symbol: str, mro: tuple[str, ...], methods: Mapping[str, str] | None = None) -> ObservedClass:
    return ObservedClass(symbol, mro, methods or {})


def raised(kind: str, symbol: str, line: int = 1, message: str = "boom") -> ObservedException:
    return ObservedException(kind, message, (ObservedFrame(symbol, None, path_of(symbol), span(line)),))


def run(scenario: str, *edges: ObservedEdge, lines: Mapping[str, Any] | None = None, **more: Any) -> ScenarioRun:
    """A completed run about the bytes that ``program`` has; ``lines`` maps a path to its executed lines."""
    executed = {path: tuple(numbers) for path, numbers in (lines or {}).items()}
    paths = {edge.path for edge in edges} | set(executed)
    parts = {"device": "cpu", "python": "3.11", "outcome": "completed", "files": dict.fromkeys(sorted(paths), HASH)}
    return ScenarioRun(scenario=scenario, target="app", edges=edges, executed=executed, **{**parts, **more})


def evidence(*runs: ScenarioRun) -> tuple[Evidence, ...]:
    """The runs, one piece of evidence per device."""
    devices = dict.fromkeys(each.device for each in runs)
    return tuple(Evidence(device, tuple(each for each in runs if each.device == device)) for device in devices)
