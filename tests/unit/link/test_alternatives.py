"""One of several values, nobody knows which: what happens to one of them is never claimed for certain."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.link.test_walk import Case, plain
from tests.unit.link.walking import observe_edges, walk

START = """
import os
def pick(one, two): return one if os.environ.get("PICK_ONE") else two
def ok(): ...
def bad(): ...
"""

CASES = {
    "items, operators, comparisons and iteration of what may be something else": Case(
        START
        + """
class A:
    def __getitem__(self, key): return 1
    def __setitem__(self, key, value): ...
    def __add__(self, other): return self
    def __radd__(self, other): return self
    def __eq__(self, other): return True
    def __contains__(self, item): return True
    def __iter__(self): return iter([1])
    def __len__(self): return 1
def main():
    a = pick(A(), [1, 2])
    a[0]
    a[0] = 2
    for _ in a: ok()
    len(a)
    1 in a
    a == 3
    1 + pick(A(), 1)
    pick(A(), 1) + 1
""",
        {
            "main -> pick",
            "main -> A.__getitem__ [A] ?",
            "main -> A.__setitem__ [A] ?",
            "main -> A.__iter__ [A] ?",
            "main -> A.__len__ [A] ?",
            "main -> A.__contains__ [A] ?",
            "main -> A.__eq__ [A] ?",
            "main -> A.__radd__ [A] ?",
            "main -> A.__add__ [A] ?",
            "main -> ok ?",
        },
    ),
    "what one of several owners gets, each may have": Case(
        START
        + """
class A: x = None
def main():
    first, second = A(), A()
    first.x = second.x = 1
    pick(first, second).x = 2
    setattr(pick(first, second), pick("y", "z"), 3)
    if first.x == 1: ok()
    if second.x == 2: bad()
    if hasattr(first, "y"): bad()
    if hasattr(second, "z"): bad()
""",
        {"main -> pick", "main -> ok ?", "main -> bad ?"},
    ),
    "only one of several raises": Case(
        START
        + """
class A:
    def __getitem__(self, key): raise KeyError(key)
    @property
    def width(self): raise ValueError("width")
class B:
    def __getitem__(self, key): return 1
    width = 3
def main():
    try:
        pick(A(), B())[0]
        ok()
    except KeyError:
        bad()
    try:
        pick(A(), B()).width
    except ValueError:
        bad()
    ok()
""",
        {
            "main -> pick",
            "main -> A.__getitem__ [A] ?",
            "main -> B.__getitem__ [B] ?",
            "main -> A.width [A] ?",
            "main -> ok",
            "main -> bad ?",
        },
    ),
    "finally runs behind what may be raised, too": Case(
        START
        + """
def load():
    if pick(True, False): raise ValueError
class M: failed = False
def main():
    m, done = M(), False
    try:
        try:
            load()
            done = True
        finally:
            if not done:
                m.failed = True
                bad()
    except ValueError: pass
    if m.failed: bad()
    else: ok()
""",
        {"main -> load", "load -> pick", "main -> bad ?", "main -> ok ?"},
    ),
    "a handler that raises again leaves what it wrote and raised": Case(
        START
        + """
class E(Exception): ...
class M: x = 1
def load():
    if pick(True, False): raise KeyError
def again(m):
    try: load()
    except KeyError:
        m.x = 2
        raise
def wrapped():
    try: load()
    except KeyError as error: raise E from error
def main():
    m = M()
    try: again(m)
    except KeyError:
        if m.x == 2: bad()
    try:
        wrapped()
        raise TypeError
    except E: bad()
    except TypeError: ok()
""",
        {
            "main -> again",
            "again -> load",
            "main -> wrapped",
            "wrapped -> load",
            "load -> pick",
            "main -> bad ?",
            "main -> ok ?",
        },
    ),
    "what a comprehension's rounds leave for the next": Case(
        START
        + """
state = {"previous": None}
class Layer:
    def __init__(self, previous):
        if previous is None: self.first()
        else: self.later()
    def first(self): ...
    def later(self): ...
def make():
    layer = Layer(state["previous"])
    state["previous"] = layer
    return layer
def main(): layers = [make() for _ in range(3)]
""",
        {
            "main -> make",
            "make -> Layer.__init__ [Layer]",
            "Layer.__init__ -> Layer.first [Layer] ?",
            "Layer.__init__ -> Layer.later [Layer] ?",
        },
    ),
    "what stands behind a statement that some paths leave early": Case(
        START
        + """
class K:
    def __enter__(self): return self
    def __exit__(self, *error): ...
def under():
    with K():
        if pick(True, False): return
    ok()
def over():
    for each in os.environ:
        if pick(True, False): return
    ok()
def nested():
    if pick(True, False):
        if pick(True, False): return
    ok()
def main():
    under()
    over()
    nested()
""",
        {
            "main -> under",
            "main -> over",
            "main -> nested",
            "under -> K.__enter__ [K]",
            "under -> K.__exit__ [K]",
            "under -> pick",
            "over -> pick ?",
            "nested -> pick",
            "nested -> pick ?",
            "under -> ok ?",
            "over -> ok ?",
            "nested -> ok ?",
        },
    ),
    "one of several context managers is entered": Case(
        START
        + """
class K:
    def __enter__(self): return self
    def __exit__(self, *error): return True
class L(K):
    def __exit__(self, *error): ...
def main():
    with pick(K(), L()): ok()
""",
        {
            "main -> pick",
            "main -> K.__enter__ [K] ?",
            "main -> K.__enter__ [L] ?",
            "main -> K.__exit__ [K] ?",
            "main -> L.__exit__ [L] ?",
            "main -> ok",
        },
    ),
    "a generator around a body that may raise may keep the exception": Case(
        START
        + """
from contextlib import contextmanager
@contextmanager
def keep():
    try: yield
    except ValueError: pass
def check(x):
    if x == 1: bad()
def local():
    x = 1
    with keep():
        if pick(True, False): raise ValueError
        x = 2
    check(x)
def returns():
    with keep():
        if pick(True, False): raise ValueError
        return 1
    bad()
def main():
    local()
    returns()
""",
        {
            "main -> local",
            "main -> returns",
            "local -> keep",
            "returns -> keep",
            "local -> pick",
            "returns -> pick",
            "local -> check",
            "check -> bad ?",
            "returns -> bad ?",
        },
    ),
    "options that a parser may have": Case(
        START
        + """
import argparse
def extend(parser): parser.add_argument("--deep", default=1)
def main():
    parser = argparse.ArgumentParser()
    parser.set_defaults(x=3)
    if os.environ.get("PICK_ONE"):
        parser.add_argument("--wide", default=3)
        parser.set_defaults(x=4)
        parser.add_argument("--size", type=int)
        extend(parser)
    else:
        parser.add_argument("--size")
    args = parser.parse_args([])
    if args.x == 3: ok()
    if hasattr(args, "wide") or hasattr(args, "deep"): bad()
    if args.size is None: ok()
""",
        {"main -> ok ?", "main -> bad ?", "main -> extend ?"},
    ),
    "functions that call each other": Case(
        START
        + """
class A:
    def go(self): return self
class B:
    def go(self): return self
def first(depth):
    if pick(depth < 1, False): return A()
    return second(depth)
def second(depth):
    if depth > 3: return B()
    return first(depth + pick(2, 4)).go()
def main():
    first(1)
    second(1)
""",
        {
            "main -> first",
            "main -> second",
            "first -> pick",
            "first -> second ?",
            "second -> pick ?",
            "second -> first ?",
            "second -> A.go [A] ?",
            "second -> B.go [B] ?",
        },
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_walk_finds_the_calls(case: Case, tmp_path: Path) -> None:
    assert walk(tmp_path, case.source).edges == case.edges


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize("environment", [{}, {"PICK_ONE": "1"}], ids=["two", "one"])
def test_nothing_that_runs_is_missed(case: Case, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    observed = observe_edges(case.source)
    assert observed <= {plain(edge) for edge in case.edges}
    assert {plain(edge) for edge in case.edges if not edge.endswith("?")} <= observed
