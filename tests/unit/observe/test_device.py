from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tracer.errors import TargetError
from tracer.observe.device import name_device


@pytest.mark.parametrize(("device", "name"), [("cpu", "cpu"), ("Apple M3", "apple-m3"), ("../../etc", "etc")])
def test_names_as_they_are(device: str, name: str) -> None:
    assert name_device(device) == name


def test_a_gpu_is_named_by_its_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho NVIDIA H200\n")
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _: str(program))
    assert name_device("cuda:0") == "nvidia-h200"
    program.write_text("#!/bin/sh\nexit 9\n")
    with pytest.raises(TargetError, match="nvidia-smi finds no GPU; use --device cpu"):
        name_device("cuda")


def test_no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(TargetError, match="this machine has no NVIDIA driver"):
        name_device("cuda")
