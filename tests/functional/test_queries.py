"""Questions about a configured project and about a bare folder, asked as people ask them: on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.functional.lens import copy_project, run_tracer

SITE = {"path", "line", "column", "end_line", "end_column", "in", "form", "receiver", "guards", "library"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("asked") / "lens")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same code in a folder that knows nothing of tracer."""
    folder = copy_project(tmp_path_factory.mktemp("bare") / "checkout")
    (folder / "tracer.toml").unlink()
    return folder


def ask(folder: Path, *arguments: str, **environment: str) -> dict[str, Any]:
    done = run_tracer(folder, *arguments, "--json", XDG_CACHE_HOME=str(folder.parent / "cache"), **environment)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    assert answer["schema"] == 1
    return answer


def places(sites: list[dict[str, Any]]) -> list[tuple[str, str, str | None]]:
    assert all(set(site) == SITE for site in sites)
    return [(site["form"], site["in"], site["receiver"]) for site in sites]


# --- a configured target ---------------------------------------------------------------------------------------------


def test_mro(project: Path) -> None:
    answer = ask(project, "mro", "LensForAnswers")
    assert set(answer) == {"schema", "class", "mro", "methods", "libraries", "unresolved"}
    assert answer["class"] == "lens.model:LensForAnswers"
    assert answer["mro"] == [
        "lens.model:LensForAnswers", "lens.backbone:BackboneForAnswers", "lens.backbone:Module",
        "lens.meta:MetaForAnswers", "abc:ABC", "builtins:object",
    ]  # fmt: skip
    assert answer["methods"]["get_tower"] == "lens.meta:MetaForAnswers.get_tower"
    assert answer["unresolved"] == []


def test_attr_per_entry_point(project: Path) -> None:
    answer = ask(project, "attr", "tower_name")
    assert set(answer) == {"schema", "attribute", "writes", "generic", "reads", "first"}
    assert places(answer["writes"]) == [("attribute", "lens.meta:MetaModel.add_tower", "lens.backbone:Config")]
    assert places(answer["generic"]) == [("setattr", "lens.backbone:Config.__init__", "lens.backbone:Config")]
    assert sorted(places(answer["reads"])) == [
        ("getattr", "lens.towers:build_tower", "lens.backbone:Config"),
        ("hasattr", "lens.meta:MetaModel.__init__", "lens.backbone:Config"),
    ]
    first = {item["entry"]: item for item in answer["first"]}
    assert first["demo"]["site"]["in"] == "lens.backbone:Config.__init__"
    assert first["train"]["site"]["in"] == "lens.meta:MetaModel.add_tower"
    assert [site["in"] for site in first["train"]["chain"]] == ["lens.train", "lens.train:main"]
    assert "blind" not in first


def test_attr_of_one_class(project: Path) -> None:
    everywhere = ask(project, "attr", "name")
    assert places(everywhere["writes"]) == [("attribute", "lens.towers:Tower.__init__", None)]
    assert ask(project, "attr", "Tower.name")["writes"] == everywhere["writes"]
    assert ask(project, "attr", "LensModel.name")["writes"] == []


def test_calls_of_one_function(project: Path) -> None:
    answer = ask(project, "calls", "MetaForAnswers.get_tower")
    assert set(answer["edges"][0]) == {"caller", "callee", "via"} | SITE
    assert [(edge["callee"], edge["receiver"]) for edge in answer["edges"]] == [
        ("lens.model:LensForAnswers.get_model", "lens.model:LensForAnswers"),
        ("lens.meta:MetaModel.get_tower", "lens.model:LensModel"),
    ]
    assert answer["paths"] == []


def test_calls_to_a_goal(project: Path) -> None:
    answer = ask(project, "calls", "lens.demo:main", "--to", "WideTower.forward")
    path = [answer["edges"][index]["callee"] for index in answer["paths"][0]]
    assert path[0] == "lens.backbone:Module.__call__"
    assert path[-1] == "lens.towers:WideTower.forward"


def test_show(project: Path) -> None:
    shown = ask(project, "show", "WideTower")
    assert (shown["kind"], shown["bases"]) == ("class", ["lens.towers:Tower"])
    shown = ask(project, "show", "build_tower")
    assert (shown["kind"], shown["site"]["line"]) == ("function", 23)
    assert {edge["caller"] for edge in shown["called_by"]} == {
        "lens.meta:MetaModel.__init__", "lens.meta:MetaModel.add_tower"
    }  # fmt: skip


# --- a folder of Python ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["lens", ".", "lens/model.py"])
def test_mro_of_a_folder(bare: Path, source: str) -> None:
    answer = ask(bare, "mro", "LensModel", "--source", source)
    assert answer["mro"] == ["lens.model:LensModel", "lens.meta:MetaModel", "lens.backbone:Backbone",
                             "lens.backbone:Module", "builtins:object"]  # fmt: skip


def test_attr_of_a_folder(bare: Path) -> None:
    answer = ask(bare, "attr", "tower_name", "--source", "lens")
    assert ("attribute", "lens.meta:MetaModel.add_tower") in [site[:2] for site in places(answer["writes"])]
    assert {site["in"] for site in answer["reads"]} == {"lens.towers:build_tower", "lens.meta:MetaModel.__init__"}


def test_all_calls_of_a_folder(bare: Path) -> None:
    edges = {(edge["caller"], edge["callee"]) for edge in ask(bare, "calls", "--all", "--source", ".")["edges"]}
    assert ("lens.demo:main", "lens.backbone:BackboneForAnswers.from_folder") in edges
    assert ("lens.meta:MetaModel.add_tower", "lens.towers:build_tower") in edges
    assert ("lens.towers:build_tower", "lens.towers:Tower.__init__") in edges


def test_what_a_folder_leaves_open_is_followed_both_ways(bare: Path) -> None:
    edges = {(edge["caller"], edge["callee"]) for edge in ask(bare, "calls", "--all", "--source", ".")["edges"]}
    assert ("lens.meta:MetaModel.__init__", "lens.towers:build_tower") in edges


def test_scripts_in_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "one.py").write_text("from two import helper\n\n\ndef main():\n    return helper()\n")
    (folder / "two.py").write_text(
        "def helper():\n    return [inner(n) for n in (1, 2)]\n\n\ndef inner(n):\n    return n\n"
    )
    edges = ask(folder, "calls", "--all", "--source", ".")["edges"]
    assert [(edge["caller"], edge["callee"], edge["line"]) for edge in edges if edge["form"] != "import"] == [
        ("one:main", "two:helper", 5), ("two:helper", "two:inner", 2)
    ]  # fmt: skip


def test_the_answer_is_the_same_with_any_hash_seed(bare: Path) -> None:
    answers = [ask(bare, "calls", "--all", "--source", "lens", PYTHONHASHSEED=seed) for seed in ("1", "2")]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("mro", "LensModle", "--source", "lens"), "did you mean lens.model:LensModel"),
        (("calls", "mian", "--source", "lens"), "did you mean"),
        (("mro", "LensModel", "--source", "nowhere"), "no file or folder nowhere"),
        (("mro", "LensModel", "--source", "data"), "data holds no Python module"),
        (("attr", "tower_nmae", "--source", "lens"), "no attribute 'tower_nmae' is stored, loaded or declared"),
        (("attr", "tower_nmae", "--source", "lens"), "did you mean tower_name"),
        (("attr", "Nobody.name", "--source", "lens"), "no symbol 'Nobody'"),
        (("attr", "", "--source", "lens"), "no attribute ''"),
        (("mro", "LensModel", "--source", "lens", "--python", "lens/model.py"), "is no Python interpreter"),
    ],
)
def test_a_wrong_question(bare: Path, arguments: tuple[str, ...], error: str) -> None:
    done = run_tracer(bare, *arguments)
    assert (done.returncode, error in done.stderr) == (2, True), done.stderr


# --- files that cannot be read ---------------------------------------------------------------------------------------


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A folder of which hardly anything can be read."""
    package = tmp_path / "damaged"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "broken.py").write_text("x = 1\ndef f(:\n")
    (package / "latin.py").write_bytes(b'name = "\xff"\n')
    (package / "null.py").write_bytes(b"x = 1\n\0\n")
    (package / "codec.py").write_text("# coding: nobody\n")
    (package / "deep.py").write_text(f"class Deep:\n    def go(self): ...\nx = {' + '.join(['1'] * 700)}\n")
    return tmp_path


NOTES = [
    "damaged/broken.py:2: not valid Python syntax",
    "damaged/codec.py:1: the declared encoding is unknown or does not fit the bytes",
    "damaged/deep.py: nested deeper than 500 levels, so its bodies are not read",
    "damaged/latin.py:1: the bytes are not UTF-8",
    "damaged/null.py:2: the source holds a null byte",
]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("calls", "--all"), 0), (("mro", "Deep"), 0), (("show", "Deep"), 0), (("attr", "go"), 0), (("mro", "Lost"), 2)],
)
def test_files_that_cannot_be_read_are_named(damaged: Path, arguments: tuple[str, ...], code: int) -> None:
    done = run_tracer(damaged, *arguments, "--source", "damaged", XDG_CACHE_HOME=str(damaged / "cache"))
    notes = [line.removeprefix("tracer: note: ") for line in done.stderr.splitlines() if "note: " in line]
    assert (done.returncode, notes) == (code, NOTES), done.stderr


def test_many_problems_are_counted(tmp_path: Path) -> None:
    for number in range(23):
        (tmp_path / f"m{number:02}.py").write_text("def f(:\n")
    done = run_tracer(tmp_path, "calls", "--all", "--source", ".", XDG_CACHE_HOME=str(tmp_path / "cache"))
    notes = [line for line in done.stderr.splitlines() if line.startswith("tracer: note: ")]
    assert len(notes) == 21
    assert notes[-1] == "tracer: note: and 3 more"


def test_a_class_of_a_file_that_is_too_deep_is_found(damaged: Path) -> None:
    answer = ask(damaged, "mro", "Deep", "--source", "damaged")
    assert answer["mro"] == ["damaged.deep:Deep", "builtins:object"]
    assert answer["methods"] == {"go": "damaged.deep:Deep.go"}


def test_links_that_lead_nowhere_stop_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "linked"
    folder.mkdir()
    (folder / "good.py").write_text("class Good: ...\n")
    (folder / "dangling.py").symlink_to("nowhere.py")
    (folder / "circle.py").symlink_to("circle.py")
    done = run_tracer(tmp_path, "mro", "Good", "--source", "linked", XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == [
        f"tracer: note: {name}: is a link that leads nowhere" for name in ("circle.py", "dangling.py")
    ]


def test_a_program_may_have_any_name(tmp_path: Path) -> None:
    (tmp_path / "train-mem.py").write_text("class Job: ...\n")
    assert ask(tmp_path, "mro", "Job", "--source", "train-mem.py")["mro"] == ["train-mem:Job", "builtins:object"]
    assert ask(tmp_path, "mro", "Job", "--source", ".")["class"] == "train-mem:Job"


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    (tmp_path / "tracer.toml").mkdir()
    done = run_tracer(tmp_path, "mro", "Job")
    assert (done.returncode, "tracer.toml is a folder, not a file" in done.stderr) == (2, True), done.stderr
