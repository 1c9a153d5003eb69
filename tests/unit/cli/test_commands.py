"""Each command: what it hands to the pipeline, what it prints, how it exits."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

import tracer
from tracer.cli.application import application
from tracer.cli.observe_text import observed_lines
from tracer.judge.formats import FORMATS
from tracer.judge.outcomes import ConditionOutcomes
from tracer.judge.report import Finding
from tracer.model.evidence import ScenarioRun

CONFIG = """\
[targets.one]
packages = ["p"]

[targets.one.scenarios.demo]
entry = "p:main"

[targets.two]
packages = ["q"]
"""


class Recorder:
    """A module whose functions note their arguments and return what was prepared."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        if name not in self.answers:
            raise AttributeError(name)

        def call(*arguments: Any, **keywords: Any) -> Any:
            self.asked.append((name, arguments, keywords))
            return self.answers[name]

        return call


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tracer.toml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    return tmp_path.resolve()


def install(monkeypatch: pytest.MonkeyPatch, name: str, module: Recorder) -> Recorder:
    monkeypatch.setattr(tracer, name, module, raising=False)
    monkeypatch.setitem(sys.modules, f"tracer.{name}", module)
    return module


def run(*arguments: str) -> Result:
    return CliRunner().invoke(application, arguments, prog_name="tracer")


TRACED = SimpleNamespace(
    summaries={"one": {"refuted": 0, "confirmed": 12, "static": 3}, "two": {"confirmed": 1}},
    pages=21,
    problems=(("p/broken.py:3", "invalid syntax"),),
)


def test_trace(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = install(monkeypatch, "pipeline", Recorder(trace=TRACED))
    result = run("trace")
    assert result.exit_code == 0
    assert result.stdout == "           one  two\nconfirmed   12    1\nstatic       3    0\n\n21 pages written\n"
    assert result.stderr == "tracer: note: p/broken.py:3: invalid syntax\n"
    ((_, (config,), keywords),) = pipeline.asked
    assert config.folder == folder
    assert (keywords["observe"], keywords["device"], keywords["targets"]) == (True, "cpu", None)


def test_trace_options(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = install(monkeypatch, "pipeline", Recorder(trace=TRACED))
    config = str(folder / "tracer.toml")
    assert run("trace", "--no-observe", "--device", "cuda", "--target", "two", "--config", config).exit_code == 0
    ((_, _, keywords),) = pipeline.asked
    assert (keywords["observe"], keywords["device"], keywords["targets"]) == (False, "cuda", ("two",))


@pytest.mark.usefixtures("folder")
def test_trace_unknown_target() -> None:
    result = run("trace", "--target", "tow")
    assert (result.exit_code, result.stderr) == (2, "tracer: error: no target is named tow; did you mean two?\n")


CHANGED = Finding(
    "changed", "error", "mro t - p:A", "the MRO of A changed", ("p:A",), ("p:B",), "p/m.py", 3, ("a.md",), "x"
)


def checked(*findings: Finding, stale: tuple[str, ...] = (), exit_code: int = 0) -> Recorder:
    return Recorder(check=SimpleNamespace(findings=findings, stale_pages=stale, exit_code=exit_code))


def test_check_that_holds(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = install(monkeypatch, "pipeline", checked(stale=("one/a.md",)))
    result = run("check")
    assert result.exit_code == 0
    assert result.stdout == "every documented claim holds\n"
    assert result.stderr == "1 page stale: run tracer trace\n"
    ((_, (config,), keywords),) = pipeline.asked
    assert config.folder == folder
    assert (keywords["fresh"], keywords["observe"]) == (False, False)


@pytest.mark.usefixtures("folder")
def test_check_on_evidence_for_other_bytes_does_not_say_that_all_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "pipeline", checked(Finding("stale-evidence", "note", "stale-evidence t", "2 claims rest")))
    result = run("check")
    assert (result.exit_code, "holds" in result.stdout) == (0, False)
    assert result.stdout.endswith("no documented claim has changed; not all are proven\n")


@pytest.mark.usefixtures("folder")
def test_check_that_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = install(monkeypatch, "pipeline", checked(CHANGED, exit_code=1))
    result = run("check", "--fresh", "--no-observe")
    assert result.exit_code == 1
    assert result.stdout.startswith("p/m.py:3: error: the MRO of A changed\n")
    assert "holds" not in result.stdout
    assert (pipeline.asked[0][2]["fresh"], pipeline.asked[0][2]["observe"]) == (True, False)


@pytest.mark.parametrize("output", sorted(FORMATS))
@pytest.mark.usefixtures("folder")
def test_check_formats(monkeypatch: pytest.MonkeyPatch, output: str) -> None:
    install(monkeypatch, "pipeline", checked(CHANGED, exit_code=1))
    result = run("check", "--format", output)
    assert (result.exit_code, result.stdout) == (1, FORMATS[output]((CHANGED,)))


def as_observed(seen: ScenarioRun) -> SimpleNamespace:
    return SimpleNamespace(run=seen, conditions=ConditionOutcomes(), lines_of=lambda _path: None)


@pytest.mark.usefixtures("folder")
def test_observe(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = ScenarioRun("demo", "one", "cpu", "3.11.7", "raised", reason="lines not measured: x", identical=True)
    pipeline = install(monkeypatch, "pipeline", Recorder(observe=as_observed(seen)))
    result = run("observe", "demo")
    assert result.exit_code == 0
    assert result.stderr == "tracer: running p:main of target one\n"
    assert result.stdout == "\n".join(observed_lines(seen, ConditionOutcomes(), lambda _path: None)) + "\n"
    assert result.stdout.startswith("demo: raised on cpu under Python 3.11.7\n")
    assert pipeline.asked[0][1][1:3] == ("demo", "cpu")


@pytest.mark.usefixtures("folder")
def test_observe_that_never_started(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = ScenarioRun("demo", "one", "cpu", "3.9", "failed", reason="too old")
    install(monkeypatch, "pipeline", Recorder(observe=as_observed(seen)))
    result = run("observe", "demo")
    assert result.exit_code == 2
    assert result.stdout.startswith("demo: failed on cpu under Python 3.9\n")
    assert result.stdout.endswith("\n  too old\n")


ANSWER = {"schema": 1, "class": "p:A", "mro": ["p:A"], "methods": {}, "libraries": {}, "unresolved": []}


def test_query_of_the_configuration(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    queries = install(monkeypatch, "queries", Recorder(mro=ANSWER))
    result = run("mro", "A")
    assert (result.exit_code, result.stdout) == (0, "p:A\n  1  p:A\n")
    ((_, (source, name), _),) = queries.asked
    assert name == "A"
    assert (source.folder, [target.name for target in source.targets], source.path) == (folder, ["one", "two"], None)


@pytest.mark.usefixtures("folder")
def test_query_of_one_target(monkeypatch: pytest.MonkeyPatch) -> None:
    queries = install(monkeypatch, "queries", Recorder(mro=ANSWER))
    assert run("mro", "A", "--target", "two").exit_code == 0
    assert [target.name for target in queries.asked[0][1][0].targets] == ["two"]


def test_query_of_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    queries = install(monkeypatch, "queries", Recorder(mro=ANSWER))
    result = run("mro", "A", "--json", "--source", str(tmp_path), "--python", "venv/bin/python")
    assert json.loads(result.stdout) == ANSWER
    source = queries.asked[0][1][0]
    assert (source.targets, source.path, source.python) == ((), tmp_path, "venv/bin/python")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("calls", "f"), ("calls", ("f",), {"to": None})),
        (("calls", "f", "--to", "g"), ("calls", ("f",), {"to": "g"})),
        (("calls", "--all"), ("calls", (None,), {"to": None})),
        (("attr", "A.x"), ("attr", ("A.x",), {})),
        (("show", "p:f"), ("show", ("p:f",), {})),
    ],
)
def test_what_queries_are_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], expected: tuple[Any, ...]
) -> None:
    queries = install(monkeypatch, "queries", Recorder(calls={"schema": 1}, attr={"schema": 1}, show={"schema": 1}))
    assert run(*arguments, "--json", "--source", str(tmp_path)).exit_code == 0
    ((name, (_, *rest), keywords),) = queries.asked
    assert callable(keywords.pop("note"))
    assert (name, tuple(rest), keywords) == expected
