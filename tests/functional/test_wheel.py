"""The built wheel in an empty environment: static analysis and page writing work with the base dependencies alone."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

MODELS = """\
class Tower:
    def forward(self, image):
        return image


class Base:
    def __init__(self, config):
        self.tower = Tower()

    def get_tower(self):
        return self.tower


class Model(Base):
    def forward(self, image):
        return self.get_tower().forward(image)


def main():
    return Model(None).forward(1)
"""

CONFIG = """\
[targets.tiny]
title = "A tiny model"
packages = ["tiny"]

[targets.tiny.document]
attributes = ["tower"]
flows = [{to = "Tower.forward", in = "demo"}]
classes = ["Model"]
sequences = [{title = "One forward", in = "demo", root = "Model.forward"}]

[targets.tiny.scenarios.demo]
entry = "tiny.models:main"
"""


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty") / "venv"
    run(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", wheel, cwd=folder.parent)
    return folder / "bin"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    package = tmp_path / "tiny"
    package.mkdir()
    (package / "__init__.py").write_text("from tiny.models import Model\n")
    (package / "models.py").write_text(MODELS)
    return tmp_path


def test_wheel_holds_code_templates_and_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    folders = {name.partition("/")[0] for name in names}
    assert {name for name in folders if not name.endswith(".dist-info")} == {"tracer"}
    assert any(name.startswith("tracer/_templates/") and name.endswith(".md.jinja") for name in names)
    assert "tracer/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_base_install_brings_no_torch(installed: Path) -> None:
    names = {line.partition("==")[0].lower() for line in run(installed / "pip", "freeze", cwd=installed).splitlines()}
    assert "libcst" in names
    assert names.isdisjoint({"torch", "transformers", "numpy"})


def test_version(installed: Path, tmp_path: Path) -> None:
    assert run(installed / "tracer", "--version", cwd=tmp_path).startswith("tracer 0.")


def test_mro_of_any_folder(installed: Path, project: Path) -> None:
    answer = json.loads(run(installed / "tracer", "mro", "Model", "--source", "tiny", "--json", cwd=project))
    assert answer["schema"] == 1
    assert answer["class"] == "tiny.models:Model"
    assert answer["mro"] == ["tiny.models:Model", "tiny.models:Base", "builtins:object"]
    assert answer["methods"]["get_tower"] == "tiny.models:Base.get_tower"


def test_pages(installed: Path, project: Path) -> None:
    (project / "tracer.toml").write_text(CONFIG)
    run(installed / "tracer", "trace", "--no-observe", cwd=project)
    written = project / "docs" / "generated"
    pages = {path.relative_to(written).as_posix(): path.read_text() for path in written.rglob("*.md")}
    assert any(name.startswith("tiny/") for name in pages)
    assert any("tiny/models.py" in text and "tower" in text for text in pages.values())
    flow = pages["tiny/flows/Tower.forward.demo.md"]
    assert "<svg " in flow, "the graph is drawn by what pip installed, and stands in the page"
    assert "<title>tiny.models:main</title>" in flow
    assert not any(str(project) in text for text in pages.values())
