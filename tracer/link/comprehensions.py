"""Comprehensions: in order and complete where what they go over is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link import containers, iteration
from tracer.link.assignment import assign
from tracer.link.evaluation import UNROLL, evaluate, evaluates
from tracer.link.frames import Frame
from tracer.link.heap import Content
from tracer.link.iteration import definite_items, iterate
from tracer.link.narrowing import narrow
from tracer.link.truth import truth_of
from tracer.link.values import ABSENT, NOTHING, Values, join
from tracer.model import code
from tracer.model.names import NO_SPAN

if TYPE_CHECKING:
    from tracer.link.machine import Machine


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

    def result(self) -> Values:
        """The finished container."""
        kind = "list" if self.node.kind == "generator" else self.node.kind
        content = Content.of(self.pairs, self.rest, self.keys)
        return self.machine.container(kind, self.node.span, self.frame, content)


def _clause(
    machine: Machine, node: code.Comprehension, frame: Frame, depth: int, certain: bool, collector: _Collector
) -> None:
    if depth == len(node.generators):
        collector.add(certain)
        return
    generator = node.generators[depth]
    iterable = evaluate(machine, generator.iterable, frame)
    items = definite_items(machine, iterable, UNROLL)
    sure = certain and items is not None
    for item in items if items is not None else [iterate(machine, iterable, frame, generator.span)]:
        if not item:
            continue
        bind_target(machine, generator.target, item, frame)
        verdict: bool | None = True
        narrowed = len(frame.overlay)
        frame.overlay.append({})
        try:
            for condition in generator.conditions:
                value = truth_of(machine, evaluate(machine, condition, frame))
                if value is False:
                    verdict = False
                    break
                if value is None:
                    verdict = None
                    if not narrow(machine, condition, True, frame):
                        verdict = False
                        break
            if verdict is not False:
                _clause(machine, node, frame, depth + 1, sure and verdict is True, collector)
        finally:
            del frame.overlay[narrowed:]


def bind_target(machine: Machine, target: code.Expr, values: Values, frame: Frame) -> None:
    """Bind a comprehension's target in its own scope."""
    if isinstance(target, code.Name):
        frame.overlay[-1][target.id] = values
    elif isinstance(target, code.Display):
        for part, item in zip(target.elements, iteration.unpack(machine, values, target, frame), strict=True):
            bind_target(machine, part.value if isinstance(part, code.Starred) else part, item, frame)
    else:
        assign(machine, target, values, frame, NO_SPAN)
