"""The whole sentence on a small project: pages from code and runs, the same every time, whatever goes wrong."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.functional.lens import ROOT, check, copy_project, files_below, run_tracer, trace
from tracer import pipeline
from tracer.codec.evidence import decode_evidence
from tracer.config import load_config
from tracer.model.verdicts import Verdict
from tracer.workspace import Workspace

GENERATED = "docs/generated"
ATTRIBUTE = "docs/generated/lens/attributes/tower_name.md"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_project(tmp_path / "lens")


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copy_project(tmp_path_factory.mktemp("observed") / "lens")
    trace(folder, observe=True)
    return folder


def make_project(folder: Path, files: dict[str, str | bytes], config: str) -> Path:
    folder.mkdir()
    (folder / "tracer.toml").write_text(config)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def verdicts_of(folder: Path) -> tuple[Verdict, ...]:
    """What the evidence there is makes of the claims of a project with one target."""
    config = load_config(folder / "tracer.toml")
    workspace = Workspace(config.folder)
    derived = [pipeline.derive(each, workspace, pipeline.SILENCE) for each in config.targets]
    (traced,) = pipeline.compare_with_runs(derived, workspace.read_evidence(), pipeline.SILENCE)
    return traced.verdicts


# --- what is written -------------------------------------------------------------------------------------------------


def test_a_run_confirms_what_the_code_says(observed: Path) -> None:
    summary = trace(observed).summaries["lens"]
    assert (summary["refuted"], summary["unpredicted"], summary["stale"]) == (0, 0, 0)
    assert summary["confirmed"] > 50
    assert check(observed, fresh=True) == pipeline.Checked((), (), 0)


def test_the_attribute_page_answers_per_entry_point(observed: Path) -> None:
    page = (observed / ATTRIBUTE).read_text()
    assert "lens/config.json, key tower" in page.replace("&#95;", "_")
    assert "MetaModel.add_tower" in page
    assert "https://example.org/lens/blob/main/lens/meta.py#L" in page


def test_permalinks_lead_to_the_configured_ref(project: Path) -> None:
    config = project / "tracer.toml"
    config.write_text(config.read_text().replace("[targets.lens]\n", '[targets.lens]\nref = "v1.2"\n', 1))
    trace(project)
    page = (project / ATTRIBUTE).read_text()
    assert "https://example.org/lens/blob/v1.2/lens/meta.py#L" in page
    assert "/blob/main/" not in page


def test_a_predicted_exception_is_a_finding_not_a_failure(observed: Path) -> None:
    overview = (observed / GENERATED / "lens/index.md").read_text()
    assert "AttributeError" in overview
    assert "NoneType" in overview


def test_what_a_flow_returns_is_judged_by_the_run(observed: Path) -> None:
    claims = json.loads((observed / "docs/generated/claims.json").read_text())["claims"]
    returned = {
        (claim["entry"], claim["subject"]): claim["expected"] for claim in claims if claim["kind"] == "dispatch"
    }
    assert returned["demo", "lens.meta:MetaModel.get_tower"] == ["lens.towers:WideTower"]
    runs = decode_evidence((observed / "docs/evidence/cpu.json").read_bytes()).runs
    seen = {run.scenario: run.returns["lens.meta:MetaModel.get_tower"] for run in runs if run.scenario != "train"}
    assert seen == {"blind": ("builtins:NoneType",), "demo": ("lens.towers:WideTower",)}


def test_evidence_about_a_base_class_is_stale_with_its_file(observed: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(observed, tmp_path / "lens"))
    with (folder / "lens/backbone.py").open("a") as file:
        file.write("\nBackboneForAnswers.forward = Backbone.forward\n")
    about = [
        v for v in verdicts_of(folder) if v.claim.kind in ("mro", "method") and "LensForAnswers" in v.claim.subject
    ]
    assert {verdict.outcome for verdict in about} == {"stale"}


def test_nothing_is_written_elsewhere(project: Path) -> None:
    before = files_below(project)
    trace(project, observe=True)
    after = files_below(project)
    assert {name: after[name] for name in before} == before
    places = ("docs/generated/", "docs/evidence/", ".tracer/")
    assert all(name.startswith(places) for name in set(after) - set(before))
    assert not any(str(project).encode() in after[name] for name in after if name.startswith("docs/"))


def test_evidence_for_other_bytes_is_stale(observed: Path, tmp_path: Path) -> None:
    folder = copy_project(tmp_path / "lens")
    evidence = folder / "docs/evidence/cpu.json"
    evidence.parent.mkdir(parents=True)
    evidence.write_bytes((observed / "docs/evidence/cpu.json").read_bytes())
    assert trace(folder).summaries["lens"]["stale"] == 0
    with (folder / "lens/meta.py").open("a") as file:
        file.write("\n# one more line\n")
    summary = trace(folder).summaries["lens"]
    assert summary["stale"] > 10
    assert summary["refuted"] == 0


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("tracer.toml", '["--folder", "lens"]', '["--folder", "./lens"]'),
        ("tracer.toml", "[targets.lens.scenarios.demo]", "[targets.lens.scenarios.demo]\nseed = 7"),
        ("data/lens/config.json", "{", "{ "),
    ],
)
def test_evidence_of_a_scenario_told_otherwise_is_stale(
    observed: Path, tmp_path: Path, file: str, old: str, new: str
) -> None:
    folder = Path(shutil.copytree(observed, tmp_path / "lens"))
    (folder / file).write_text((folder / file).read_text().replace(old, new, 1))
    judged = [verdict for verdict in verdicts_of(folder) if verdict.claim.entry in ("demo", "train")]
    outdated = {verdict.claim.entry for verdict in judged if "has changed since" in verdict.reason}
    proven = {verdict.claim.entry for verdict in judged if verdict.outcome == "confirmed"}
    assert (outdated, proven) == ({"demo"}, {"train"})


TWO_CONFIG = """\
[targets.one]
packages = ["one"]
document = { classes = ["One"] }
[targets.two]
packages = ["two"]
document = { classes = ["Two"] }
"""


def test_one_target_alone_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    classes = {"one.py": "class One:\n    def a(self): ...\n", "two.py": "class Two:\n    def b(self): ...\n"}
    folder = make_project(tmp_path / "two", classes, TWO_CONFIG)
    config = load_config(folder / "tracer.toml")
    trace(folder)
    before = files_below(folder / GENERATED)
    pipeline.trace(config, observe=False, targets=["two"])
    assert files_below(folder / GENERATED) == before
    (folder / "one.py").write_text("\n" + classes["one.py"])
    (folder / "two.py").write_text("\n" + classes["two.py"])
    pipeline.trace(config, observe=False, targets=["two"])
    after = files_below(folder / GENERATED)
    assert {name.partition("/")[0] for name in after if after[name] != before[name]} == {"manifest.json", "two"}
    assert check(folder).stale_pages == ("one/classes/One.md", "one/verification/not-exercised.md")


# --- the same every time ---------------------------------------------------------------------------------------------


def test_the_same_bytes_with_any_hash_seed_and_a_cold_or_warm_cache(project: Path) -> None:
    written = []
    for seed in ("1", "2", "3"):
        done = run_tracer(project, "trace", "--no-observe", PYTHONHASHSEED=seed)
        assert done.returncode == 0, done.stderr
        written.append(files_below(project / GENERATED))
    assert (project / ".tracer/cache").is_dir()
    assert written[0] == written[1] == written[2]


def test_the_same_bytes_in_any_folder(observed: Path, tmp_path: Path) -> None:
    folder = copy_project(tmp_path / "elsewhere")
    trace(folder, observe=True)
    assert files_below(folder / "docs") == files_below(observed / "docs")


# --- what is wrong with the sources ----------------------------------------------------------------------------------

BROKEN = {
    "app/__init__.py": "",
    "app/main.py": """\
import absent_library
from app.parts import Part
from app import wrong_syntax


def run():
    return Part().work()
""",
    "app/parts.py": "class Part:\n    def work(self):\n        return 1\n",
    "app/wrong_syntax.py": "def broken(:\n    pass\n",
    "app/latin.py": "name = 'caf\xe9'\n".encode("latin-1"),
    "app/deep.py": "value = " + "(" * 5000 + "1" + ")" * 5000 + "\n",
    "app/chain.py": "value = x" + ".a()" * 5000 + "\n",
}
BROKEN_CONFIG = """\
[targets.app]
packages = ["app"]
[targets.app.document]
flows = [{ to = "Part.work", in = "run" }]
classes = ["Part"]
[targets.app.scenarios.run]
entry = "app.main:run"
"""


def test_broken_sources_are_reported_and_the_rest_is_traced(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "broken", BROKEN, BROKEN_CONFIG)
    traced = trace(folder)
    problems = dict(traced.problems)
    assert problems["app/main.py:1"] == "imports absent_library, which is not installed in the environment"
    assert problems["app/wrong_syntax.py:1"] == "not valid Python syntax"
    assert problems["app/latin.py:1"] == "the bytes are not UTF-8"
    assert problems["app/deep.py"].startswith("nested deeper than")
    assert problems["app/chain.py"].startswith("nested deeper than")
    overview = (folder / GENERATED / "app/index.md").read_text()
    for place in ("main.py:1", "wrong_syntax.py:1", "latin.py:1", "deep.py", "chain.py"):
        assert f"app/{place}" in overview
    flow = (folder / GENERATED / "app/flows/Part.work.run.md").read_text()
    assert "after 1 call" in flow


# --- what is wrong with a run ----------------------------------------------------------------------------------------

ENDINGS = {
    "app/__init__.py": "",
    "app/main.py": """\
import os, signal, time

def work(): return 1
def fine(): work()
def raises(): work(); raise RuntimeError("on purpose")
def hangs(): work(); time.sleep(1000)
def dies(): work(); os.kill(os.getpid(), signal.SIGKILL)
def leaves(): work(); os._exit(3)
""",
}
ENDINGS_CONFIG = '[targets.app]\npackages = ["app"]\n[targets.app.document]\nclasses = []\n' + "".join(
    f'[targets.app.scenarios.{name}]\nentry = "app.main:{name}"\ntimeout = 3\n'
    for name in ("fine", "raises", "hangs", "dies", "leaves")
)


def test_a_run_that_goes_wrong_is_evidence(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "endings", ENDINGS, ENDINGS_CONFIG)
    trace(folder, observe=True)
    evidence = decode_evidence((folder / "docs/evidence/cpu.json").read_bytes())
    outcomes = {run.scenario: run.outcome for run in evidence.runs}
    assert outcomes == {
        "fine": "completed", "raises": "raised", "hangs": "timeout", "dies": "killed", "leaves": "killed"
    }  # fmt: skip
    assert all(any(edge.callee == "app.main:work" for edge in run.edges) for run in evidence.runs)
    overview = (folder / GENERATED / "app/index.md").read_text()
    for ending in ("completed on cpu", "RuntimeError: on purpose", "timeout on cpu", "killed on cpu"):
        assert ending in overview


def test_a_scenario_that_cannot_start_keeps_the_earlier_evidence(project: Path) -> None:
    trace(project, observe=True)
    before = (project / "docs/evidence/cpu.json").read_bytes()
    config = project / "tracer.toml"
    heading = "[targets.lens.scenarios.demo]\n"
    config.write_text(config.read_text().replace(heading, heading + 'setup = "lens.absent:make"\n'))
    traced = trace(project, observe=True)
    assert [place for place, message in traced.problems if message.startswith("did not start: setup")] == ["demo"]
    assert (project / "docs/evidence/cpu.json").read_bytes() == before


def test_observe_renews_one_scenario(observed: Path, tmp_path: Path) -> None:
    folder = copy_project(tmp_path / "lens")
    seen = pipeline.observe(load_config(folder / "tracer.toml"), "blind", "cpu")
    run = seen.run
    assert (run.outcome, run.exception and run.exception.type) == ("raised", "AttributeError")
    evidence = decode_evidence((folder / "docs/evidence/cpu.json").read_bytes())
    assert [run.scenario for run in evidence.runs] == ["blind"]
    whole = decode_evidence((observed / "docs/evidence/cpu.json").read_bytes())
    assert evidence.runs[0] == next(run for run in whole.runs if run.scenario == "blind")


# --- what is wrong with the request ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ('packages = ["lens"]', 'packages = ["lense"]', "no package lense below . nor in the environment"),
        ('packages = ["lens"]', 'packages = ["lens"]\nroot = "src"', "no folder src"),
        ('"MetaModel.get_tower"', '"MetaModel.get_towr"', "did you mean lens.meta:MetaModel.get_tower"),
        (
            '"MetaModel.get_tower"',
            '"MetaModel.get_towr"',
            "tracer.toml:9: targets.lens.document.flows[0].to: no symbol",
        ),
        ('"LensModel", "', '"LensModle", "', "did you mean lens.model:LensModel"),
        ('"LensModel", "', '"LensModle", "', "tracer.toml:13: targets.lens.document.classes[0]: no symbol"),
        ('"tower_name", ', '"towwer_nmae", ', "tracer.toml:7: targets.lens.document.attributes[0]: no attribute"),
        ('packages = ["lens"]', 'packages = ["lens"]\ncolour = "red"', "tracer.toml:4: targets.lens.colour"),
    ],
)
def test_what_does_not_exist_is_named(project: Path, old: str, new: str, error: str) -> None:
    config = project / "tracer.toml"
    config.write_text(config.read_text().replace(old, new, 1))
    done = run_tracer(project, "trace", "--no-observe")
    assert done.returncode == 2
    assert error in done.stderr
    assert not (project / GENERATED).exists()


def test_a_check_without_a_lock(project: Path) -> None:
    done = run_tracer(project, "check")
    assert done.returncode == 2
    assert "docs/generated/claims.json: there is no lock yet" in done.stderr


def test_evidence_that_is_none(project: Path) -> None:
    (project / "docs/evidence").mkdir(parents=True)
    (project / "docs/evidence/cpu.json").write_text("{}")
    done = run_tracer(project, "trace", "--no-observe")
    assert (done.returncode, "docs/evidence/cpu.json: is not evidence" in done.stderr) == (2, True)


@pytest.mark.parametrize("stage", ["link", "observe", "judge", "render"])
def test_a_killed_run_leaves_the_old_pages(observed: Path, tmp_path: Path, stage: str) -> None:
    folder = copy_project(tmp_path / "lens")
    trace(folder)
    before = files_below(folder / GENERATED)
    with (folder / "lens/meta.py").open("a") as file:
        file.write("\nNEW = 1\n")
    command = [sys.executable, "-m", "tracer", "trace"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(f"tracer: {stage}"):
                break
        time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    assert files_below(folder / GENERATED) == before
    assert trace(folder, observe=True).pages > 10
    assert check(folder, fresh=True).exit_code == 0
