"""The commands in README and tutorial: those that answer in seconds run, the others are at least understood."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from tests.functional.lens import ROOT, run_tracer
from tracer.cli.application import application

DOCUMENTS = ("README.md", "docs/tutorial.md")
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
PLACEHOLDER = "path/to/your/package"
EXAMPLE = "reference_model/vita"


def commands_of(document: str) -> list[str]:
    text = (ROOT / document).read_text(encoding="utf-8").replace(PLACEHOLDER, EXAMPLE)
    lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
    return [line.removeprefix("tracer ") for line in lines if line.startswith("tracer ")]


COMMANDS = sorted({command for document in DOCUMENTS for command in commands_of(document)})
QUICK = [command for command in COMMANDS if "--source" in command]


def test_both_documents_show_commands() -> None:
    assert all(map(commands_of, DOCUMENTS))
    assert len(QUICK) >= 5


@pytest.mark.parametrize("command", COMMANDS)
def test_a_written_command_is_understood(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    name, *arguments = shlex.split(command, comments=True)
    # A command keeps the help option of its first context: without the group's settings, other tests would miss `-h`.
    parent = click.Context(application, **application.context_settings)
    known = application.get_command(parent, name)
    assert known is not None
    known.make_context(name, arguments, parent=parent)


@pytest.mark.parametrize("command", QUICK)
def test_a_quick_command_answers(command: str) -> None:
    done = run_tracer(Path(ROOT), *shlex.split(command, comments=True))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert "no calls found" not in done.stdout
