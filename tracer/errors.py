"""Errors a user can act on: one line that says what is wrong, where, and what to do next."""

from __future__ import annotations


class TracerError(Exception):
    """Base of all expected errors; ``exit_code`` is the command line's (2: usage, config, environment)."""

    exit_code = 2


class ConfigError(TracerError):
    """tracer.toml (or [tool.tracer]) holds something unknown or of the wrong type; the message names key and line."""


class TargetError(TracerError):
    """A path, symbol or environment named by the user does not exist."""


class LockError(TracerError):
    """The lock file cannot be read: missing, newer, or holding merge-conflict markers."""
