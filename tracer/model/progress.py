"""How long steps tell somebody that they are getting on, without knowing who is listening.

A protocol of two calls: no step prints, and a test listens with a list. What it shows is up to the command line.
"""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A listener. Calls come from one thread, in the order of the work."""

    def stage(self, name: str, detail: str = "") -> None:
        """Say that a stage begins (``parse``, ``link``, ``observe`` ...), on ``detail`` (a target, a scenario)."""

    def advance(self, done: int, total: int) -> None:
        """Say how many of the current stage's ``total`` pieces are ``done``."""


class Silence:
    """The listener for callers that want no progress."""

    def stage(self, name: str, detail: str = "") -> None:
        """Take note of nothing."""

    def advance(self, done: int, total: int) -> None:
        """Take note of nothing."""
