"""The recorder and the witness, which share no code, see the same calls; and so does every supported Python.

All programs in tests/witness/inputs run in one process per recorder, one after the other.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.interpreters import find_interpreters, name_of
from tests.witness.witnessing import WitnessedEdge, WitnessError, witness
from tracer.config import load_config
from tracer.model.evidence import ScenarioRun
from tracer.model.names import Span
from tracer.model.targets import Scenario, Target
from tracer.observe import find_scope, observe_scenario

ROOT = Path(__file__).parents[2]
WITNESS = ROOT / "tests" / "witness"
INPUTS, TORCH_INPUTS = WITNESS / "inputs", WITNESS / "torch" / "inputs"
PROGRAMS, TORCH_PROGRAMS = (sorted(path.stem for path in place.glob("*.py")) for place in (INPUTS, TORCH_INPUTS))
INTERPRETERS = find_interpreters()


class Edge(NamedTuple):
    """What both can tell of a call."""

    path: str
    caller: str
    callee: str
    span: Span


class Corpus:
    """The programs in a folder of their own, and what was seen of them."""

    def __init__(self, folder: Path, inputs: Path) -> None:
        self.folder = folder
        self.root = folder / "src"
        shutil.copytree(inputs, self.root)
        self.programs = sorted(path.stem for path in inputs.glob("*.py"))
        calls = "".join(f"importlib.import_module({name!r}).run()\n" for name in self.programs)
        (self.root / "main.py").write_text(f"import importlib\n{calls}", encoding="utf-8")
        self.run_with: Callable[[Path], ScenarioRun] = cache(self._run_with)
        self.witnessed: Callable[[], frozenset[WitnessedEdge]] = cache(lambda: witness(self.root))

    def _run_with(self, python: Path) -> ScenarioRun:
        target = Target("corpus", "src", ("main", *self.programs))
        return observe_scenario(
            Scenario("all", "corpus", script="src/main.py", timeout=60), target, base=self.folder,
            scope=find_scope(target, self.folder), symbols=lambda *_: None, work=self.folder / name_of(python),
            python=python, passes=("plain", "record"),
        )  # fmt: skip


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return Corpus(tmp_path_factory.mktemp("corpus"), INPUTS)


@pytest.fixture(scope="module")
def torch_corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    pytest.importorskip("torch", reason="these programs run on torch")
    return Corpus(tmp_path_factory.mktemp("corpus"), TORCH_INPUTS)


def unnumbered(symbol: str) -> str:
    """A symbol without the numbers of lambdas and repeated names, which the recorder alone does not know."""
    return re.sub(r"#(\d+|\?)", "", symbol)


def recorded_edges(run: ScenarioRun, path: str) -> set[Edge]:
    found = [edge for edge in run.edges if edge.path == path]
    return {Edge(path, unnumbered(edge.caller), unnumbered(edge.callee), edge.span) for edge in found}


def is_same(witnessed: WitnessedEdge, recorded: Edge) -> bool:
    """Whether two edges are one: a call by where it ends, what is called unasked by one range within the other."""
    if (unnumbered(witnessed.caller), unnumbered(witnessed.callee)) != (recorded.caller, recorded.callee):
        return False
    seen, span = Span(*witnessed.span), recorded.span
    if seen[2:] == span[2:]:
        return True
    return witnessed.form != "call" and (is_within(seen, span) or is_within(span, seen))


def is_within(inner: Span, outer: Span) -> bool:
    return outer[:2] <= inner[:2] and inner[2:] <= outer[2:]


def disagreements(witnessed: frozenset[WitnessedEdge], recorded: set[Edge], path: str) -> list[str]:
    started = [edge for edge in witnessed if edge.kind == "started" and edge.path in (path, "")]
    here = [edge for edge in started if edge.path]
    lost = [f"not recorded: {edge}" for edge in here if not any(is_same(edge, other) for other in recorded)]
    made_up = [f"not witnessed: {edge}" for edge in recorded if not any(is_same(other, edge) for other in here)]
    return lost + made_up


@pytest.mark.parametrize("program", PROGRAMS)
def test_recorder_and_witness_agree(program, corpus):
    run = corpus.run_with(INTERPRETERS[0])
    recorded = recorded_edges(run, f"{program}.py")
    assert disagreements(corpus.witnessed(), recorded, f"{program}.py") == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_recorder_and_witness_agree_on_what_is_made(program, corpus):
    """The witness sees what a call expression gives; the recorder also what C code, a library or Python itself made."""
    run = corpus.run_with(INTERPRETERS[0])
    path = f"{program}.py"
    recorded = {(unnumbered(c.caller), unnumbered(c.callee), c.span[2:]) for c in run.created if c.path == path}
    made = [edge for edge in corpus.witnessed() if edge.kind == "created" and edge.path == path]
    assert {(unnumbered(e.caller), unnumbered(e.callee), e.span[2:]) for e in made} <= recorded


@pytest.mark.slow
@pytest.mark.parametrize("program", TORCH_PROGRAMS)
def test_recorder_and_witness_agree_under_torch(program, torch_corpus):
    run = torch_corpus.run_with(INTERPRETERS[0])
    assert (run.outcome, run.partial, run.identical) == ("completed", False, True)
    recorded = recorded_edges(run, f"{program}.py")
    assert len(recorded) > 5
    assert disagreements(torch_corpus.witnessed(), recorded, f"{program}.py") == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["train", "demo"])
def test_recorder_and_witness_agree_on_the_reference_model(name, tmp_path):
    pytest.importorskip("transformers", reason="the reference model runs on transformers")
    target, scenario = load_config(ROOT / "tracer.toml").scenario_named(name)
    target = replace(target, packages=("reference_model",), follow=())
    run = observe_scenario(
        scenario, target, base=ROOT, scope=find_scope(target, ROOT), symbols=lambda *_: None, work=tmp_path / "work",
        python=INTERPRETERS[0], passes=("record",),
    )  # fmt: skip
    (prepared,) = (tmp_path / "work" / "prepared").iterdir()
    shutil.copytree(prepared, tmp_path / "cwd")
    packages = ("reference_model",)
    witnessed = witness(ROOT, str(scenario.script), scenario.argv, packages=packages, cwd=tmp_path / "cwd")
    paths = sorted({edge.path for edge in witnessed} | {edge.path for edge in run.edges})
    assert len(run.edges) > 50
    assert [text for path in paths for text in disagreements(witnessed, recorded_edges(run, path), path)] == []


def test_the_corpus_ends_well_and_every_place_is_known(corpus):
    run = corpus.run_with(INTERPRETERS[0])
    assert (run.outcome, run.partial, run.identical) == ("completed", False, True)
    assert [edge for edge in corpus.witnessed() if edge.form == "unplaced"] == []
    assert len(run.created) > 30


@pytest.mark.parametrize("python", INTERPRETERS[1:], ids=name_of)
def test_every_python_gives_the_same_calls(python, corpus):
    here, there = corpus.run_with(INTERPRETERS[0]), corpus.run_with(python)
    assert (there.outcome, there.partial, there.identical) == ("completed", False, True)
    assert calls_of(there) == calls_of(here)
    assert there.flows == here.flows
    assert there.created == here.created


def calls_of(run: ScenarioRun) -> set[tuple[object, ...]]:
    """Edges without the library functions between, which differ from version to version."""
    return {
        (edge.path, edge.span, edge.caller, edge.callee, edge.caller_receiver, edge.receiver, edge.count)
        for edge in run.edges
    }


def test_a_rewritten_program_does_what_it_did(corpus, tmp_path):
    code = "import module_hooks_other, formatting, matching, operators as o, inspection; inspection.run()"
    code += "\nprint(matching.classify(matching.Point(1, 2)), o.N(1) + 2 and 1, f'{formatting.f()}')"
    shutil.copytree(corpus.root, tmp_path / "src")
    entry = tmp_path / "src" / "entry.py"
    entry.write_text(f"{code}\nopen('said', 'a').write(f'{{matching.guard(1)}}')\n", encoding="utf-8")
    subprocess.run([sys.executable, str(entry)], cwd=tmp_path, check=True, capture_output=True)
    witness(tmp_path / "src", "entry.py", cwd=tmp_path)
    assert (tmp_path / "said").read_text() == "TrueTrue"


@pytest.fixture
def witness_source(tmp_path: Path) -> Callable[[str], set[tuple[str, str, str]]]:
    def look(source: str) -> set[tuple[str, str, str]]:
        (tmp_path / "main.py").write_text(source, encoding="utf-8")
        return {(edge.caller, edge.callee, edge.kind) for edge in witness(tmp_path)}

    return look


def test_the_witness_sees_c_code_and_classes(witness_source):
    source = "class C: pass\nC()\nlen('a')\n[].append(1)\n'a'.join('b')\nint('1')\nprint\ndict.fromkeys('a')\n"
    assert witness_source(source) == {
        ("main", callee, "outside")
        for callee in (
            "__main__:C", "builtins:len", "builtins:list.append", "builtins:str.join", "builtins:int",
            "builtins:dict.fromkeys",
        )
    }  # fmt: skip


def test_the_witness_tells_made_from_begun(witness_source):
    source = "def g():\n    yield 1\ndef use(x):\n    next(x)\nuse(g())\n"
    assert witness_source(source) == {
        ("main", "main:g", "created"),
        ("main", "main:use", "started"),
        ("main:use", "main:g", "started"),
        ("main:use", "builtins:next", "outside"),
    }


def test_the_witness_numbers_what_shares_a_name(witness_source):
    source = "def f(): pass\nf()\ndef f(): pass\nf()\n(lambda: 1)()\n(lambda: 2)()\n"
    assert {callee for _, callee, _ in witness_source(source)} == {
        "main:f", "main:f#2", "main:<lambda>#1", "main:<lambda>#2",
    }  # fmt: skip


def test_a_program_that_fails_keeps_its_edges(tmp_path):
    (tmp_path / "main.py").write_text("def f(): raise KeyError('gone')\nf()\n", encoding="utf-8")
    with pytest.raises(WitnessError, match="gone") as caught:
        witness(tmp_path)
    assert {edge.callee for edge in caught.value.edges} == {"main:f", "builtins:KeyError"}
