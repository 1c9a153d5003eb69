"""The command line: options in, one call of the pipeline, text or JSON out.

Nothing is decided here. ``work`` holds the commands that write (trace, check, observe), ``ask`` those that answer, and
``text`` and ``findings`` turn values into lines. Commands import what they need when they run: ``tracer --help`` has
to be instant, and a query must not pay for the page writer.
"""

from __future__ import annotations

from tracer.cli.application import main

__all__ = ["main"]
