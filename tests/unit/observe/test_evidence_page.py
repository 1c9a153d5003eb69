"""The page about evidence documents the file that is written: every key, every outcome, the schema's number."""

from __future__ import annotations

import re
from pathlib import Path

from tracer.codec.evidence_tables import RunTables
from tracer.model.evidence import SCHEMA_VERSION

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "evidence.md").read_text(encoding="utf-8")


def keys_of(heading: str) -> set[str]:
    """What stands in the first column of the table under a heading."""
    table = PAGE.partition(f"{heading}\n")[2].partition("\n## ")[0].partition("\n### ")[0]
    rows = re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE)
    return {key for row in rows for key in re.findall(r"`(\w+)`", row)}


def test_every_key_of_a_run_is_documented() -> None:
    assert keys_of("### A run") == set(RunTables.__struct_fields__)


def test_every_key_of_the_file_is_documented() -> None:
    assert keys_of("## The file") == {"schema", "device", "runs"}
    assert f'`"schema": {SCHEMA_VERSION}`' in PAGE
    assert f"| `schema` | {SCHEMA_VERSION} |" in PAGE
