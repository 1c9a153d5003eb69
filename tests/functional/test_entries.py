"""A scenario that starts at a function, and an attribute that a command line's namespace has as well."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tracer import pipeline
from tracer.config import load_config
from tracer.model.verdicts import REFUTED, UNPREDICTED

PACKAGE = """
import argparse
class Model:
    def __init__(self, name): self.tower = name
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tower", default="clip")
    Model(parser.parse_args([]).tower)
"""
CONFIGURATION = """
[targets.tiny]
packages = ["tiny"]
[targets.tiny.document]
attributes = ["tower"]
flows = [{ to = "Model.__init__", in = "demo" }]
[targets.tiny.scenarios.demo]
entry = "tiny.model:main"
"""


def test_all_that_is_said_of_an_entry_holds(tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "__init__.py").touch()
    (tmp_path / "tiny" / "model.py").write_text(PACKAGE)
    (tmp_path / "tracer.toml").write_text(CONFIGURATION)
    traced = pipeline.trace(load_config(tmp_path / "tracer.toml"))
    outcomes: Counter[str] = Counter()
    for summary in traced.summaries.values():
        outcomes.update(summary)
    assert not outcomes[REFUTED]
    assert not outcomes[UNPREDICTED]
    page = (tmp_path / "docs" / "generated" / "tiny" / "attributes" / "tower.md").read_text()
    assert "model.py:0" not in page
