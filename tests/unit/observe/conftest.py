"""Observing a few lines of source: files from a dictionary, one run, the records as short readable tuples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.interpreters import find_interpreters, name_of
from tracer.model.evidence import ScenarioRun
from tracer.model.names import Span
from tracer.model.targets import Scenario, Target
from tracer.observe import Watch, find_scope, observe_scenario

INTERPRETERS = find_interpreters()
CALLS_ONLY = Watch()


@dataclass(frozen=True)
class Observed:
    """A run and the sources it came from."""

    run: ScenarioRun
    root: Path

    def text(self, path: str, span: Span) -> str:
        """The source at a span, on one line."""
        lines = (self.root / path).read_bytes().splitlines(keepends=True)
        if span.line == span.end_line:
            return lines[span.line - 1][span.column : span.end_column].decode()
        parts = [lines[span.line - 1][span.column :], *lines[span.line : span.end_line - 1]]
        parts.append(lines[span.end_line - 1][: span.end_column])
        return "".join(part.decode().strip() for part in parts)

    def edges(self) -> list[tuple[str, str, str]]:
        """(caller, site, callee) of every edge, in order."""
        return [(e.caller, self.text(e.path, e.span), e.callee) for e in self.run.edges]

    def writes(self) -> list[tuple[str, str, str, str]]:
        """(class, attribute, site, value) of every write, in order."""
        return [(w.owner, w.attribute, self.text(w.path, w.span), w.value) for w in self.run.writes]


@pytest.fixture(params=INTERPRETERS, ids=name_of)
def python(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def observe_files(tmp_path: Path) -> Callable[..., Observed]:
    """Observe ``main:run`` (or what ``scenario`` says) of files given as {path: source}."""

    def observe(
        files: Mapping[str, str], *, python: Path = INTERPRETERS[0], watch: Watch = CALLS_ONLY, packages: str = "main",
        passes: tuple[str, ...] = ("record",), **scenario: Any,
    ) -> Observed:  # fmt: skip
        root = tmp_path / "src"
        for name, source in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(dedent(source), encoding="utf-8")
        target = Target("target", "src", tuple(packages.split()))
        started = {"entry": "main:run"} if "script" not in scenario else {}
        wanted = Scenario("case", "target", **({"timeout": 30, "memory": 2000} | started | scenario))
        run = observe_scenario(
            wanted, target, base=tmp_path, scope=find_scope(target, tmp_path), symbols=lambda *_: None,
            work=tmp_path / "work", python=python, watch=watch, passes=passes,
        )  # fmt: skip
        return Observed(run, root)

    return observe


@pytest.fixture
def observe_source(observe_files: Callable[..., Observed], python: Path) -> Callable[..., Observed]:
    """Observe one module, ``main``, under each interpreter."""

    def observe(source: str, **options: Any) -> Observed:
        return observe_files({"main.py": source}, python=python, **options)

    return observe
