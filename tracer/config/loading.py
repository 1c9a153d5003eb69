"""From a configuration file to targets, scenarios and accepted claims.

``find_config`` looks for the file, ``load_config`` reads it; both touch nothing but files. Whatever the file names on
disk must be there, and whatever it refers to within itself must exist, before any work starts.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from tracer.config.document import Document, find_value, read_document
from tracer.config.shape import CONFIG, check_shape
from tracer.config.targets import read_target
from tracer.errors import TargetError
from tracer.model.targets import Accepted, Scenario, Target

FILE_NAME = "tracer.toml"
PYPROJECT = "pyproject.toml"
SECTION = ("tool", "tracer")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Config:
    """What is configured; ``folder`` (absolute) is what every path in the targets is relative to."""

    folder: Path
    targets: tuple[Target, ...]
    accepted: tuple[Accepted, ...] = ()

    def target_named(self, name: str) -> Target:
        """Find a target by name; TargetError, naming the nearest or all, if there is none."""
        return named(name, "target", {target.name: target for target in self.targets})

    def scenario_named(self, name: str) -> tuple[Target, Scenario]:
        """Find a scenario and its target by the scenario's name; TargetError if there is none."""
        known = {scenario.name: (target, scenario) for target in self.targets for scenario in target.scenarios}
        return named(name, "scenario", known)


def named(name: str, kind: str, known: dict[str, Value]) -> Value:
    """Look ``name`` up; TargetError, naming the nearest known name or all of them, if it is not there."""
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"configured: {', '.join(sorted(known)) or 'none'}"
    raise TargetError(f"no {kind} is named {name}; {hint}")


def find_config(start: Path) -> Path | None:
    """Find the nearest tracer.toml, or pyproject.toml with ``[tool.tracer]``, in ``start`` or a folder above it."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
        if is_configured(folder / PYPROJECT):
            return folder / PYPROJECT
    return None


def is_configured(pyproject: Path) -> bool:
    """Whether a pyproject.toml speaks of tracer; a broken one counts, so that loading it says what is broken."""
    try:
        text = pyproject.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    try:
        return find_value(tomllib.loads(text), SECTION) is not None
    except tomllib.TOMLDecodeError:
        return "tool.tracer" in text


def load_config(path: Path) -> Config:
    """Read a configuration file: tracer.toml, or another .toml file's ``[tool.tracer]`` if it is a pyproject.toml.

    Raises ConfigError, as ``file:line: key: what is wrong``, for anything unknown, of a wrong type, or absent on disk.
    """
    document = read_document(path, SECTION if path.name == PYPROJECT else ())
    check_shape(document, document.values, CONFIG)
    folder = path.resolve().parent
    targets = tuple(read_target(document, folder, name) for name in document.values["targets"])
    if not targets:
        raise document.error(("targets",), "names no target; add a table [targets.NAME]")
    check_scenario_names(document, targets)
    return Config(folder, targets, tuple(read_accepted(row) for row in document.values.get("accept", ())))


def check_scenario_names(document: Document, targets: tuple[Target, ...]) -> None:
    """Raise ConfigError for a scenario name that two targets share: runs and evidence are named by it."""
    owners: dict[str, str] = {}
    for target in targets:
        for scenario in target.scenarios:
            other = owners.setdefault(scenario.name, target.name)
            if other != target.name:
                key = ("targets", target.name, "scenarios", scenario.name)
                raise document.error(key, f"target {other} already has a scenario of this name")


def read_accepted(row: dict[str, Any]) -> Accepted:
    """Read one ``[[accept]]`` table."""
    return Accepted(row["claim"], row["why"])
