"""``case`` patterns: whether a subject may match, and what its captures bind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.comparisons import compare, is_instance
from tracer.link.iteration import iterate
from tracer.link.values import Values, unknown

if TYPE_CHECKING:
    from tracer.link.frames import Frame
    from tracer.link.machine import Machine
    from tracer.model import code


def matches(machine: Machine, pattern: code.Pattern, subject: Values, frame: Frame) -> bool | None:
    """Whether the subject matches, None where that is not known; binds the captures as if it did."""
    from tracer.link.evaluation import evaluate
    from tracer.model.names import NO_SPAN

    verdict: bool | None = None
    match pattern.kind:
        case "any":
            verdict = True
        case "value" if pattern.value is not None:
            verdict = compare(machine, "==", subject, evaluate(machine, pattern.value, frame), frame, NO_SPAN)
        case "class" if pattern.value is not None:
            classes = evaluate(machine, pattern.value, frame)
            verdicts = {is_instance(machine, value, classes) for value in subject}
            verdict = verdicts.pop() if len(verdicts) == 1 else None
            if pattern.patterns and verdict is True:
                verdict = None
        case "or":
            parts = [matches(machine, part, subject, frame) for part in pattern.patterns]
            return True if True in parts else None if None in parts else False
        case "as":
            verdict = matches(machine, pattern.patterns[0], subject, frame) if pattern.patterns else True
            for name in pattern.names:
                frame.env[name] = subject
            return verdict
    for name in pattern.names:
        frame.env[name] = unknown("captured from a pattern") if pattern.kind != "any" else subject
    if pattern.kind == "sequence":
        items = iterate(machine, subject, frame, NO_SPAN)
        for part in pattern.patterns:
            matches(machine, part, items, frame)
    elif pattern.kind in {"class", "mapping"}:
        for part in pattern.patterns:
            matches(machine, part, unknown("part of a matched object"), frame)
    return verdict
