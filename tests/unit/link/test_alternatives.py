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
