"""What a person sees while the work goes on: bars on a terminal, one line per stage everywhere else.

Everything goes to stderr: stdout belongs to the answer.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from tracer.model.progress import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Display
    from rich.progress import TaskID


@contextmanager
def show_progress() -> Iterator[Progress]:
    """Yield the listener that suits stderr; a terminal is left as it was, also when the work is interrupted."""
    if not sys.stderr.isatty():
        yield StageLines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Display

    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Display(*columns, console=Console(stderr=True)) as display:
        bars = StageBars(display)
        yield bars
        bars.finish()


class StageLines:
    """One line per stage, as logs want it."""

    def stage(self, name: str, detail: str = "") -> None:
        """Print the stage's name."""
        click.echo(f"tracer: {name} {detail}".rstrip(), err=True)

    def advance(self, done: int, total: int) -> None:
        """Print nothing: a log has no use for half a stage."""


class StageBars:
    """One bar per stage; a finished one stays on the screen with the time it took."""

    def __init__(self, display: Display) -> None:
        self.display = display
        self.task: TaskID | None = None

    def stage(self, name: str, detail: str = "") -> None:
        """Finish the bar before and begin another, of unknown length."""
        from rich.markup import escape

        self.finish()
        self.task = self.display.add_task(f"{name:<8} {escape(detail)}", total=None)

    def advance(self, done: int, total: int) -> None:
        """Move the current bar."""
        if self.task is not None:
            self.display.update(self.task, completed=done, total=total)

    def finish(self) -> None:
        """Fill the current bar; a stage that never counted its pieces had one."""
        if self.task is not None:
            total = self.display.tasks[self.display.task_ids.index(self.task)].total or 1
            self.display.update(self.task, completed=total, total=total)
            self.display.stop_task(self.task)
            self.task = None
