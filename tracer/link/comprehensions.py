"""Comprehensions: in order and complete where what they go over is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tracer.link import containers, iteration
from tracer.link.assignment import assign
from tracer.link.branches import alternatives, open_guard, under_condition
from tracer.link.evaluation import UNROLL, evaluate, evaluates
from tracer.link.frames import Frame
from tracer.link.heap import Content
from tracer.link.iteration import definite_items, iterate, range_of
from tracer.link.narrowing import narrow
from tracer.link.truth import ask_truth
from tracer.link.values import ABSENT, NOTHING, Values, join, join_all
from tracer.link.wording import wording_of
from tracer.model import code
from tracer.model.names import NO_SPAN

if TYPE_CHECKING:
    from tracer.link.machine import Machine


MOST_ROUNDS = 4
LONGEST = 64
"""A comprehension over a longer range has elements whose number is not told."""


@evaluates(code.Comprehension)
def _comprehension(machine: Machine, node: code.Comprehension, frame: Frame) -> Values:
    collector = _Collector(machine, node, frame)
    frame.overlay.append({})
    try:
        _clause(machine, node, frame, 0, True, collector)
    finally:
        frame.overlay.pop()
    return collector.result()


class _Collector:
    """Gathers a comprehension's results."""

    def __init__(self, machine: Machine, node: code.Comprehension, frame: Frame) -> None:
        self.machine, self.node, self.frame = machine, node, frame
        self.pairs: list[tuple[object, Values]] = []
        self.rest = self.keys = NOTHING

    def add(self, certain: bool) -> None:
        """Take the element for the present bindings; ``certain`` when it is known to be produced, in order."""
        node = self.node
        element = evaluate(self.machine, node.element, self.frame)
        if node.kind in {"dict", "set"}:
            value = element if node.value is None else evaluate(self.machine, node.value, self.frame)
            key = containers.key_of(element)
            if key is None:
                self.rest, self.keys = join(self.rest, value), join(self.keys, element)
            else:
                self.pairs.append((key[0], value if certain else join(value, frozenset({ABSENT}))))
        elif certain and not self.rest:
            self.pairs.append((len(self.pairs), element))
        else:
            self.rest = join(self.rest, element)

    def repeat(self, start: int, count: int, rounds: int) -> None:
        """Make what was taken since ``start`` the elements of ``count`` rounds, equal where one was walked for all."""
        if self.node.kind in {"dict", "set"} or self.rest:
            return
        taken = [values for _, values in self.pairs[start:]] * count
        if len(taken) <= LONGEST and rounds == 1:
            self.pairs[start:] = enumerate(taken, start)
        else:
            del self.pairs[start:]
            self.rest = join_all(taken)

    def result(self) -> Values:
        """The finished container."""
        kind = "list" if self.node.kind == "generator" else self.node.kind
        content = Content.of(self.pairs, self.rest, self.keys)
        return self.machine.container(kind, self.node.span, self.frame, content)


def _clause(
    machine: Machine, node: code.Comprehension, frame: Frame, depth: int, certain: bool, collector: _Collector
) -> None:
    """Go over one ``for`` of the comprehension and what is inside of it."""
    if depth == len(node.generators):
        collector.add(certain)
        return
    generator = node.generators[depth]
    iterable = evaluate(machine, generator.iterable, frame)
    items = definite_items(machine, iterable, UNROLL)
    if items is not None:
        for item in items:
            if item:
                bind_target(machine, generator.target, item, frame)
                _filtered(machine, node, frame, depth, 0, certain, collector)
        return
    values = iterate(machine, iterable, frame, generator.span)
    size = range_of(iterable)
    if size is not None and not size:
        return
    newest = len(machine.owners)
    if size is not None:
        taken = len(collector.pairs)

        def once() -> None:
            bind_target(machine, generator.target, values, frame)
            _filtered(machine, node, frame, depth, 0, certain, collector)

        rounds = _repeat(machine, once, newest) if len(size) > 1 else _only(once)
        collector.repeat(taken, len(size), rounds)
        return
    text = f"for {wording_of(generator.target)} in {wording_of(generator.iterable)}"
    guard = open_guard(text, generator.span, True, frame)

    def each() -> bool:
        bind_target(machine, generator.target, values, frame)
        frame.guards.append(guard)
        try:
            _filtered(machine, node, frame, depth, 0, False, collector)
        finally:
            frame.guards.pop()
        return True

    if values:
        _repeat(machine, lambda: alternatives(machine, frame, [each, lambda: True]), newest)


def _only(walk: Callable[[], object]) -> int:
    walk()
    return 1


def _repeat(machine: Machine, walk: Callable[[], object], newest: int) -> int:
    """Walk one round for all, and again while it changes what it has read; returns how often.

    What the rounds made since the object ``newest`` stands for what all of them make.
    """
    rounds, settled = 0, False
    while not settled and rounds < MOST_ROUNDS:
        machine.heap.begin_reads()
        walk()
        machine.heap.summaries.update(range(newest, len(machine.owners)))
        settled = not machine.heap.changed_since(machine.heap.end_reads())
        rounds += 1
    return rounds


def _filtered(
    machine: Machine,
    node: code.Comprehension,
    frame: Frame,
    depth: int,
    index: int,
    certain: bool,
    collector: _Collector,
) -> None:
    """Ask the conditions from ``index`` on; what stands behind an undecided one is a branch."""
    generator = node.generators[depth]
    if index == len(generator.conditions):
        _clause(machine, node, frame, depth + 1, certain, collector)
        return
    condition = generator.conditions[index]
    verdict = ask_truth(machine, evaluate(machine, condition, frame), frame, generator.span)
    if verdict is True:
        _filtered(machine, node, frame, depth, index + 1, certain, collector)
    if verdict is not None:
        return

    def passed() -> bool:
        bound, frame.overlay = frame.overlay, [dict(scope) for scope in frame.overlay]
        try:
            if not narrow(machine, condition, True, frame):
                return False
            with under_condition(condition, True, generator.span, frame):
                _filtered(machine, node, frame, depth, index + 1, False, collector)
        finally:
            frame.overlay = bound
        return True

    alternatives(machine, frame, [passed, lambda: True])


def bind_target(machine: Machine, target: code.Expr, values: Values, frame: Frame) -> None:
    """Bind a comprehension's target in its own scope."""
    if isinstance(target, code.Name):
        frame.overlay[-1][target.id] = values
    elif isinstance(target, code.Display):
        for part, item in zip(target.elements, iteration.unpack(machine, values, target, frame), strict=True):
            bind_target(machine, part.value if isinstance(part, code.Starred) else part, item, frame)
    else:
        assign(machine, target, values, frame, NO_SPAN)
