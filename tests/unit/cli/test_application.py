"""Help, errors and exit codes: what a user meets before any work is done."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest
from click.testing import CliRunner, Result

import tracer
from tracer.cli.application import application
from tracer.errors import TracerError


def run(*arguments: str) -> Result:
    return CliRunner().invoke(application, arguments, prog_name="tracer")


def raise_from_queries(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    module = SimpleNamespace(mro=fail)
    monkeypatch.setattr(tracer, "queries", module, raising=False)
    monkeypatch.setitem(sys.modules, "tracer.queries", module)


def test_help_names_every_command() -> None:
    result = run("--help")
    assert result.exit_code == 0
    for command in ("trace", "check", "observe", "mro", "attr", "calls", "show"):
        assert f"\n  {command} " in result.output


@pytest.mark.parametrize("command", ["trace", "check", "observe", "mro", "attr", "calls", "show"])
def test_help_of_every_command(command: str) -> None:
    result = run(command, "-h")
    assert result.exit_code == 0, result.output
    assert result.output.startswith(f"Usage: tracer {command} [OPTIONS]")


def test_start_is_cheap() -> None:
    code = """
import sys, tracer.cli
heavy = {"jinja2", "libcst", "msgspec", "networkx", "rich", "torch", "tracer.config", "tracer.pipeline", "wasmtime"}
print(*sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_unknown_command_is_a_usage_error() -> None:
    assert run("tarce").exit_code == 2


def test_no_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("trace")
    assert result.exit_code == 2
    assert result.stderr == (
        "tracer: error: no tracer.toml here or above, and no [tool.tracer] in a pyproject.toml; write one\n"
    )
    result = run("mro", "A")
    assert result.exit_code == 2
    assert result.stderr == "tracer: error: no tracer.toml here or above; name the code with --source PATH\n"


def test_configuration_error(tmp_path: Path) -> None:
    path = tmp_path / "tracer.toml"
    path.write_text('[targets.t]\npackages = ["p"]\nrot = "."\n')
    result = run("check", "--config", str(path))
    assert result.exit_code == 2
    assert result.stderr == "tracer: error: tracer.toml:3: targets.t.rot: unknown key; did you mean root?\n"


def test_expected_error_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raise_from_queries(monkeypatch, TracerError("no class A;\n  did you mean B?"))
    result = run("mro", "A", "--source", str(tmp_path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "tracer: error: no class A; did you mean B?\n"


def test_debug_adds_the_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raise_from_queries(monkeypatch, TracerError("no class A"))
    result = run("--debug", "mro", "A", "--source", str(tmp_path))
    assert result.stderr.startswith("Traceback (most recent call last):")
    assert result.stderr.endswith("tracer: error: no class A\n")


def test_defect_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raise_from_queries(monkeypatch, KeyError("x"))
    result = run("mro", "A", "--source", str(tmp_path))
    assert result.exit_code == 2
    assert result.stderr == "tracer: error: unexpected KeyError: 'x' (a defect in tracer; --debug shows where)\n"


def test_operating_system_error_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raise_from_queries(monkeypatch, PermissionError(13, "Permission denied", "docs/generated"))
    result = run("mro", "A", "--source", str(tmp_path))
    assert result.exit_code == 2
    assert result.stderr == "tracer: error: docs/generated: Permission denied\n"


def test_interrupt_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raise_from_queries(monkeypatch, KeyboardInterrupt())
    result = run("mro", "A", "--source", str(tmp_path))
    assert result.exit_code == 1
    assert "Aborted!" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("calls",), "name the caller (tracer calls FROM) or ask for every edge (tracer calls --all)"),
        (("calls", "f", "--all"), "name the caller (tracer calls FROM) or ask for every edge (tracer calls --all)"),
        (("calls", "--all", "--to", "f"), "--to needs a caller: tracer calls FROM --to SYMBOL"),
        (("mro", "A", "--source", ".", "--target", "t"), "leave out --config and --target"),
        (("mro", "A", "--source", "nowhere"), "no file or folder nowhere"),
    ],
)
def test_usage(arguments: tuple[str, ...], complaint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raise_from_queries(monkeypatch, AssertionError("never asked"))
    result = run(*arguments)
    assert result.exit_code == 2
    assert complaint in result.stderr
