"""tracer.toml as values, and every complaint about it word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracer.config import find_config, load_config
from tracer.errors import ConfigError, TargetError
from tracer.model.targets import Accepted, Documented, Scenario, Target

COMPLETE = """\
[targets.vita]
title = "VITA"
root = "./src"
packages = ["reference_model.vita"]
follow = ["transformers"]
permalink = "https://example.org/blob/{ref}/{path}#L{line}-L{end_line}"

[targets.vita.library_permalinks]
transformers = "https://example.org/transformers/v{version}/{path}#L{line}"

[targets.vita.document]
attributes = ["mm_vision_tower"]
flows = [{to = "A.get_vision_tower", in = "demo"}]
classes = ["A"]
sequences = [{title = "One forward", in = "train", root = "A.forward"}]

[targets.vita.scenarios.demo]
title = "the demo"
script = "src/demo.py"
argv = ["--model", "checkpoint"]
setup = "reference_model.scenarios:make_checkpoint"
data = {"checkpoint/config.json" = "config.json"}

[targets.vita.scenarios.train]
entry = "reference_model.vita.train:train"
timeout = 60
memory = 4096
seed = 7

[[accept]]
claim = "call vita demo a -> b"
why = "the original does so"
"""

DOCUMENT = "targets.vita.document"
DEMO = "targets.vita.scenarios.demo"
TRAIN = "targets.vita.scenarios.train"

MINIMAL = '[targets.t]\npackages = ["p"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "demo.py").touch()
    (tmp_path / "config.json").write_text("{}")
    return tmp_path


def write(folder: Path, text: str, name: str = "tracer.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def complaint_about(folder: Path, text: str, name: str = "tracer.toml") -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(write(folder, text, name))
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_every_key(folder: Path) -> None:
    config = load_config(write(folder, COMPLETE))
    assert config.folder == folder.resolve()
    assert config.accepted == (Accepted("call vita demo a -> b", "the original does so"),)
    assert config.targets == (
        Target(
            name="vita",
            root="src",
            packages=("reference_model.vita",),
            follow=("transformers",),
            title="VITA",
            permalink="https://example.org/blob/{ref}/{path}#L{line}-L{end_line}",
            library_permalinks=(("transformers", "https://example.org/transformers/v{version}/{path}#L{line}"),),
            scenarios=(
                Scenario(
                    name="demo",
                    target="vita",
                    script="src/demo.py",
                    argv=("--model", "checkpoint"),
                    setup="reference_model.scenarios:make_checkpoint",
                    data=(("checkpoint/config.json", "config.json"),),
                    title="the demo",
                ),
                Scenario(
                    name="train",
                    target="vita",
                    entry="reference_model.vita.train:train",
                    timeout=60,
                    memory=4096,
                    seed=7,
                ),
            ),
            documented=Documented(
                attributes=("mm_vision_tower",),
                flows=(("A.get_vision_tower", "demo"),),
                classes=("A",),
                sequences=(("One forward", "train", "A.forward"),),
            ),
        ),
    )


def test_defaults(folder: Path) -> None:
    assert load_config(write(folder, MINIMAL)).targets == (Target(name="t", root=".", packages=("p",)),)


def test_pyproject_section(folder: Path) -> None:
    path = write(folder, '[project]\nname = "x"\n\n[tool.tracer.targets.t]\npackages = ["p"]\n', "pyproject.toml")
    assert load_config(path).targets == (Target(name="t", root=".", packages=("p",)),)
    text = "[project]\n\n[tool.tracer.targets.t]\npackage = []\n"
    assert complaint_about(folder, text, "pyproject.toml") == (
        "pyproject.toml:4: tool.tracer.targets.t.package: unknown key; did you mean packages?"
    )


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('title = "VITA"', 'titel = "VITA"', "2: targets.vita.titel: unknown key; did you mean title?"),
        ('root = "./src"', "root = 3", "3: targets.vita.root: must be a string, is an integer"),
        ('root = "./src"', 'root = "away"', "3: targets.vita.root: no folder away (paths are relative to tracer.toml)"),
        ('["reference_model.vita"]', '"p"', "4: targets.vita.packages: must be an array, is a string"),
        ('["reference_model.vita"]', "[]", "4: targets.vita.packages: is empty; name the packages to document"),
        ('["reference_model.vita"]', '["a", 1]', "4: targets.vita.packages[1]: must be a string, is an integer"),
        (
            '["reference_model.vita"]',
            '[\n"a",\n"b/c"]',
            "6: targets.vita.packages[1]: 'b/c' is not a dotted package name",
        ),
        (
            "#L{line}-L{end_line}",
            "#L{row}",
            "6: targets.vita.permalink: unknown placeholder {row}; known: {ref}, {path}, {line}, {end_line}",
        ),
        (
            "v{version}",
            "v{version",
            "9: targets.vita.library_permalinks.transformers: not a link template: a brace is not paired",
        ),
        ('to = "A.get', 'too = "A.get', "13: targets.vita.document.flows[0].too: unknown key; did you mean to?"),
        ('in = "demo"', 'in = "dem"', f"13: {DOCUMENT}.flows[0].in: no scenario dem; this target has: demo, train"),
        (', root = "A.forward"', "", "15: targets.vita.document.sequences[0]: lacks the key root"),
        (
            'script = "src/demo.py"',
            'script = "demo.py"',
            "19: targets.vita.scenarios.demo.script: no file demo.py (paths are relative to tracer.toml)",
        ),
        (
            'script = "src/demo.py"',
            'script = "src/demo.py"\nentry = "a:b"',
            "17: targets.vita.scenarios.demo: needs exactly one of entry (package.module:function) and script (a file)",
        ),
        (
            'scenarios:make_checkpoint"',
            'scenarios.make_checkpoint"',
            f"21: {DEMO}.setup: 'reference_model.scenarios.make_checkpoint' is not of the form package.module:function",
        ),
        (
            '= "config.json"}',
            '= "absent.json"}',
            f'22: {DEMO}.data."checkpoint/config.json": no file absent.json (paths are relative to tracer.toml)',
        ),
        ("timeout = 60", "timeout = true", f"26: {TRAIN}.timeout: must be an integer, is a boolean"),
        ("timeout = 60", "timeout = 0", f"26: {TRAIN}.timeout: must be at least 1, is 0"),
        ('why = "the original does so"', "", "30: accept[0]: lacks the key why"),
        ('why = "the original does so"', "why = 1979-05-27", "32: accept[0].why: must be a string, is a date or time"),
        ("[[accept]]", "[accepted]", "30: accepted: unknown key; did you mean accept?"),
        ("[[accept]]", "[quux]", "30: quux: unknown key; known here: accept, targets"),
        (
            "[targets.vita.scenarios.demo]",
            "[targets.vita.scenarios.demo",
            "17:29: not TOML: expected ']' at the end of a table declaration",
        ),
    ],
)
def test_complaint(folder: Path, before: str, after: str, message: str) -> None:
    assert COMPLETE.count(before) == 1
    assert complaint_about(folder, COMPLETE.replace(before, after)) == f"tracer.toml:{message}"


def test_nothing_configured(folder: Path) -> None:
    assert complaint_about(folder, "") == "tracer.toml:1: lacks the key targets"
    assert complaint_about(folder, "\n[targets]\n") == (
        "tracer.toml:2: targets: names no target; add a table [targets.NAME]"
    )


def test_name_that_cannot_be_a_folder(folder: Path) -> None:
    assert complaint_about(folder, '[targets."a/b"]\npackages = ["p"]\n') == (
        'tracer.toml:1: targets."a/b": a name is made of letters, digits, dots, dashes and underscores'
    )


def test_scenario_name_of_another_target(folder: Path) -> None:
    text = MINIMAL + '[targets.t.scenarios.demo]\nentry = "p:f"\n'
    assert complaint_about(folder, text + text.replace("targets.t", "targets.u")) == (
        "tracer.toml:7: targets.u.scenarios.demo: target t already has a scenario of this name"
    )


def test_look_up(folder: Path) -> None:
    config = load_config(write(folder, COMPLETE))
    target, scenario = config.scenario_named("train")
    assert (target.name, scenario.seed) == ("vita", 7)
    assert config.target_named("vita") is target
    with pytest.raises(TargetError, match=r"^no scenario is named trian; did you mean train\?$"):
        config.scenario_named("trian")
    with pytest.raises(TargetError, match=r"^no target is named llava; configured: vita$"):
        config.target_named("llava")


def test_nearest_configuration_is_found(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    outer = write(tmp_path, MINIMAL)
    assert find_config(inner) == outer.resolve()
    write(tmp_path / "a", '[project]\nname = "x"\n', "pyproject.toml")
    assert find_config(inner) == outer.resolve()
    nearer = write(tmp_path / "a", "[tool.tracer]\n", "pyproject.toml")
    assert find_config(inner) == nearer.resolve()


def test_broken_pyproject_counts_only_if_it_speaks_of_tracer(tmp_path: Path) -> None:
    path = write(tmp_path, "[tool.tracer]\nx = \n", "pyproject.toml")
    assert find_config(tmp_path) == path.resolve()
    write(tmp_path, "[tool.other]\nx = \n", "pyproject.toml")
    assert find_config(tmp_path) != path.resolve()


def test_permalinks_name_a_branch_or_tag_and_never_what_is_checked_out(tmp_path: Path) -> None:
    config = tmp_path / "tracer.toml"
    config.write_text(MINIMAL + 'ref = "v1.2"\n')
    assert load_config(config).targets[0].ref == "v1.2"
    config.write_text(MINIMAL + 'ref = "HEAD"\n')
    with pytest.raises(ConfigError, match=r"tracer\.toml:3: targets\.t\.ref: HEAD is whatever is checked out"):
        load_config(config)
