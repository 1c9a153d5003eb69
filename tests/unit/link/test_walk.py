"""What a walk finds in a few lines of code: edges, first writes, guards, exceptions.

Every case that can be run is also run: what the interpreter really calls must have been predicted.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.unit.link.walking import Walk, machine_for, observe_edges, walk
from tracer.codec.recursion import recursion_room
from tracer.link.library import Library
from tracer.link.walks import walk_functions


@dataclass(frozen=True)
class Case:
    """A source whose ``main`` is walked, and all edges of that; the rest is asked only of the names given."""

    source: str
    edges: set[str]
    writes: dict[str, list[str]] = field(default_factory=dict)
    raises: set[str] = field(default_factory=set)
    guards: dict[str, set[str]] = field(default_factory=dict)
    argv: tuple[str, ...] = ()


CASES = {
    "a cooperative mixin calls the sibling that only the leaf knows": Case(
        """
class Base:
    def __init__(self, config): self.config = config
class Meta:
    def __init__(self, config):
        super().__init__(config)
        self.tower = 1
class Leaf(Meta, Base): ...
def main(): Leaf(3)
""",
        {"main -> Meta.__init__ [Leaf]", "Meta.__init__ -> Base.__init__ [Leaf]"},
        writes={"config": ["Leaf in Base.__init__"], "tower": ["Leaf in Meta.__init__"]},
    ),
    "super of a base skips a level": Case(
        """
class A:
    def __init__(self): self.a = 1
class B(A):
    def __init__(self): self.b = 1
class C(B):
    def __init__(self): super(B, self).__init__()
def main(): C()
""",
        {"main -> C.__init__ [C]", "C.__init__ -> A.__init__ [C]"},
        writes={"a": ["C in A.__init__"], "b": []},
    ),
    "an unbound base method is called on self": Case(
        """
class Base:
    def __init__(self): self.base = 1
class Leaf(Base):
    def __init__(self): Base.__init__(self)
def main(): Leaf()
""",
        {"main -> Leaf.__init__ [Leaf]", "Leaf.__init__ -> Base.__init__ [Leaf]"},
    ),
    "an abstract method is the leaf's": Case(
        """
from abc import ABC, abstractmethod
class Meta(ABC):
    @abstractmethod
    def get_model(self): ...
    def get_tower(self): return self.get_model().tower()
class Model:
    def tower(self): return 1
class Leaf(Meta):
    def __init__(self): self.model = Model()
    def get_model(self): return self.model
def main(): Leaf().get_tower()
""",
        {
            "main -> Leaf.__init__ [Leaf]",
            "main -> Meta.get_tower [Leaf]",
            "Meta.get_tower -> Leaf.get_model [Leaf]",
            "Meta.get_tower -> Model.tower [Model]",
        },
    ),
    "a factory chooses by substring": Case(
        """
class Clip:
    def load(self): ...
class Siglip:
    def load(self): ...
def build(name):
    if "siglip" in name.lower(): return Siglip()
    if "clip" in name.lower(): return Clip()
    raise ValueError(name)
def main(): build("openai/CLIP-vit").load()
""",
        {"main -> build", "main -> Clip.load [Clip]"},
    ),
    "a namespace made of a dict": Case(
        """
from types import SimpleNamespace
class Tower:
    def go(self): ...
def main():
    settings = {"tower": Tower(), "size": 3}
    SimpleNamespace(**settings).tower.go()
""",
        {"main -> Tower.go [Tower]"},
    ),
    "setattr in a loop over keyword arguments": Case(
        """
class Config:
    def __init__(self, **kwargs):
        for key, value in kwargs.items():
            setattr(self, key, value)
class Tower:
    def go(self): ...
def main():
    config = Config(tower=Tower())
    config.tower.go()
""",
        {"main -> Config.__init__ [Config]", "main -> Tower.go [Tower]"},
        writes={"tower": ["Config in Config.__init__"]},
    ),
    "hasattr is decided both ways": Case(
        """
class Config:
    def __init__(self): self.tower = 1
def there(): ...
def missing(): ...
def absent(): ...
def main():
    config = Config()
    if hasattr(config, "tower"): there()
    else: missing()
    if hasattr(config, "bridge"): missing()
    else: absent()
""",
        {"main -> Config.__init__ [Config]", "main -> there ?", "main -> absent ?"},
        guards={
            "there": {'hasattr(config, "tower"): true'},
            "absent": {'not hasattr(config, "bridge"): false'},
        },
    ),
    "getattr falls back to its default": Case(
        """
class Config: ...
class Tower:
    def go(self): ...
def main():
    getattr(Config(), "tower", Tower()).go()
""",
        {"main -> Tower.go [Tower]"},
    ),
    "an attribute of None raises": Case(
        """
class Model:
    def __init__(self): self.tower = None
    def get(self): return self.tower
def never(): ...
def main():
    Model().get().is_loaded
    never()
""",
        {"main -> Model.__init__ [Model]", "main -> Model.get [Model]"},
        raises={"AttributeError in main"},
    ),
    "an early return guards what follows": Case(
        """
def late(): ...
def run(tower):
    if tower is None:
        return
    late()
def main(): run("x")
""",
        {"main -> run", "run -> late ?"},
        guards={"late": {"not tower is None: false"}},
    ),
    "an unknown condition goes both ways": Case(
        """
import os
def one(): ...
def two(): ...
def main():
    if os.environ.get("SOMETHING"): one()
    else: two()
""",
        {"main -> one ?", "main -> two ?"},
        guards={
            "one": {'os.environ.get("SOMETHING"): undecided'},
            "two": {'not os.environ.get("SOMETHING"): undecided'},
        },
    ),
    "a module wrapped in a list": Case(
        """
class Tower:
    def go(self): ...
class Model:
    def __init__(self, fsdp): self.tower = [Tower()] if fsdp else Tower()
    def get(self):
        tower = self.tower
        if isinstance(tower, list): tower = tower[0]
        return tower
def main(): Model(True).get().go()
""",
        {"main -> Model.__init__ [Model]", "main -> Model.get [Model]", "main -> Tower.go [Tower]"},
    ),
    "a patch at module level": Case(
        """
class Base:
    def forward(self): ...
class Leaf(Base): ...
def patched(self): ...
Base.forward = patched
def main(): Leaf().forward()
""",
        {"main -> patched [Leaf]"},
    ),
    "a patch in a function that is never called": Case(
        """
class Base:
    def forward(self): ...
def patched(self): ...
def patch(): Base.forward = patched
def main(): Base().forward()
""",
        {"main -> Base.forward [Base]"},
    ),
    "closures and wrapping decorators": Case(
        """
import functools
def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs): return function(*args, **kwargs)
    return wrapper
class Model:
    @logged
    def forward(self, x): return x
def main(): Model().forward(1)
""",
        {"<top> -> logged", "main -> logged.wrapper", "logged.wrapper -> Model.forward [Model]"},
    ),
    "a decorator with arguments": Case(
        """
registry = {}
def register(name):
    def keep(cls):
        registry[name] = cls
        return cls
    return keep
@register("tower")
class Tower:
    def go(self): ...
def main(): registry["tower"]().go()
""",
        {"<top> -> register", "<top> -> register.keep", "main -> Tower.go [Tower]"},
    ),
    "a method rebound to a partial": Case(
        """
import functools
class Model:
    def forward(self, x, scale=1): return x
def main():
    model = Model()
    model.forward = functools.partial(model.forward, scale=2)
    model.forward(1)
""",
        {"main -> Model.forward [Model]"},
    ),
    "properties and their setters": Case(
        """
class Tower:
    def size(self): return 1
class Model:
    @property
    def tower(self): return Tower()
    @property
    def size(self): return self.tower.size()
    @size.setter
    def size(self, value): self.kept = value
def main():
    model = Model()
    model.size
    model.size = 3
""",
        {
            "main -> Model.size [Model]",
            "main -> Model.size#2 [Model]",
            "Model.size -> Model.tower [Model]",
            "Model.size -> Tower.size [Tower]",
        },
        writes={"kept": ["Model in Model.size#2"]},
    ),
    "a generator runs where it is iterated": Case(
        """
def item(): return 1
def items(): yield item()
def use(source):
    for each in source: ...
def main(): use(items())
""",
        {"main -> use", "use -> items", "items -> item"},
    ),
    "a context manager made of a generator": Case(
        """
from contextlib import contextmanager
def enter(): ...
def leave(): ...
@contextmanager
def managed():
    enter()
    yield 1
    leave()
def body(): ...
def main():
    with managed(): body()
""",
        {"main -> managed", "managed -> enter", "managed -> leave", "main -> body"},
    ),
    "a context manager class": Case(
        """
class Managed:
    def __enter__(self): return self
    def __exit__(self, *rest): ...
    def use(self): ...
def main():
    with Managed() as managed: managed.use()
""",
        {"main -> Managed.__enter__ [Managed]", "main -> Managed.use [Managed]", "main -> Managed.__exit__ [Managed]"},
    ),
    "fields of a dataclass": Case(
        """
from dataclasses import dataclass, field
class Tower:
    def go(self): ...
@dataclass
class Config:
    name: str = "clip"
    tower: Tower = field(default_factory=Tower)
    def __post_init__(self): self.kind = self.name
def main(): Config().tower.go()
""",
        {"main -> Config.__post_init__ [Config]", "main -> Tower.go [Tower]"},
        writes={"kind": ["Config in Config.__post_init__"]},
    ),
    "members of an enumeration": Case(
        """
from enum import Enum
class Kind(Enum):
    CLIP = "clip"
    OTHER = "other"
    def load(self): ...
def clip(): ...
def main():
    Kind("clip").load()
    if Kind.CLIP.value == "clip": clip()
""",
        {"main -> Kind.load [Kind]", "main -> clip ?"},
    ),
    "recursion ends": Case(
        """
def even(n): return True if n == 0 else odd(n - 1)
def odd(n): return False if n == 0 else even(n - 1)
def main(): even(6)
""",
        {"main -> even", "even -> odd ?", "odd -> even ?"},
    ),
    "contents of dicts, lists and sets": Case(
        """
class A:
    def go(self): ...
class B:
    def go(self): ...
class C:
    def go(self): ...
def main():
    table = {"a": A, "b": B}
    table["a"]().go()
    row = [A()]
    row.append(B())
    row[1].go()
    some = set()
    some.add(C())
    for each in some: each.go()
""",
        {"main -> A.go [A]", "main -> B.go [B]", "main -> C.go [C] ?"},
    ),
    "the command line decides": Case(
        """
import argparse
def clip(): ...
def other(): ...
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tower", default="other")
    args = parser.parse_args()
    if args.tower == "clip": clip()
    else: other()
""",
        {"main -> clip ?"},
        guards={"clip": {'args.tower == "clip": true'}},
        argv=("--tower", "clip"),
    ),
    "an import that fails is caught": Case(
        """
try:
    import module_of_nobody
except ImportError:
    module_of_nobody = None
def fallback(): ...
def main():
    if module_of_nobody is None: fallback()
""",
        {"main -> fallback ?"},
    ),
    "comprehensions and lambdas": Case(
        """
class Layer:
    def __init__(self, index): self.index = index
    def run(self): return self.index
def main():
    layers = [Layer(i) for i in range(2)]
    apply = lambda layer: layer.run()
    [apply(layer) for layer in layers]
""",
        {
            "main -> Layer.__init__ [Layer]",
            "main -> main.<lambda>#1",
            "main.<lambda>#1 -> Layer.run [Layer]",
        },
    ),
    "__getattr__ delegates": Case(
        """
class Inner:
    def go(self): ...
class Outer:
    def __init__(self): self.inner = Inner()
    def __getattr__(self, name): return getattr(self.inner, name)
def main(): Outer().go()
""",
        {"main -> Outer.__init__ [Outer]", "main -> Outer.__getattr__ [Outer]", "main -> Inner.go [Inner]"},
    ),
    "one local is a string, then a module": Case(
        """
class Tower:
    def load(self): ...
def main():
    tower = "clip"
    tower.lower()
    tower = Tower()
    tower.load()
""",
        {"main -> Tower.load [Tower]"},
    ),
    "an exception is caught by its base": Case(
        """
def fail(): raise KeyError("x")
def rescue(): ...
def main():
    try: fail()
    except LookupError: rescue()
""",
        {"main -> fail", "main -> rescue ?"},
    ),
    "a __getattr__ that may raise leaves the default open": Case(
        """
def own(): ...
def default(): ...
class Store:
    def __init__(self): self.kept = {}
    def __getattr__(self, name):
        kept = self.__dict__["kept"]
        if name in kept: return kept[name]
        raise AttributeError(name)
def main():
    store = Store()
    store.kept["known"] = True
    store.kept[ascii(store)] = True
    if getattr(store, "known", False): own()
    if getattr(store, "other", False): own()
    else: default()
""",
        {
            "main -> Store.__init__ [Store]",
            "main -> Store.__getattr__ [Store]",
            "main -> own ?",
            "main -> default ?",
        },
        guards={
            "own": {'getattr(store, "known", False): true', 'getattr(store, "other", False): undecided'},
            "default": {'not getattr(store, "other", False): undecided'},
        },
    ),
    "an item that was deleted is gone": Case(
        """
def kept(): ...
def gone(): ...
class Table:
    def __delitem__(self, name): ...
def main():
    settings = {"tower": kept, "other": kept}
    del settings["other"]
    if "other" in settings: kept()
    else: gone()
    settings["tower"]()
    towers = [gone, kept]
    del towers[0]
    towers[0]()
    del Table()["x"]
""",
        {"main -> gone ?", "main -> kept", "main -> Table.__delitem__ [Table]"},
    ),
    "an unknown key may take any item": Case(
        """
def there(): ...
def gone(): ...
def main():
    settings = {"tower": 1}
    settings.pop(ascii(main), None)
    if "tower" in settings: there()
    else: gone()
""",
        {"main -> there ?", "main -> gone ?"},
    ),
    "a namespace has only what it was given": Case(
        """
from types import SimpleNamespace
def clip(): ...
def other(): ...
def main():
    config = SimpleNamespace(**{"tower": "clip"})
    if "clip" in getattr(config, "mm_tower", getattr(config, "tower", "")): clip()
    else: other()
""",
        {"main -> clip ?"},
    ),
    "every member of a set has its turn": Case(
        """
class A:
    def go(self): ...
class B:
    def go(self): ...
def main():
    for each in {A(), B()}: each.go()
""",
        {"main -> A.go [A] ?", "main -> B.go [B] ?"},
    ),
    "class methods make the class they are asked on": Case(
        """
class Base:
    @classmethod
    def from_pretrained(cls, name): return cls(name)
    def __init__(self, name): self.name = name
class Leaf(Base):
    def go(self): ...
def main(): Leaf.from_pretrained("x").go()
""",
        {
            "main -> Base.from_pretrained [Leaf]",
            "Base.from_pretrained -> Base.__init__ [Leaf]",
            "main -> Leaf.go [Leaf]",
        },
        writes={"name": ["Leaf in Base.__init__"]},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_walk_finds(case: Case, tmp_path: Path) -> None:
    found = walk(tmp_path, case.source, argv=case.argv)
    assert found.edges == case.edges
    assert found.raises == case.raises
    assert {name: found.first_writes(name) for name in case.writes} == case.writes
    assert {name: found.guards_of(name) for name in case.guards} == case.guards


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_run_calls_nothing_else(case: Case, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(case.source)
    predicted = {plain(edge) for edge in walk(tmp_path, case.source, argv=case.argv).edges}
    observed = {plain(edge) for edge in observe_edges(case.source, case.argv)}
    assert observed <= predicted
    sure = {plain(edge) for edge in case.edges if not edge.endswith("?")}
    assert sure <= observed


def plain(edge: str) -> str:
    return edge.removesuffix(" ?").partition(" [")[0].replace("#2", "").replace("#1", "")


# --- what a run cannot show ------------------------------------------------------------------------------------------


def test_the_chain_leads_to_the_first_write(tmp_path: Path) -> None:
    source = """
class Config: ...
class Model:
    def __init__(self, config): self.build(config)
    def build(self, config): config.tower = "clip"
def main(): Model(Config())
"""
    found = walk(tmp_path, source)
    assert found.first_writes("tower") == ["Config in Model.build"]
    assert found.chains("tower") == [["Model.__init__", "Model.build"]]
    assert found.sources("tower") == {"literal 'clip'"}


def test_an_undecided_write_is_a_candidate_beside_the_certain_one(tmp_path: Path) -> None:
    source = """
import os
class Config: ...
def early(config): config.tower = 1
def late(config): config.tower = 2
def main():
    config = Config()
    if os.environ.get("EARLY"): early(config)
    late(config)
"""
    assert walk(tmp_path, source).first_writes("tower") == ["Config in early ?", "Config in late"]


def test_an_exception_is_predicted_where_it_is_raised(tmp_path: Path) -> None:
    source = """
def build(name):
    if name == "clip": return 1
    raise ValueError(name)
def main(): build("other")
"""
    (predicted,) = walk(tmp_path, source).trace.raises
    assert predicted.exception == "builtins:ValueError"
    assert predicted.site.owner == "app:build"
    assert [edge.callee for edge in predicted.chain][-1:] == ["app:build"]


READ_JSON = """
import json
def clip(): ...
def other(): ...
class Config: ...
def main():
    with open("model/config.json") as file:
        content = json.load(file)
    config = Config()
    config.tower = content["tower"]
    if config.tower == "clip": clip()
    else: other()
"""


@pytest.mark.parametrize(("tower", "callee"), [("clip", "clip"), ("siglip", "other")])
def test_a_declared_file_decides(tower: str, callee: str, tmp_path: Path) -> None:
    found = walk(tmp_path, READ_JSON, data={"model/config.json": f'{{"tower": "{tower}"}}'.encode()})
    assert found.edges == {f"main -> {callee} ?"}
    assert found.sources("tower") == {f"model/config.json, key tower: {tower!r}"}


def test_a_file_that_is_not_declared_decides_nothing(tmp_path: Path) -> None:
    assert walk(tmp_path, READ_JSON).edges == {"main -> clip ?", "main -> other ?"}


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("def main(n): return [main(n - 1), main(n - 2)]\n", id="a tree of calls to itself"),
        pytest.param("def main(n=0):\n    while True: n = (n, n)\n", id="a tuple that grows"),
        pytest.param(
            "def main():\n    row = []\n    row.append(row)\n    for x in row: x.append(x)\n", id="a cyclic list"
        ),
        pytest.param(
            "class Node:\n    def __init__(self, next): self.next = next\n"
            "def main(node=None):\n    for i in range(9): node = Node(node)\n    while node: node = node.next\n",
            id="a linked list",
        ),
        pytest.param(
            "def main():\n" + "".join(f"{'    ' * (i + 1)}if x{i}:\n" for i in range(60)) + "    " * 61 + "pass\n",
            id="deep statements",
        ),
        pytest.param("def main(): return " + "(" * 150 + "f()" + ")" * 150 + "\ndef f(): ...\n", id="deep brackets"),
        pytest.param("def main(): return f()" + ".a()" * 400 + "\ndef f(): return f()\n", id="a long chain"),
        pytest.param("class A(A0 := object): ...\ndef main(): A().x = A()\n", id="a walrus among the bases"),
    ],
)
def test_a_walk_ends(source: str, tmp_path: Path) -> None:
    assert walk(tmp_path, source).trace.bounds == ()


def test_a_package_in_disguise_is_asked_by_its_getattr(tmp_path: Path) -> None:
    package = tmp_path / "lazy"
    package.mkdir()
    (package / "machinery.py").write_text("class Lazy:\n    def __getattr__(self, name): ...\n")
    (package / "towers.py").write_text("class Clip: ...\n")
    (package / "__init__.py").write_text(
        "from typing import TYPE_CHECKING\nfrom .machinery import Lazy\n"
        "if TYPE_CHECKING:\n    from .towers import Clip\n"
        "else:\n    import sys\n    sys.modules[__name__] = Lazy()\n"
    )
    found = walk(tmp_path, "from lazy import Clip, towers\nfrom lazy import Clip as Again\ndef main(): Clip()\n",
                 followed=("lazy",))  # fmt: skip
    edges = [edge for edge in found.trace.edges() if edge.callee == "lazy.machinery:Lazy.__getattr__"]
    assert [(edge.site.form, edge.site.span.line, edge.must) for edge in edges] == [("import", 1, False)]


# --- the result depends on the source alone --------------------------------------------------------------------------

PRINT_TRACES = """
import sys
from pathlib import Path
from tests.unit.link.test_walk import CASES
from tests.unit.link.walking import walk
for case in CASES.values():
    trace = walk(Path(sys.argv[1]), case.source, argv=case.argv).trace
    print(trace)
"""


def test_the_hash_seed_changes_nothing(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    outputs = set()
    for seed in ("0", "1", "77"):
        environment = {"PYTHONHASHSEED": seed, "PATH": ""}
        run = subprocess.run(
            [sys.executable, "-c", PRINT_TRACES, str(tmp_path)],
            cwd=root, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        outputs.add(run.stdout)
    assert len(outputs) == 1


# --- the library models are needed -----------------------------------------------------------------------------------

NEEDED = {
    "functools:partial": "a method rebound to a partial",
    "types:SimpleNamespace": "a namespace made of a dict",
    "contextlib.contextmanager": "a context manager made of a generator",
    "argparse.ArgumentParser.parse_args": "the command line decides",
    "dataclasses.dataclass": "fields of a dataclass",
}


@pytest.mark.parametrize("entry", NEEDED)
def test_without_its_model_a_case_comes_out_differently(entry: str, tmp_path: Path) -> None:
    source = CASES[NEEDED[entry]].source
    assert edges_with(Library(), tmp_path, source) != edges_with(Library(frozenset({entry})), tmp_path, source)


def edges_with(library: Library, folder: Path, source: str) -> set[str]:
    machine = machine_for(folder, source, library)
    with recursion_room():
        trace = walk_functions(machine, ["app"], ["app:main"])
    return Walk(trace, machine).edges
