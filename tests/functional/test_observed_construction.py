"""Building transformers' own LLaVA: every store that patched setters count is recorded, and more."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tracer.model.evidence import ScenarioRun
from tracer.model.targets import Scenario, Target
from tracer.observe import Watch, find_scope, observe_scenario

pytest.importorskip("torch", reason="the model runs on torch")
transformers = pytest.importorskip("transformers", reason="the model is transformers'")
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
LIBRARIES = Path(transformers.__file__).parents[1]
AT_LEAST = 789
"""Stores of building such a model that no recorder may fall behind."""

BUILD = """
from llava_tiny import build_config
from transformers import LlavaForConditionalGeneration

def run():
    LlavaForConditionalGeneration(build_config())
"""
COUNT = """
import main
import transformers.models.clip.modeling_clip
import transformers.models.llama.modeling_llama
import transformers.models.llava.modeling_llava

stores = []
under_way = []

def wrap(cls):
    original = cls.__dict__["__setattr__"]
    def setter(self, name, value):
        is_outermost = not any(target is self and known == name for target, known in under_way)
        under_way.append((self, name))
        try:
            original(self, name, value)
        finally:
            under_way.pop()
        if is_outermost:
            stores.append(name)
    type.__setattr__(cls, "__setattr__", setter)

pending, known = [object], set()
while pending:
    for cls in type.__subclasses__(pending.pop()):
        if cls not in known:
            known.add(cls)
            pending.append(cls)
for cls in known:
    if type(cls.__dict__.get("__setattr__")).__name__ == "function":
        wrap(cls)
main.run()
print(len(stores))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("llava")
    (folder / "src").mkdir()
    (folder / "src" / "main.py").write_text(BUILD, encoding="utf-8")
    (folder / "src" / "count.py").write_text(COUNT, encoding="utf-8")
    shutil.copy(ROOT / "reference_model" / "scenarios" / "llava_tiny.py", folder / "src")
    return folder


@pytest.fixture(scope="module")
def run(folder: Path) -> ScenarioRun:
    target = Target("llava", "src", ("main", "llava_tiny"), ("transformers",))
    return observe_scenario(
        Scenario("build", "llava", entry="main:run"), target, base=folder,
        scope=find_scope(target, folder, [LIBRARIES]),
        symbols=lambda *_: None, work=folder / "work", python=Path(sys.executable), watch=Watch(attributes=None),
        passes=("plain", "record"),
    )  # fmt: skip


def test_no_store_that_patched_setters_see_is_missed(run, folder):
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, str(folder / "src" / "count.py")]
    counted = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    building = [write for write in run.writes if is_building(write)]
    assert sum(write.count for write in building) >= max(int(counted.stdout), AT_LEAST)


def is_building(write) -> bool:
    """Whether a store is on an object of a class that patching reaches, rather than one made by an import."""
    return write.owner.startswith(("torch.nn", "transformers."))


def test_recording_stores_changes_nothing(run):
    assert (run.outcome, run.identical, run.partial) == ("completed", True, False)


def test_stores_are_at_exact_places(run):
    name = "transformers.models.llava.modeling_llava:LlavaModel"
    (write,) = [write for write in run.writes if (write.owner, write.attribute) == (name, "vision_tower")]
    line = (LIBRARIES / write.path).read_text(encoding="utf-8").splitlines()[write.span.line - 1]
    assert line[write.span.column : write.span.end_column] == "self.vision_tower"
    assert (write.symbol, write.object_first, write.count) == (f"{name}.__init__", True, 1)
    assert write.stack[0].symbol == "main:run"
