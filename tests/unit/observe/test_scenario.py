"""A scenario from preparation to evidence: folders, scripts, classes, executed lines, sameness."""

from __future__ import annotations

import importlib.util
import json
import os

import pytest

from tracer.codec.evidence import encode_evidence
from tracer.model.evidence import Evidence, ScenarioRun
from tracer.observe import ALL_PASSES, Watch, renew_run

MODEL = """
    import functools, random
    from dataclasses import dataclass

    @dataclass
    class Config:
        size: int = 3

    class Base:
        hidden = 1
        def __init__(self, config): self.config = config
        def run(self): return self.step(self.config.size)
        def gone(self): pass

    class Child(Base):
        gone = None
        @functools.lru_cache
        def cached(self): return 1
        @property
        def double(self): return 2
        def step(self, n): return n if n > 2 else 0

    def patched(self, n): return n + 1

    def run():
        Child.step = patched
        print(Child(Config()).run(), random.random(), flush=True)
        return None
"""


def test_outputs_are_the_same_with_and_without_the_recorder(observe_source):
    run = observe_source(MODEL, passes=("plain", "record"), watch=Watch(attributes=None)).run
    assert (run.outcome, run.identical) == ("completed", True)


def test_a_run_gives_the_same_evidence_twice(observe_source):
    first, second = (observe_source(MODEL, watch=Watch(("size", "config"))).run for _ in range(2))
    assert encode_evidence(Evidence("cpu", (first,))) == encode_evidence(Evidence("cpu", (second,)))


def test_classes_are_as_the_interpreter_has_them(observe_source):
    classes = {cls.symbol: cls for cls in observe_source(MODEL).run.classes}
    child = classes["main:Child"]
    assert child.mro == ("main:Child", "main:Base", "builtins:object")
    assert dict(child.methods) == {
        "__init__": "main:Base.__init__",
        "double": "main:Child.double",
        "run": "main:Base.run",
        "step": "main:patched",
    }
    assert classes["main:Config"].methods["__init__"] == "main:Config.__init__"
    assert "gone" in classes["main:Base"].methods


@pytest.mark.skipif(importlib.util.find_spec("coverage") is None, reason="coverage is not installed")
def test_executed_lines_and_branches_come_from_a_pass_of_their_own(observe_files):
    source = "def run():\n    for n in (1, 2):\n        if n > 5:\n            print(n)\n    return 1\n"
    run = observe_files({"main.py": source}, passes=ALL_PASSES).run
    assert run.executed == {"main.py": (1, 2, 3, 5)}
    assert set(run.arcs["main.py"]) >= {(2, 3), (3, 2), (2, 5), (5, -1)}
    assert run.identical is True


def test_without_coverage_there_is_a_reason(observe_files, python):
    run = observe_files(
        {"main.py": "def run(): pass\n", "coverage.py": "raise ImportError\n"}, python=python, passes=ALL_PASSES
    ).run
    assert run.executed == {}
    assert "coverage package is not installed" in run.reason


def test_what_watched_functions_return(observe_source):
    source = """
        class A: pass
        def make(kind): return kind()
        def fails(): raise ValueError
        def run():
            make(A), make(dict)
            try: fails()
            except ValueError: pass
    """
    run = observe_source(source, watch=Watch(returns=("make", "main:fails"))).run
    assert run.returns == {"main:make": ("builtins:dict", "main:A")}


def test_a_script_runs_as_python_would_run_it(observe_files, python):
    files = {
        "tools/demo.py": """
            import sys
            from helper import assist
            from pkg import thing
            class C: pass
            def main():
                assist(); thing(); C()
                print(__name__, __file__ == sys.argv[0], sys.argv[1:], sys.modules["__main__"].main is main)
            if __name__ == "__main__":
                main()
            """,
        "tools/helper.py": "def assist(): pass\n",
        "pkg/__init__.py": "def thing(): pass\n",
    }
    observed = observe_files(
        files, python=python, packages="pkg", script="src/tools/demo.py", argv=("--x", "1"), passes=("plain", "record")
    )
    assert observed.run.outcome == "completed"
    assert observed.edges() == [
        ("tools.demo", "main()", "tools.demo:main"),
        ("tools.demo:main", "thing()", "pkg:thing"),
    ]
    assert "tools.demo:C" in {cls.symbol for cls in observed.run.classes}
    assert (observed.root.parent / "work/plain/stdout").read_text() == "__main__ True ['--x', '1'] True\n"


def test_a_script_inside_a_package_goes_by_its_module_name(observe_files, python):
    files = {"pkg/__init__.py": "", "pkg/demo.py": "class C:\n    def m(self): pass\nC().m()\n"}
    observed = observe_files(files, python=python, packages="pkg", script="src/pkg/demo.py")
    assert observed.edges() == [("pkg.demo", "C().m()", "pkg.demo:C.m")]
    assert observed.run.edges[0].receiver == "pkg.demo:C"


def test_setup_runs_once_and_committed_data_wins(observe_files, tmp_path):
    files = {
        "prepare.py": "def go():\n    open('made', 'w').write('m')\n    open('config.json', 'w').write('setup')\n",
        "main.py": """
            def run():
                print(open("made").read(), open("config.json").read())
                open("made", "w").write("spoilt")
            """,
    }
    (tmp_path / "committed.json").write_text("committed")
    for _ in range(2):
        run = observe_files(
            files, setup="prepare:go", data=(("config.json", "committed.json"),), passes=("plain", "record")
        ).run
        assert run.identical is True
        assert (tmp_path / "work/plain/stdout").read_text() == "m committed\n"
    assert len(list((tmp_path / "work/prepared").iterdir())) == 1


def test_evidence_names_no_place_of_this_machine(observe_files, tmp_path):
    source = "import os\nclass C: pass\ndef run():\n    C().a = os.getcwd()\n    raise ValueError(__file__)\n"
    run = observe_files({"main.py": source}, watch=Watch(("a",))).run
    assert run.writes[0].value == "'<work>'"
    assert run.exception.message == "<root>/main.py"
    assert str(tmp_path).encode() not in encode_evidence(Evidence("cpu", (run,)))
    assert os.sep + "home" not in json.dumps(dict(run.files))


def test_files_are_named_by_their_content(observe_source):
    run = observe_source("def f(): pass\ndef run(): f()\n").run
    assert list(run.files) == ["main.py"]
    assert len(run.files["main.py"]) == 64


def test_nothing_is_written_beside_the_sources(observe_files):
    observed = observe_files(
        {"main.py": "import other\ndef run(): other.f()\n", "other.py": "def f(): pass\n"}, packages="main other"
    )
    assert sorted(path.name for path in observed.root.rglob("*")) == ["main.py", "other.py"]


def test_renewing_replaces_the_run_of_its_scenario():
    old, other = ScenarioRun("a", "t", "cpu", "3.11", "raised"), ScenarioRun("b", "t", "cpu", "3.11", "completed")
    new = ScenarioRun("a", "t", "cpu", "3.11", "completed")
    assert renew_run(Evidence("cpu", (old, other)), new) == Evidence("cpu", (new, other))
    with pytest.raises(ValueError, match="no evidence of gpu"):
        renew_run(Evidence("gpu", ()), new)
