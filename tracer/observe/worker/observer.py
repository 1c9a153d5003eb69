"""What an event source reports to: the one interface between the interpreter's events and the recorders."""

from __future__ import annotations

from types import FrameType
from typing import Protocol

from .codes import Code


class Observer(Protocol):
    """Receives events about frames; none of its methods may keep a frame."""

    def start(self, frame: FrameType, entry: Code, /) -> None:
        """A frame of code in scope starts (first start only, never a resume)."""

    def generated(self, frame: FrameType, entry: Code) -> None:
        """A generated ``__init__`` (a dataclass's) starts."""

    def returned(self, entry: Code, value: object) -> None:
        """A watched function returns ``value``."""
