"""Regular expressions on constants, where the pattern cannot take long: alternatives of literals, no repetition."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracer.link.heap import Content
from tracer.link.values import NOTHING, Values, constant, known_text, tuple_values, unknown

if TYPE_CHECKING:
    from tracer.link.frames import Arguments, Frame
    from tracer.link.machine import Machine
    from tracer.model.names import Span

_MAY_TAKE_LONG = frozenset("*+?{\\")
"""What repeats, looks around or refers back; the analysed code's pattern is not to be trusted with it."""


def find_all(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``re.findall(pattern, text)``."""
    pattern = known_text(arguments.at(0, "pattern") or NOTHING)
    text = known_text(arguments.at(1, "string") or NOTHING)
    if pattern is None or text is None or _MAY_TAKE_LONG & set(pattern) or arguments.at(2, "flags") is not None:
        return unknown("the matches of a regular expression")
    try:
        found = re.findall(pattern, text)
    except re.error:
        return unknown("the matches of a regular expression")
    items = (
        constant(match) if isinstance(match, str) else tuple_values(tuple(map(constant, match))) for match in found
    )
    return machine.container("list", ("findall", span), frame, Content(tuple(enumerate(items))))
