"""Progress on a terminal and in a log."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.progress import Progress

from tracer.cli.progress import StageBars, show_progress


def test_log(capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress() as progress:
        progress.stage("parse", "vita")
        progress.advance(1, 2)
        progress.stage("render")
    output = capsys.readouterr()
    assert (output.out, output.err) == ("", "tracer: parse vita\ntracer: render\n")


def test_bars() -> None:
    screen = io.StringIO()
    with Progress("{task.description} {task.completed:.0f}/{task.total}", console=Console(file=screen)) as display:
        bars = StageBars(display)
        bars.stage("parse", "vita [x]")
        bars.advance(1, 2)
        bars.stage("link")
        bars.finish()
        bars.finish()
    assert screen.getvalue().split() == ["parse", "vita", "[x]", "2/2", "link", "1/1"]
