"""The reference pages name every command, option and key there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tracer.cli.application import application
from tracer.config.shape import CONFIG, ListOf, Named, Shape, Table

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
SECTION = re.compile(r"^## tracer (\w+).*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SHARED = "## Options of the questions"


def commands() -> dict[str, click.Command]:
    context = click.Context(application)
    return {name: command for name in application.list_commands(context)
            if (command := application.get_command(context, name)) is not None}  # fmt: skip


@pytest.mark.parametrize("name", commands())
def test_every_option_is_explained(name: str) -> None:
    text = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    sections = {match[1]: match[0] for match in SECTION.finditer(text)}
    shared = text.partition(SHARED)[2] if name in {"mro", "attr", "calls", "show"} else ""
    explained = set(re.findall(r"`(--[\w-]+)`", sections[name] + shared))
    options = {option for parameter in commands()[name].params if isinstance(parameter, click.Option)
               for option in (*parameter.opts, *parameter.secondary_opts)}  # fmt: skip
    assert explained == {option for option in options if option.startswith("--")} - {"--help"}


def keys_of(shape: Shape) -> Iterator[str]:
    match shape:
        case Table(keys=keys):
            for name, item in keys.items():
                if not isinstance(item, Table | Named) or name in {"data", "library_permalinks"}:
                    yield name
                if not (isinstance(item, ListOf) and name in {"flows", "sequences"}):
                    yield from keys_of(item)
        case Named(item=item) | ListOf(item=item):
            yield from keys_of(item)


def test_every_key_is_explained() -> None:
    text = (REFERENCE / "configuration.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert set(rows) == set(keys_of(CONFIG)) - {"accept"}
