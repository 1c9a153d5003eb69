"""What is committed and how it is replaced."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.programs import run
from tracer.codec.evidence import EvidenceError
from tracer.errors import LockError
from tracer.model.evidence import Evidence
from tracer.workspace import Kept, Workspace, with_run, write_atomically

CPU = run("demo")
FAILED = replace(CPU, outcome="failed", reason="setup ended with status 1")


def test_evidence_is_renewed_run_by_run_and_device_by_device(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    other = run("train")
    gpu = replace(CPU, device="nvidia-h200")
    for each in (CPU, other, gpu, replace(CPU, reason="again")):
        workspace.renew_evidence(each)
    assert workspace.read_evidence() == (
        Evidence("cpu", (replace(CPU, reason="again"), other)),
        Evidence("nvidia-h200", (gpu,)),
    )


def test_a_run_that_never_started_replaces_only_its_like(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.renew_evidence(FAILED)
    assert workspace.read_evidence()[0].runs == (FAILED,)
    workspace.renew_evidence(CPU)
    workspace.renew_evidence(FAILED)
    assert workspace.read_evidence()[0].runs == (CPU,)


def test_evidence_lies_under_its_device_s_name(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.renew_evidence(CPU)
    (workspace.evidence / "copy.json").write_bytes((workspace.evidence / "cpu.json").read_bytes())
    with pytest.raises(EvidenceError, match=r"docs/evidence/copy\.json: holds evidence of the device cpu"):
        workspace.read_evidence()


def test_a_file_in_the_place_of_the_evidence(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    write_atomically(workspace.evidence, b"")
    with pytest.raises(EvidenceError, match="docs/evidence: is not a folder"):
        workspace.read_evidence()


def test_one_at_a_time(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from tracer.model.progress import Silence;"
        "from tracer.workspace import Workspace; folder = Path(sys.argv[1])\n"
        "with Workspace(folder).alone(Silence()):\n"
        "    with (folder / 'log').open('a') as log:\n"
        "        log.write('in '); log.flush(); time.sleep(0.3); log.write('out ')\n"
    )
    both = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path)]) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert (tmp_path / "log").read_text().split() == ["in", "out", "in", "out"]


def test_measurements_are_no_evidence(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    write_atomically(workspace.evidence / "cpu.measured.json", b"{}")
    assert workspace.read_evidence() == ()


def test_a_run_stands_in_for_the_committed_one() -> None:
    again = replace(CPU, reason="again")
    assert with_run((Evidence("cpu", (CPU,)),), again) == (Evidence("cpu", (again,)),)
    assert with_run((), again) == (Evidence("cpu", (again,)),)


def test_without_a_lock(tmp_path: Path) -> None:
    with pytest.raises(
        LockError, match=r"docs/generated/claims\.json: there is no lock yet; write it with `tracer trace`"
    ):
        Workspace(tmp_path).read_lock()


def test_nothing_is_kept_where_nothing_is(tmp_path: Path) -> None:
    assert Workspace(tmp_path).read_kept({"one"}) == Kept()


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.json"
    write_atomically(file, b"old")

    def fail(self: Path, target: Path) -> Path:
        raise OSError("no room")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no room"):
        write_atomically(file, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert file.read_bytes() == b"old"
