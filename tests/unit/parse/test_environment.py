"""Interpreters read as files: virtual environments, .pth lines, editable finders, versions of distributions."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tracer.errors import TargetError
from tracer.parse.distributions import distribution_versions
from tracer.parse.environment import Environment, read_environment


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """An interpreter's folder."""
    prefix = tmp_path / "python"
    (prefix / "lib/python3.12/site-packages").mkdir(parents=True)
    (prefix / "bin").mkdir()
    (prefix / "bin/python3.12").touch()
    (prefix / "bin/python").symlink_to("python3.12")
    return prefix


@pytest.fixture
def venv(tmp_path: Path, base: Path) -> Path:
    """A virtual environment made with it."""
    prefix = tmp_path / "venv"
    (prefix / "lib/python3.12/site-packages").mkdir(parents=True)
    (prefix / "bin").mkdir()
    (prefix / "bin/python").symlink_to(base / "bin/python")
    (prefix / "pyvenv.cfg").write_text(f"home = {base}/bin\nversion = 3.12.4\n")
    return prefix


def site_of(prefix: Path) -> Path:
    return prefix / "lib/python3.12/site-packages"


def test_running_interpreter() -> None:
    environment = read_environment()
    assert environment.version == sys.version_info[:2]
    assert (environment.stdlib / "ast.py").is_file()
    assert any((path / "libcst").is_dir() for path in environment.search_paths)


def test_running_interpreter_by_name() -> None:
    named = read_environment(Path(sys.executable))
    assert (named.version, named.stdlib) == (read_environment().version, read_environment().stdlib)


def test_plain_interpreter(base: Path) -> None:
    for python in (base / "bin/python", base / "bin/python3.12", base):
        assert read_environment(python) == Environment((3, 12), base / "lib/python3.12", (site_of(base),))


def test_virtual_environment(venv: Path, base: Path) -> None:
    for python in (venv / "bin/python", venv):
        assert read_environment(python) == Environment((3, 12), base / "lib/python3.12", (site_of(venv),))


def test_virtual_environment_that_sees_the_system(venv: Path, base: Path) -> None:
    with (venv / "pyvenv.cfg").open("a") as file:
        file.write("include-system-site-packages = true\n")
    assert read_environment(venv).search_paths == (site_of(venv), site_of(base))


def test_path_files_add_folders_and_run_nothing(venv: Path, tmp_path: Path) -> None:
    project = tmp_path / "project/src"
    project.mkdir(parents=True)
    lines = f"# comment\nimport sys; sys.exit(3)\n{project}\n/there/is/none\n"
    (site_of(venv) / "project.pth").write_text(lines)
    assert read_environment(venv).search_paths == (site_of(venv), project)


def test_editable_finders_are_read_as_literals(venv: Path, tmp_path: Path) -> None:
    finder = (
        f"import sys\nMAPPING: dict[str, str] = {{'p': '{tmp_path}/a/p', 'q': '{tmp_path}/b/src'}}\nraise SystemExit\n"
    )
    (site_of(venv) / "__editable___p_1_0_finder.py").write_text(finder)
    environment = read_environment(venv)
    assert environment.search_paths == (site_of(venv), tmp_path / "a")
    assert environment.editable == (("q", tmp_path / "b/src"),)


@pytest.mark.parametrize("name", ["missing", "empty/bin/python"])
def test_no_interpreter(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty/bin").mkdir(parents=True)
    (tmp_path / "empty/bin/python").touch()
    with pytest.raises(TargetError, match=name):
        read_environment(tmp_path / name)


def test_versions_by_import_name(venv: Path) -> None:
    site = site_of(venv)
    for name, files in {
        "torch-2.13.0+cpu": {"RECORD": "unread"},
        "PyYAML-6.0": {"top_level.txt": "_yaml\nyaml\n"},
        "pillow-11.0": {"RECORD": "PIL/Image.py,sha256=x,1\npillow-11.0.dist-info/RECORD,,\n"},
        "typing_extensions-4.1": {},
    }.items():
        (site / f"{name}.dist-info").mkdir()
        for file, content in files.items():
            (site / f"{name}.dist-info" / file).write_text(content)
    names = ["yaml", "torch", "PIL", "typing_extensions", "nowhere"]
    assert distribution_versions(read_environment(venv), names) == {
        "PIL": "11.0",
        "torch": "2.13.0",
        "typing_extensions": "4.1",
        "yaml": "6.0",
    }
