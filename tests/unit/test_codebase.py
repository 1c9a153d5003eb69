"""A target's code as files: names in evidence, missing imports, versions, excerpts."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tracer.codebase import Codebase, Places, find_missing_imports, module_name_of, open_codebase, plain_name
from tracer.errors import TargetError
from tracer.extract.facts import extract_facts
from tracer.model.edges import Site
from tracer.model.names import Span
from tracer.model.program import Program
from tracer.model.progress import Silence
from tracer.model.targets import Documented, Scenario, Target

MODULE = """\
import functools

@functools.cache
def cached(): return 1

class Outer:
    class Inner:
        def method(self):
            def local(): return [lambda: 1]
            return local

def twice(): ...
def twice(): ...

two = lambda: 1, lambda: 2
"""


@pytest.fixture
def codebase(tmp_path: Path) -> Codebase:
    package = tmp_path / "src" / "app"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "main.py").write_text(MODULE)
    return open_codebase(Target("app", "src", ("app",)), tmp_path, None)


@pytest.mark.parametrize(
    ("first_line", "qualname", "symbol"),
    [
        (1, "<module>", "app.main"),
        (3, "cached", "app.main:cached"),  # the decorator's line
        (8, "Outer.Inner.method", "app.main:Outer.Inner.method"),
        (9, "Outer.Inner.method.<locals>.local", "app.main:Outer.Inner.method.local"),
        (9, "Outer.Inner.method.<locals>.local.<locals>.<lambda>", "app.main:Outer.Inner.method.local.<lambda>#1"),
        (12, "twice", "app.main:twice"),
        (13, "twice", "app.main:twice#2"),
        (15, "<lambda>", None),  # which of the two cannot be told
        (7, "cached", None),
    ],
)
def test_running_code_is_named_as_its_definition(
    codebase: Codebase, first_line: int, qualname: str, symbol: str | None
) -> None:
    assert codebase.find_definition("app/main.py", first_line, qualname) == symbol


def test_a_file_nobody_knows(codebase: Codebase) -> None:
    assert codebase.find_definition("app/absent.py", 1, "<module>") is None
    assert codebase.lines_of("app/absent.py") is None


def test_excerpts(codebase: Codebase) -> None:
    assert codebase.excerpt_of(Site("app/main.py", Span(4, 0, 4, 10), "app.main", "call")) == "def cached(): return 1"
    assert codebase.excerpt_of(Site("app/main.py", Span(99, 0, 99, 1), "app.main", "call")) is None


def test_a_library_inside_the_checkout_keeps_its_own_name(tmp_path: Path) -> None:
    site_packages = tmp_path / ".nox" / "lib" / "site-packages"
    (site_packages / "library").mkdir(parents=True)
    (site_packages / "library" / "__init__.py").write_text("import library.deep\n")
    (site_packages / "library" / "deep.py").write_text("def made(): ...\n")
    codebase = open_codebase(Target("app", ".", ("library",)), tmp_path, None)
    codebase.places = Places(tmp_path, (site_packages,))
    assert codebase.show_path(site_packages / "library" / "deep.py") == "library/deep.py"
    assert codebase.functions() == ("library.deep:made",)
    assert codebase.read_sources(Silence()) == ()


def test_a_scenario_is_described_by_all_it_is_told(tmp_path: Path) -> None:
    files = {
        "src/app/__init__.py": "",
        "src/app/model.py": "",
        "src/tools/__init__.py": "",
        "src/tools/make.py": "import json, app.model\nfrom . import names\nfrom .text import word\ndef go(): ...\n",
        "src/tools/names.py": "def late():\n    import tools.deep.inner\n",
        "src/tools/text.py": "word = 1",
        "src/tools/deep/__init__.py": "",
        "src/tools/deep/inner.py": "from ..make import go",
        "src/tools/unused.py": "",
        "config.json": "{}",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    hashes = {name: hashlib.sha256(content.encode()).hexdigest() for name, content in files.items()}
    made = Scenario(
        "made", "app", entry="app.model:main", argv=("-x", "é"), setup="tools.make:go", seed=3,
        data=(("in/config.json", "config.json"),),
    )  # fmt: skip
    plain = Scenario("plain", "app", script="src/app/model.py", setup="app.model:go", timeout=9)
    codebase = open_codebase(Target("app", "src", ("app",), scenarios=(made, plain)), tmp_path, None)
    code = ("__init__", "deep/__init__", "deep/inner", "make", "names", "text")
    assert codebase.configured["made"] == {
        "argv": '["-x", "\\u00e9"]',
        "data in/config.json": hashes["config.json"],
        "entry": "app.model:main",
        "seed": "3",
        "setup": "tools.make:go",
        **{f"setup code tools/{name}.py": hashes[f"src/tools/{name}.py"] for name in code},
    }
    assert codebase.configured["plain"] == {
        "argv": "[]",
        "script": "src/app/model.py",
        "seed": "0",
        "setup": "app.model:go",
        "setup code app/model.py": hashes["src/app/model.py"],
    }


def test_functions_that_may_be_factories(codebase: Codebase) -> None:
    assert codebase.functions() == ("app.main:cached", "app.main:twice", "app.main:twice#2")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Inner.method", {"app.main:Outer.Inner.method"}),
        ("app.main:Outer.Inner.method", {"app.main:Outer.Inner.method"}),
        ("app.main.Outer.Inner.method", {"app.main:Outer.Inner.method"}),
        ("Leaf.method", {"method"}),
        ("library:Base.generate", {"generate"}),
        ("cached", set()),
    ],
)
def test_functions_that_documented_flows_lead_to(
    tmp_path: Path, codebase: Codebase, text: str, names: set[str]
) -> None:
    target = Target("app", "src", ("app",), documented=Documented(flows=((text, "demo"),)))
    found = open_codebase(target, tmp_path, None).functions()
    assert set(found) - set(codebase.functions()) == names


def test_the_functions_of_a_script_are_named_as_it_runs(tmp_path: Path, codebase: Codebase) -> None:
    target = Target("app", "src", ("app",), scenarios=(Scenario("a", "app", script="src/app/main.py"),))
    found = open_codebase(target, tmp_path, None).functions()
    assert set(found) - set(codebase.functions()) == {"__main__:cached", "__main__:twice", "__main__:twice#2"}


def test_attribute_names_are_those_used_and_those_declared(tmp_path: Path, codebase: Codebase) -> None:
    source = "class Box:\n    size: int\n    kind = 1\n    def open(self): self.lid = getattr(self, 'key', None)\n"
    (tmp_path / "src" / "app" / "box.py").write_text(source)
    names = codebase.attribute_names(Program("app", {}, {}, {}, {}))
    assert {"size", "kind", "open", "lid", "key"} <= names
    assert not {"Box", "self", "two"} & names


def test_a_script_is_named_from_the_source_root(tmp_path: Path, codebase: Codebase) -> None:
    inside = Scenario("a", "app", script="src/app/main.py")
    outside = Scenario("b", "app", script="run.py")
    target = Target("app", "src", ("app",), scenarios=(inside,))
    (walked,) = open_codebase(target, tmp_path, None).walked.scenarios
    assert walked.script == "app/main.py"
    with pytest.raises(TargetError, match=r"run\.py lies outside the root src"):
        _ = open_codebase(Target("app", "src", ("app",), scenarios=(outside,)), tmp_path, None).walked


def test_a_package_that_lies_nowhere(tmp_path: Path, codebase: Codebase) -> None:
    with pytest.raises(TargetError, match="target app: no package absent below src nor in the environment"):
        open_codebase(Target("app", "src", ("absent",)), tmp_path, None).read_sources(Silence())


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("import gone", [(1, "gone")]),
        ("import known.gone", [(1, "known.gone")]),
        ("from gone.deep import name", [(1, "gone.deep")]),
        ("import known\nfrom . import main\nfrom .main import x", []),
        ("from .gone import name", [(1, "app.gone")]),
        ("from ..gone import name", [(1, "gone")]),
        ("try:\n    import gone\nexcept ImportError:\n    gone = None", []),
        ("if False:\n    import gone", []),
    ],
)
def test_missing_imports(source: str, missing: list[tuple[int, str]]) -> None:
    header = extract_facts(source.encode()).header
    found = list(find_missing_imports("app/main.py", header, {"known", "app", "app.main"}.__contains__))
    assert found == [(line, f"imports {name}, which is not installed in the environment") for line, name in missing]


@pytest.mark.parametrize(("path", "name"), [("a/b.py", "a.b"), ("a/__init__.py", "a"), ("s.py", "s")])
def test_module_names(path: str, name: str) -> None:
    assert module_name_of(path) == name


@pytest.mark.parametrize(("qualname", "plain"), [("f.<locals>.g", "f.g"), ("f#2.g", "f.g"), ("<lambda>#3", "<lambda>")])
def test_plain_names(qualname: str, plain: str) -> None:
    assert plain_name(qualname) == plain
