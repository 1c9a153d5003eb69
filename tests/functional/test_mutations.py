"""``tracer check`` bites: an edit that makes a documented sentence untrue is caught and named; moved lines are not."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.functional.lens import check, copy_project, edit, run_tracer, trace

LOCK = "docs/generated/claims.json"

# What is edited: (file, old, new) each; then a word that some finding's claim and a word that its message must hold.
MUTATIONS = {
    "assignment moved to another method": (
        [
            ("lens/meta.py", "        self.config.tower_name = arguments.sight\n", ""),
            ("lens/train.py", "    print(", "    model.get_model().config.tower_name = arguments.sight\n    print("),
        ],
        "writes lens - tower_name",
        "lens.meta:MetaModel.add_tower",
    ),
    "writer added": (
        [("lens/demo.py", "    tower = model", "    model.model.tower = None\n    tower = model")],
        "writes lens - tower",
        "lens.demo:main",
    ),
    "base class dropped": (
        [("lens/model.py", "(BackboneForAnswers, MetaForAnswers)", "(BackboneForAnswers)")],
        "mro lens - lens.model:LensForAnswers",
        "lens.meta:MetaForAnswers",
    ),
    "callee replaced": (
        [("lens/meta.py", "return self.get_model().get_tower()\n", 'return getattr(self.get_model(), "tower")\n')],
        "flow lens demo lens.meta:MetaModel.get_tower",
        "lens.meta:MetaModel.get_tower",
    ),
    "guard flipped": (
        [("lens/meta.py", 'if hasattr(config, "tower_name")', 'if not hasattr(config, "tower_name")')],
        "guard lens demo lens.meta:MetaModel.__init__",
        'hasattr(config, "tower_name")',
    ),
    "factory's choice changed": (
        [("lens/towers.py", 'if "wide" in name', 'if "broad" in name')],
        "dispatch lens demo lens.towers:build_tower",
        "lens.towers:Tower",
    ),
    "scenario's data changed": (
        [("data/lens/config.json", "wide-300", "narrow-300")],
        "dispatch lens demo lens.towers:build_tower",
        "lens.towers:Tower",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copy_project(tmp_path_factory.mktemp("traced") / "lens")
    trace(folder, observe=True)
    return folder


@pytest.fixture
def project(traced: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(traced, tmp_path / "lens"))


def test_nothing_changed(project: Path) -> None:
    checked = check(project, fresh=True)
    assert (checked.findings, checked.stale_pages, checked.exit_code) == ((), (), 0)


@pytest.mark.parametrize("name", MUTATIONS)
def test_an_edit_is_caught_and_named(project: Path, name: str) -> None:
    edits, claim, word = MUTATIONS[name]
    for path, old, new in edits:
        edit(project, path, old, new)
    checked = check(project)
    assert checked.exit_code == 1
    errors = [finding for finding in checked.findings if finding.level == "error"]
    named = [finding for finding in errors if claim in finding.key]
    assert named, [finding.key for finding in errors]
    assert any(word in " ".join((it.key, it.message, *it.before, *it.after)) for it in named), named


def test_every_finding_says_which_pages_and_what_to_do(project: Path) -> None:
    edit(project, "lens/towers.py", 'if "wide" in name', 'if "broad" in name')
    errors = [finding for finding in check(project).findings if finding.level == "error"]
    assert errors
    assert all(finding.advice for finding in errors)
    assert any(page.startswith("lens/") for finding in errors for page in finding.pages)


def move_lines(project: Path) -> None:
    for path in (project / "lens").glob("*.py"):
        path.write_text("# a line that moves all others\n\n" + path.read_text(encoding="utf-8"), encoding="utf-8")


def test_moved_lines_make_pages_stale_and_fail_only_when_fresh_ones_are_wanted(project: Path) -> None:
    move_lines(project)
    moved = check(project)
    (only,) = moved.findings
    assert (only.rule, only.level, moved.exit_code) == ("stale-evidence", "note", 0)
    assert re.fullmatch(r"\d\d+ claims of target lens rest on evidence for other bytes or settings", only.message)
    assert any(page.startswith("lens/attributes/") for page in moved.stale_pages)
    assert check(project, fresh=True).exit_code == 1
    trace(project, observe=True)
    assert check(project, fresh=True).findings == ()


def test_what_nothing_proves_is_not_said_to_hold(project: Path) -> None:
    move_lines(project)
    done = run_tracer(project, "check")
    assert (done.returncode, "every documented claim holds" in done.stdout) == (0, False)
    assert done.stdout.endswith("no documented claim has changed; not all are proven\n")
    shutil.rmtree(project / "docs/evidence")
    done = run_tracer(project, "check")
    assert done.returncode == 1
    assert done.stdout.startswith("error: no evidence of any scenario of target lens: its claims are not proven\n")


def test_a_scenario_without_a_run_is_named(project: Path) -> None:
    config = project / "tracer.toml"
    more = '\n[targets.lens.scenarios.again]\nentry = "lens.train:main"\n'
    config.write_text(config.read_text(encoding="utf-8") + more, encoding="utf-8")
    checked = check(project)
    assert checked.exit_code == 1
    assert "no evidence of scenario again of target lens" in checked.findings[0].message


def test_a_lock_that_states_nothing_locks_nothing(project: Path) -> None:
    (project / LOCK).write_text('{"schema": 1, "claims": []}', encoding="utf-8")
    checked = check(project)
    assert [finding.rule for finding in checked.findings] == ["empty-lock"]
    assert checked.exit_code == 1
    (project / LOCK).write_text('{"schema": 1, "claims": [', encoding="utf-8")
    assert run_tracer(project, "check").returncode == 2


def test_a_program_that_notices_the_recorder_proves_nothing(project: Path) -> None:
    edit(
        project,
        "lens/train.py",
        "    print(",
        "    import sys\n    print(sys.getprofile(), sys.path_hooks)\n    print(",
    )
    trace(project, observe=True)
    checked = check(project)
    assert checked.exit_code == 1
    (finding,) = (finding for finding in checked.findings if finding.level == "error")
    assert finding.message.startswith("scenario train of target lens puts out other bytes when it is recorded")


def test_the_command_says_so(project: Path) -> None:
    done = run_tracer(project, "check")
    assert (done.returncode, done.stdout) == (0, "every documented claim holds\n")
    edit(project, "lens/model.py", "(BackboneForAnswers, MetaForAnswers)", "(BackboneForAnswers)")
    done = run_tracer(project, "check", "--format", "github")
    assert done.returncode == 1
    assert "::error file=lens/model.py,line=" in done.stdout


def test_an_accepted_change_holds_and_one_that_accepts_nothing_does_not(project: Path) -> None:
    config = project / "tracer.toml"
    before = config.read_text(encoding="utf-8")
    edit(project, "lens/towers.py", "return image * 3", "return self.name")
    keys = [finding.key for finding in check(project).findings if finding.level == "error"]
    rows = [f'[[accept]]\nclaim = {key!r}\nwhy = "meant"\n' for key in keys]
    config.write_text(before + "".join(rows), encoding="utf-8")
    assert check(project).exit_code == 0
    unused = '[[accept]]\nclaim = "mro lens - lens.model:LensModel"\nwhy = "meant"\n'
    config.write_text(before + "".join(rows) + unused, encoding="utf-8")
    assert [finding.rule for finding in check(project).findings if finding.level == "error"] == ["stale-acceptance"]


RENAMED = {
    "LensForAnswers": "Qx", "LensModel": "Zw", "MetaForAnswers": "Mfa", "MetaModel": "Mm", "BackboneForAnswers": "Bfa",
    "Backbone": "Bb", "Config": "Cfg", "WideTower": "Wt", "Tower": "Tw", "Module": "Md", "build_tower": "bt",
    "get_tower": "gt", "add_tower": "at", "get_model": "gm", "encode": "en", "from_folder": "ff", "tower_name": "tn",
    "is_loaded": "il", "load_model": "lm", "tower": "tt", "lens": "prism", "width": "ww", "model": "mo", "config": "co",
    "towers": "ts", "meta": "me", "backbone": "ba", "demo": "dm", "train": "tr",
}  # fmt: skip


def test_renaming_every_identifier_renames_the_claims(traced: Path, tmp_path: Path) -> None:
    folder = copy_project(tmp_path / "renamed")
    for path in sorted(folder.rglob("*"), key=lambda path: -len(path.parts)):
        if path.is_file():
            path.write_text(rename(path.read_text(encoding="utf-8")), encoding="utf-8")
        path.rename(path.with_name(rename(path.name)))
    trace(folder)
    assert read_claims((folder / LOCK).read_text()) == read_claims(rename((traced / LOCK).read_text()))


def rename(text: str) -> str:
    """Rename whole words; ``config.json`` is a name that the outside world knows."""
    return re.sub(r"\b[A-Za-z_]\w*\b(?!\.json\b)", lambda match: RENAMED.get(match[0], match[0]), text)


def read_claims(lock: str) -> list[tuple[str, ...]]:
    """What a lock claims, without the names of pages and without the order of names in it."""
    claims = json.loads(lock)["claims"]
    return sorted(
        (it["kind"], it["target"], it["entry"] or "", it["subject"], *sorted(it["expected"])) for it in claims
    )


def test_claims_do_not_depend_on_evidence(project: Path) -> None:
    trace(project, observe=True)
    with_evidence = (project / LOCK).read_bytes()
    assert (project / "docs/evidence/cpu.json").is_file()
    shutil.rmtree(project / "docs/evidence")
    trace(project)
    assert (project / LOCK).read_bytes() == with_evidence
