"""``tracer check`` bites on the reference model, followed into transformers: every edit is named.

The edits of one scenario are made together; a flipped guard ends ``train`` before the others could be seen there.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.functional.lens import ROOT, edit
from tracer import pipeline
from tracer.config import Config, load_config

pytest.importorskip("transformers", reason="the reference model is followed into transformers")
pytestmark = pytest.mark.slow

ARCHITECTURE = "reference_model/vita/vita_arch.py"

# Per scenario, what is edited: (file, old, new); then what some finding's claim and what its text must hold.
METHOD = """\
    def name_tower(self, name: Any) -> None:
        self.config.mm_vision_tower = name

"""
EDITS = {
    "train": {
        "assignment moved": (
            (ARCHITECTURE, "self.config.mm_vision_tower = vision_tower", "self.name_tower(vision_tower)"),
            "first-write vita train",
            "VITAMetaModel.name_tower",
        ),
        "writer added": (
            (ARCHITECTURE, "    def initialize_vision_modules(", f"{METHOD}    def initialize_vision_modules("),
            "writes vita - mm_vision_tower",
            "VITAMetaModel.name_tower",
        ),
        "callee replaced": (
            (
                "reference_model/vita/multimodal_encoder/builder.py",
                "        return InternViTVisionTower(",
                "        return CLIPVisionTower(",
            ),
            "dispatch vita train reference_model.vita.multimodal_encoder.builder:build_vision_tower",
            "CLIPVisionTower",
        ),
    },
    "demo": {
        "base class dropped": (
            (
                "reference_model/vita/language_model/vita_qwen2.py",
                "class VITAQwen2ForCausalLM(Qwen2ForCausalLM, VITAMetaForCausalLM)",
                "class VITAQwen2ForCausalLM(Qwen2ForCausalLM)",
            ),
            "mro vita - reference_model.vita.language_model.vita_qwen2:VITAQwen2ForCausalLM",
            "VITAMetaForCausalLM",
        ),
        "guard flipped": (
            (ARCHITECTURE, 'if hasattr(config, "mm_vision_tower")', 'if not hasattr(config, "mm_vision_tower")'),
            "guard vita demo reference_model.vita.vita_arch:VITAMetaModel.__init__",
            'hasattr(config, "mm_vision_tower")',
        ),
    },
}


def load_part(folder: Path, scenario: str) -> Config:
    """The reference model's target with one of its scenarios and what that documents."""
    config = load_config(folder / "tracer.toml")
    target = config.target_named("vita")
    documented = replace(
        target.documented,
        flows=tuple(flow for flow in target.documented.flows if flow[1] == scenario),
        sequences=tuple(sequence for sequence in target.documented.sequences if sequence[1] == scenario),
    )
    scenarios = tuple(each for each in target.scenarios if each.name == scenario)
    accepted = tuple(each for each in config.accepted if each.claim.split(" ")[2] in ("-", scenario))
    target = replace(target, documented=documented, scenarios=scenarios)
    return replace(config, targets=(target,), accepted=accepted)


@pytest.fixture(scope="module", params=EDITS)
def scenario(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def traced(scenario: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reference")
    shutil.copy(ROOT / "tracer.toml", folder)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "reference_model", folder / "reference_model", ignore=ignored)
    shutil.copytree(ROOT / "docs/evidence", folder / "docs/evidence")
    pipeline.trace(load_part(folder, scenario), observe=False)
    return folder


def test_moved_lines_hold(traced: Path, scenario: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(traced, tmp_path / "moved"))
    for path in (folder / "reference_model/vita").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("from __future__", "\n\nfrom __future__", 1), encoding="utf-8")
    checked = pipeline.check(load_part(folder, scenario))
    assert checked.exit_code == 0
    assert [finding.key for finding in checked.findings if finding.level == "error"] == []
    assert "stale-evidence" in {finding.rule for finding in checked.findings}
    assert "vita/attributes/mm_vision_tower.md" in checked.stale_pages


def test_every_edit_is_named(traced: Path, scenario: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(traced, tmp_path / "edited"))
    for change, _, _ in EDITS[scenario].values():
        edit(folder, *change)
    checked = pipeline.check(load_part(folder, scenario))
    assert checked.exit_code == 1
    errors = [finding for finding in checked.findings if finding.level == "error"]
    texts = {finding.key: " ".join((finding.message, *finding.before, *finding.after)) for finding in errors}
    named = {
        name: any(claim in key and word in key + text for key, text in texts.items())
        for name, (_, claim, word) in EDITS[scenario].items()
    }
    assert all(named.values()), (named, sorted(texts))
