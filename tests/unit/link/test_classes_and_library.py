"""Classes, attributes and the library's models: what a walk finds in a few lines, each also run for real."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.link.test_walk import Case, plain
from tests.unit.link.walking import classes_of, observe_edges, walk

CASES = {
    "named tuples keep their fields as items and as attributes": Case(
        """
from typing import NamedTuple
from collections import namedtuple
class T:
    def go(self): return 1
class P(NamedTuple):
    t: T
    n: int = 1
    def run(self): return self.t.go()
Q = namedtuple("Q", "t n", defaults=[3])
class R(namedtuple("R", ["t"])):
    def __new__(cls, t):
        return super().__new__(cls, t)
    def run(self): return self.t.go()
def a(): pass
def b(): pass
def c(): pass
def main():
    p = P(T())
    p.run()
    if p.n == 1: a()
    else: b()
    t, n = Q(T())
    t.go()
    Q(T(), 4)[0].go()
    R(T()).run()
    p._replace(n=2).run()
    if p._asdict()["n"] == 1: c()
""",
        {
            "P.run -> T.go [T]",
            "R.run -> T.go [T]",
            "main -> P.run [P]",
            "main -> R.__new__ [R]",
            "main -> R.run [R]",
            "main -> T.go [T]",
            "main -> a ?",
            "main -> c ?",
        },
    ),
    "a typed dict is a dict": Case(
        """
from typing import TypedDict
class T(TypedDict):
    x: int
def a(): pass
def main():
    t = T(x=1)
    if t["x"] == 1: a()
    t.get("x")
""",
        {
            "main -> a ?",
        },
    ),
    "type() makes a class": Case(
        """
class B:
    def go(self): return self.stop()
def stop(self): return 2
def main():
    N = type("N", (B,), {"stop": stop, "k": 1})
    N().go()
    class C(type("M",(N,),{})): ...
    C().go()
""",
        {
            "B.go -> stop [N]",
            "B.go -> stop [main.C]",
            "main -> B.go [N]",
            "main -> B.go [main.C]",
        },
    ),
    "a module's subclass asks its __getattr__": Case(
        """
import types
class M(types.ModuleType):
    def __getattr__(self, name): return self.make(name)
    def make(self, name): return 3
def a(): pass
def main():
    m = M("x")
    m.foo
    m.__name__
    if isinstance(m, types.ModuleType): a()
    if isinstance(types, types.ModuleType): a()
""",
        {
            "M.__getattr__ -> M.make [M]",
            "main -> M.__getattr__ [M]",
            "main -> a ?",
        },
    ),
    "a deque has two ends and may be bounded": Case(
        """
import collections
def a(): pass
def b(): pass
def c(): pass
def main():
    q = collections.deque(maxlen=3)
    q.appendleft(1); q.append(2); q.append(3); q.append(4)
    q.extendleft([7]); q.rotate(1)
    q.popleft()
    if len(q) == 2: a()
    r = collections.deque([1, 2])
    r.appendleft(0)
    if r.popleft() == 0: b()
    if r.pop() == 2: c()
    r.clear()
    if not r: a()
    for x in collections.deque([a, b]): x()
""",
        {
            "main -> a ?",
            "main -> b ?",
            "main -> c ?",
        },
    ),
    "a group adds its options to the parser": Case(
        """
import argparse
def ok(): pass
def main():
    p = argparse.ArgumentParser()
    g = p.add_mutually_exclusive_group()
    g.add_argument("--y")
    p.parse_args([]).y
    ok()
""",
        {
            "main -> ok",
        },
    ),
    "IOError is another name of OSError": Case(
        """
class E(IOError): pass
def ok(): pass
def ok2(): pass
def main():
    try: raise IOError("x")
    except OSError: ok()
    try: raise E("x")
    except EnvironmentError: ok2()
""",
        {
            "main -> ok ?",
            "main -> ok2 ?",
        },
    ),
    "singledispatch chooses by the first argument": Case(
        """
import functools
class A: pass
class B(A): pass
def ok(): pass
@functools.singledispatch
def show(x): ok()
@show.register
def _(x: int): return 1
@show.register(str)
def on_str(x): return 2
def on_a(x): return 3
show.register(A, on_a)
def main():
    show(1); show("a"); show(B()); show(1.5)
""",
        {
            "main -> _",
            "main -> on_a",
            "main -> on_str",
            "main -> show",
            "show -> ok",
        },
    ),
    "a descriptor is told its name, and goes before the instance": Case(
        """
class D:
    def __set_name__(self, owner, name): self.name = "_" + name
    def __get__(self, obj, cls):
        if obj is None: return self
        return obj.__dict__.get(self.name, 0)
    def __set__(self, obj, value): obj.__dict__[self.name] = value
class C:
    x = D()
    def __init__(self): self.x = 3
def ok(): pass
def main():
    c = C()
    c.x = 5
    c.x
    C.x
    if c._x == 5: ok()
""",
        {
            "<top> -> D.__set_name__ [D]",
            "C.__init__ -> D.__set__ [D]",
            "main -> C.__init__ [C]",
            "main -> D.__get__ [D]",
            "main -> D.__set__ [D]",
            "main -> ok ?",
        },
    ),
    "a metaclass answers for what a class lacks": Case(
        """
class Meta(type):
    def __getattr__(cls, name): return 3
class Dummy(metaclass=Meta): pass
class Meta2(type):
    def __getattribute__(cls, key):
        if key.startswith("_"): return super().__getattribute__(key)
        return no
def no(): pass
class D2(metaclass=Meta2):
    _x = 1
def ok(): pass
def main():
    Dummy.foo
    D2.bar()
    D2._x
    ok()
""",
        {
            "main -> Meta.__getattr__",
            "main -> Meta2.__getattribute__",
            "main -> no",
            "main -> ok",
        },
    ),
    "a metaclass makes each instance once": Case(
        """
class Single(type):
    _i = {}
    def __call__(cls, *a, **k):
        if cls not in cls._i: cls._i[cls] = super().__call__(*a, **k)
        return cls._i[cls]
class Config(metaclass=Single):
    def __init__(self, x): self.x = x
    def go(self): pass
def ok(): pass
def main():
    Config(1).go()
    Config(2).go()
    if Config(3).x: ok()
""",
        {
            "Single.__call__ -> Config.__init__ [Config] ?",
            "main -> Config.go [Config]",
            "main -> Single.__call__",
            "main -> ok ?",
        },
    ),
    "an instance dict may be another dict": Case(
        """
class AttrDict(dict):
    def __init__(self, *a, **k):
        super().__init__(*a, **k)
        self.__dict__ = self
class O: pass
def ok(): pass
def no(): pass
def main():
    d = AttrDict(a=1)
    d.a
    d["b"] = ok
    d.b()
    o = O()
    o.z = 1
    o.__dict__ = {"x": ok, "y": 2}
    o.x()
    if o.y == 2: ok()
    o.q = 3
    o.q
    if "x" in o.__dict__: no()
""",
        {
            "main -> AttrDict.__init__ [AttrDict]",
            "main -> no ?",
            "main -> ok",
            "main -> ok ?",
        },
    ),
    "a context manager may be a method": Case(
        """
from contextlib import contextmanager
class C:
    @contextmanager
    def ev(self):
        self.a()
        yield 3
    def a(self): pass
def main():
    with C().ev() as x: pass
""",
        {
            "C.ev -> C.a [C]",
            "main -> C.ev [C]",
        },
    ),
    "operators, callbacks and reflection called from C": Case(
        """
import functools
from functools import reduce, partialmethod
class V:
    def __init__(self, n): self.n = n
    def __add__(self, o): return V(1)
    def __radd__(self, o): return self
    def __lt__(self, o): return True
    def __gt__(self, o): return True
    def __bool__(self): return bool(self.n)
    def __hash__(self): return 1
    def __eq__(self, o): return True
class P:
    def base(self, a, b): return self.done(b)
    def done(self, b): pass
    one = partialmethod(base, 1)
def add(a, b): return a
def key(x): return 1
def build_a(): pass
def build_b(): pass
def ok(): pass
def main():
    reduce(add, [1, 2, 3])
    sum([V(1), V(2)])
    max([V(1), V(2)])
    sorted([V(1), V(2)])
    xs = [3, 1]; xs.sort(key=key)
    if V(0): ok()
    d = {V(1): 2}
    {V(2)}
    P().one(2)
    n = "a"
    globals()[f"build_{n}"]()
    import sys
    getattr(sys.modules[__name__], "build_b")()
    bool(V(1))
    not V(1)
    hash(V(1))
    while V(0): pass
""",
        {
            "P.base -> P.done [P]",
            "V.__add__ -> V.__init__ [V]",
            "main -> P.base [P]",
            "main -> V.__add__ [V]",
            "main -> V.__bool__ [V]",
            "main -> V.__gt__ [V]",
            "main -> V.__hash__ [V]",
            "main -> V.__init__ [V]",
            "main -> V.__lt__ [V]",
            "main -> V.__radd__ [V]",
            "main -> add",
            "main -> build_a",
            "main -> build_b",
            "main -> key",
        },
    ),
    "abstract collections ask for methods": Case(
        """
from collections.abc import Iterable, Callable, Sized, Mapping, Iterator
import typing
from contextlib import AbstractContextManager
class C:
    def __iter__(self): return iter([])
    def __call__(self): pass
    def __len__(self): return 0
    def __enter__(self): return self
    def __exit__(self, *a): pass
class N: pass
def ok(): pass
def no(): pass
def f(): pass
def main():
    c = C()
    if isinstance(c, Iterable): ok()
    else: no()
    if isinstance(c, Callable) and isinstance(c, Sized): ok()
    else: no()
    if isinstance(N(), Iterable) or isinstance(N(), Sized) or isinstance(c, Mapping) or isinstance(c, Iterator): no()
    if isinstance([], typing.Iterable) and isinstance({}, Mapping) and isinstance("", Sized): ok()
    else: no()
    if isinstance(f, Callable): ok()
    if isinstance(c, AbstractContextManager): ok()
    else: no()
    if isinstance(3, Iterable): no()
    if isinstance([], Iterator): no()
    if isinstance((x for x in []), Iterator): ok()
""",
        {
            "main -> no ?",
            "main -> ok ?",
        },
    ),
    "a class may be registered with another": Case(
        """
import abc, collections.abc
class Base(abc.ABC): pass
class Foreign: pass
class Sub(Foreign): pass
class Other: pass
class Seq: pass
collections.abc.Sequence.register(Seq)
Base.register(Foreign)
def ok(): pass
def no(): pass
def main():
    if isinstance(Foreign(), Base): ok()
    if isinstance(Sub(), Base): ok()
    if isinstance(Other(), Base): no()
    if isinstance(Seq(), collections.abc.Sequence): ok()
    if isinstance(Seq(), collections.abc.Reversible): no()
""",
        {
            "main -> no ?",
            "main -> ok ?",
        },
    ),
    "a class of an abstract base is known by registration alone": Case(
        """
from abc import ABC
class Base(ABC): ...
class Foreign: ...
class Other: ...
Base.register(Foreign)
def yes(): ...
def no(): ...
def main():
    if isinstance(Foreign(), Base): yes()
    if isinstance(Other(), Base): no()
""",
        {"main -> yes ?"},
    ),
    "groups, commands and defaults of a command line": Case(
        """
import argparse
def run(args): ...
def serve(args): ...
def grouped(): ...
def chosen(): ...
def constant(): ...
def switched(): ...
def ended(): ...
def never(): ...
def main():
    parser = argparse.ArgumentParser()
    parser.add_mutually_exclusive_group().add_argument("--y", default=3)
    parser.add_argument_group("more").add_argument("--z", action="store_const", const=4)
    parser.add_argument("--flag", action=argparse.BooleanOptionalAction)
    commands = parser.add_subparsers(dest="command")
    train = commands.add_parser("train", aliases=["t"])
    train.add_argument("--lr", type=float)
    train.set_defaults(func=run)
    commands.add_parser("serve").set_defaults(func=serve)
    args = parser.parse_args(["--z", "--no-flag", "train", "--lr", "3"])
    if args.y == 3: grouped()
    if args.command == "train": chosen()
    if args.z == 4: constant()
    if args.flag is False and args.lr == 3: switched()
    args.func(args)
    try: parser.error("that is all")
    except SystemExit: ended()
    else: never()
""",
        {
            "main -> grouped ?",
            "main -> chosen ?",
            "main -> constant ?",
            "main -> switched ?",
            "main -> run",
            "main -> ended ?",
        },
    ),
    "a parser whose options are not all known makes namespaces that may have more": Case(
        """
import argparse, os
def ok(): ...
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--" + os.environ.get("TRACER_NO_SUCH", "size"), default=1)
    parser.parse_args([]).size
    other = argparse.ArgumentParser(parents=[parser], add_help=False)
    other.parse_args([]).size
    ok()
""",
        {"main -> ok"},
    ),
    "a command line that does not fit ends the program": Case(
        """
import argparse
def a(): ...
def b(): ...
def c(): ...
def d(): ...
def e(): ...
def never(): ...
def main():
    p = argparse.ArgumentParser()
    p.add_argument("word")
    try: p.parse_args([]); never()
    except SystemExit: a()
    p = argparse.ArgumentParser()
    p.add_argument("--kind", choices=["one", "two"])
    try: p.parse_args(["--kind", "three"]); never()
    except SystemExit: b()
    p = argparse.ArgumentParser()
    try: p.parse_args(["--help"]); never()
    except SystemExit: c()
    p = argparse.ArgumentParser()
    p.add_argument("--size", required=True)
    try: p.parse_args([]); never()
    except SystemExit: d()
    p = argparse.ArgumentParser()
    p.add_subparsers(dest="command", required=True).add_parser("train")
    try: p.parse_args([]); never()
    except SystemExit: e()
""",
        {"main -> a ?", "main -> b ?", "main -> c ?", "main -> d ?", "main -> e ?"},
    ),
    "defaults are converted, words are left over, a namespace is filled": Case(
        """
import argparse
def one(): ...
def two(): ...
def three(): ...
def four(): ...
class Space: ...
def main():
    p = argparse.ArgumentParser()
    p.add_argument("--lr", type=int, default="1")
    p.add_argument("--size", type=int)
    p.set_defaults(size="3")
    args, rest = p.parse_known_args(["--other", "1"])
    if args.lr == 1: one()
    if len(rest) == 2 and "--other" in rest: two()
    if args.size == 3: three()
    space = Space()
    space.lr = 5
    p.parse_args(["--size", "4"], namespace=space)
    if space.size == 4 and space.lr == 5: four()
""",
        {"main -> one ?", "main -> two ?", "main -> three ?", "main -> four ?"},
    ),
    "an event loop runs the coroutines that it is given": Case(
        """
import asyncio
class A:
    def go(self): ...
def a(): ...
async def work(): a(); return A()
async def other(): (await work()).go()
async def main_task():
    task = asyncio.create_task(other())
    first, second = await asyncio.gather(work(), asyncio.ensure_future(work()))
    first.go()
    (await asyncio.wait_for(work(), 3)).go()
    await task
async def waiting(): await asyncio.wait_for(work(), None)
def main():
    asyncio.run(main_task())
    loop = asyncio.new_event_loop()
    loop.run_until_complete(waiting())
    loop.close()
""",
        {
            "main -> main_task",
            "main -> waiting",
            "main -> work ?",
            "main -> other ?",
            "main_task -> A.go [A]",
            "waiting -> work",
            "other -> work",
            "other -> A.go [A]",
            "work -> a",
        },
    ),
    "isinstance asks an object of another class for its __class__": Case(
        """
class Asked:
    def __getattribute__(self, name): return note(name)
def note(name): return object
class Same(Asked): ...
def main():
    isinstance(Same(), Asked)
    isinstance(Asked(), int)
""",
        {"main -> Asked.__getattribute__ [Asked]", "Asked.__getattribute__ -> note"},
    ),
    "a tuple stays one where the number of its items is not known": Case(
        """
import os
def yes(): ...
def no(): ...
def check(value):
    if isinstance(value, tuple): yes()
    if isinstance(value, list): no()
def main():
    made = tuple(part for part in os.environ)
    check(made)
    check(made[:2])
    check(made + made)
    longer = made
    longer += (1,)
    check(longer)
    if made is longer: no()
""",
        {"main -> check", "check -> yes ?"},
    ),
    "a cache answers the second call": Case(
        """
from functools import cache, lru_cache
import os
@lru_cache
def bare(x): return x
@lru_cache(maxsize=None)
def sized(): ...
@cache
def perhaps(): return 1
def first():
    bare(1)
    sized()
def second():
    bare(1)
    bare(2)
    sized()
def third():
    perhaps()
    perhaps()
def main():
    first()
    second()
    if os.environ.get("TRACER_NO_SUCH"): perhaps()
    third()
""",
        {
            "main -> first",
            "main -> second",
            "main -> third",
            "first -> bare",
            "first -> sized",
            "second -> bare",
            "main -> perhaps ?",
            "third -> perhaps ?",
        },
    ),
    "a word of a name is looked up": Case(
        """
import re
LOSSES = {"ForCausal": lambda: 1, "ForMasked": lambda: 2}
def none(): ...
class TinyForMasked:
    def loss(self):
        found = re.findall(f"({'|'.join(LOSSES)})", self.__class__.__name__)
        if not found: none()
        return LOSSES[found[0]]()
def main():
    TinyForMasked().loss()
    if re.findall("(a+)+b", "aaa"): none()
""",
        {"main -> TinyForMasked.loss [TinyForMasked]", "TinyForMasked.loss -> <lambda>#2", "main -> none ?"},
    ),
    "what is only passed on to __post_init__ is no field": Case(
        """
from dataclasses import InitVar, dataclass
@dataclass
class Tower:
    size: int
    flag: InitVar[bool] = True
    def __post_init__(self, flag): self.go() if flag else self.stop()
    def go(self): ...
    def stop(self): ...
def main(): Tower(3)
""",
        {"main -> Tower.__post_init__ [Tower]", "Tower.__post_init__ -> Tower.go [Tower] ?"},
    ),
    "a metaclass answers isinstance": Case(
        """
class Meta(type):
    def __instancecheck__(cls, x): return x.good
class B(metaclass=Meta): pass
class X: good = True
def ok(): pass
def main():
    if isinstance(X(), B): ok()
""",
        {
            "main -> Meta.__instancecheck__",
            "main -> ok ?",
        },
    ),
    "an instance may change its class": Case(
        """
class A:
    def go(self): pass
class B:
    def go(self): pass
def ok(): pass
def no(): pass
def main():
    a = A()
    a.go()
    a.__class__ = B
    if type(a) is B: ok()
    if isinstance(a, A): no()
    a.go()
""",
        {
            "main -> A.go [A]",
            "main -> B.go",
            "main -> ok ?",
        },
    ),
    "every access binds a method anew": Case(
        """
class M:
    def get(self): pass
def ok(): pass
def no(): pass
def main():
    m = M()
    if m.get is m.get: no()
    g = m.get
    if g is g: ok()
    if m.get == m.get: ok()
""",
        {
            "main -> no ?",
            "main -> ok ?",
        },
    ),
    "items that are not there, equal keys and formatted fields": Case(
        """
class A:
    def run(self): pass
def ok(): pass
def no(): pass
def main():
    try: [A(), A()][5].run()
    except IndexError: ok()
    if True in {1}: ok()
    if {1: "a"}.get(True) == "a": ok()
    if {1.0: "a"}[1] == "a": ok()
    if f"{3:02d}" == "03": ok()
    else: no()
    if f"{'a'!r}" == "a": no()
    if [1, 2][-1] == 2: ok()
    if (1, 2)[1] == 2: ok()
    try: (1, 2)[7]
    except IndexError: ok()
    try: {"a": 1}["b"]
    except KeyError: ok()
""",
        {
            "main -> no ?",
            "main -> ok ?",
        },
    ),
    "what isinstance is called does not matter": Case(
        """
class A:
    def a(self): pass
class B:
    def b(self): pass
def pick(n): return A() if n else B()
is_a = isinstance
def isinstance(x, c): return True
def main():
    import sys
    x = pick(len(sys.argv) > 3)
    if is_a(x, B): x.b()
    y = pick(len(sys.argv) > 3)
    if isinstance(y, A) and hasattr(y, "b"): y.b()
""",
        {
            "main -> B.b [B] ?",
            "main -> isinstance",
            "main -> pick",
        },
    ),
    "a missing argument ends the program": Case(
        """
class M:
    def __init__(self, x): self.x = x
def ok(): pass
def main():
    M()
    ok()
""",
        set(),
        raises={"TypeError in main"},
    ),
    "arguments that cannot be bound are caught": Case(
        """
def f(a, *, b): pass
def ok(): pass
def main():
    try: f(1)
    except TypeError: ok()
    try: f(1, b=2, c=3)
    except TypeError: ok()
    try: f(1, 2)
    except TypeError: ok()
    f(1, b=2)
    f(*[1], **{"b": 1})
""",
        {
            "main -> f",
            "main -> ok ?",
        },
    ),
    "object takes no arguments": Case(
        """
class A: pass
def ok(): pass
def main():
    try: A(1)
    except TypeError: ok()
    A()
""",
        {
            "main -> ok ?",
        },
    ),
    "generated constructors and wrappers take their own arguments": Case(
        """
import functools
def deco(f):
    @functools.wraps(f)
    def w(): return f(1)
    return w
@deco
def g(x): pass
class E(Exception): pass
from dataclasses import dataclass
@dataclass
class D:
    x: int = 1
import enum
class En(enum.Enum):
    A = 1
    B = (2, 3)
from typing import NamedTuple
class P(NamedTuple):
    x: int
class T(str): pass
class Meta(type):
    def __call__(cls, *a): return object.__new__(cls)
class Q(metaclass=Meta): pass
class R(Exception):
    def __init__(self, *a): super().__init__(*a)
def ok(): pass
def main():
    g(); E("x"); D(2); En(1); P(1); T("a"); Q(1); R(1)
    ok()
""",
        {
            "<top> -> deco",
            "deco.w -> g",
            "main -> Meta.__call__",
            "main -> R.__init__ [R]",
            "main -> deco.w",
            "main -> ok",
        },
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_walk_finds(case: Case, tmp_path: Path) -> None:
    found = walk(tmp_path, case.source)
    assert found.edges == case.edges
    assert found.raises == case.raises


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_run_calls_nothing_else(case: Case) -> None:
    predicted = {plain(edge) for edge in case.edges}
    observed = {plain(edge) for edge in observe_edges(case.source)}
    assert observed <= predicted
    assert {plain(edge) for edge in case.edges if not edge.endswith("?")} <= observed


# --- words and methods -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("definition", "call"),
    [
        ("def f(a): ...", "f()"),
        ("def f(a, b): ...", "f()"),
        ("def f(a, b, c, /): ...", "f()"),
        ("def f(a, *, b, c): ...", "f(1)"),
        ("def f(a): ...", "f(1, a=2)"),
        ("def f(a): ...", "f(1, b=2)"),
        ("def f(): ...", "f(1)"),
        ("def f(a, b): ...", "f(1, 2, 3)"),
        ("class f: ...", "f(1)"),
    ],
)
def test_a_call_that_cannot_bind_says_what_the_interpreter_says(definition: str, call: str, tmp_path: Path) -> None:
    source = f"{definition}\ndef main(): {call}\n"
    (predicted,) = walk(tmp_path, source).trace.raises
    namespace: dict[str, object] = {}
    exec(definition, namespace)  # noqa: S102 - the case is this test's own
    with pytest.raises(TypeError) as raised:
        eval(call, namespace)  # noqa: S307 - the case is this test's own
    assert (predicted.exception, predicted.message) == ("builtins:TypeError", str(raised.value))


def test_a_class_of_a_library_that_is_not_followed_is_open(tmp_path: Path) -> None:
    source = "import argparse\nclass Parser(argparse.ArgumentParser):\n    def go(self): self.not_seen_here\n"
    source += "def after(): ...\ndef main():\n    Parser().go()\n    after()\n"
    found = walk(tmp_path, source)
    assert found.raises == set()
    assert "main -> after" in found.edges


def test_an_unwalked_base_behind_a_getattr_that_is_walked_is_open_too(tmp_path: Path) -> None:
    source = """
import argparse
class Lazy:
    def __getattr__(self, name): raise AttributeError(name)
class Leaf(Lazy, argparse.ArgumentParser): ...
def after(): ...
def main():
    Leaf().not_seen_here
    after()
"""
    found = walk(tmp_path, source)
    assert found.raises == set()
    assert "main -> after" in found.edges


def test_accessors_and_context_managers_are_methods_under_their_own_name(tmp_path: Path) -> None:
    source = """
import threading
from contextlib import contextmanager
class Worker(threading.Thread):
    @contextmanager
    def paused(self): yield
"""
    methods = classes_of(tmp_path, source)["app:Worker"].methods
    assert methods["paused"] == "app:Worker.paused"
    assert methods["daemon"] == "threading:Thread.daemon"
    assert not [name for name in methods if "#" in name]


def test_the_items_of_an_unreadable_body_are_its_headers(tmp_path: Path) -> None:
    deep = " + ".join(["1"] * 700)
    source = f"class Base: ...\nclass Leaf(Base):\n    def go(self): ...\nx = {deep}\n"
    leaf = classes_of(tmp_path, source)["app:Leaf"]
    assert leaf.mro == ("app:Leaf", "app:Base", "builtins:object")
    assert leaf.methods == {"go": "app:Leaf.go"}


STAND_INS = {
    "sys by another name": "import sys as _sys\n    _sys.modules[__name__] = Lazy()",
    "modules by itself": "from sys import modules\n    modules[__name__] = Lazy()",
    "in two steps": "import sys\n    made = Lazy()\n    sys.modules[__name__] = made",
}


@pytest.mark.parametrize("ending", STAND_INS.values(), ids=STAND_INS)
def test_a_stand_in_is_known_however_it_is_put_there(ending: str, tmp_path: Path) -> None:
    package = tmp_path / "lazy"
    package.mkdir()
    (package / "machinery.py").write_text("class Lazy:\n    def __getattr__(self, name): ...\n")
    (package / "towers.py").write_text("class Clip: ...\n")
    (package / "__init__.py").write_text(
        "from typing import TYPE_CHECKING\nfrom .machinery import Lazy\n"
        f"if TYPE_CHECKING:\n    from .towers import Clip\nelse:\n    {ending}\n"
    )
    found = walk(tmp_path, "from lazy import Clip\ndef main(): Clip()\n", followed=("lazy",))
    assert "lazy.machinery:Lazy.__getattr__" in {edge.callee for edge in found.trace.edges()}


TORCH = """
import torch
from torch.utils.checkpoint import checkpoint
class Double(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): return x
class Layer(torch.nn.Module):
    def inner(self, x): return x
    def forward(self, x):
        torch.utils.checkpoint.checkpoint(self.inner, x, use_reentrant=False)
        return checkpoint(self.inner, x, use_reentrant=False)
def main():
    Layer()(torch.ones(1))
    Double.apply(torch.ones(1))
"""


def test_torch_calls_back(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    assert {plain(edge) for edge in walk(tmp_path, TORCH).edges} == {
        "main -> Layer.forward", "Layer.forward -> Layer.inner", "main -> Double.forward",
    }  # fmt: skip
