"""Special methods: what asks an object through one of them, by the interpreter's own order of asking."""

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
    "what is unpacked may be one of several": Case(
        START
        + """
class A:
    def __iter__(self): return iter([1, 2])
class B:
    def __iter__(self): return iter([3, 4])
def main():
    x, y = pick(A(), B())
""",
        {"main -> pick", "main -> A.__iter__ [A] ?", "main -> B.__iter__ [B] ?"},
    ),
    "a class may have one way of being iterated or another": Case(
        START
        + """
class A:
    if os.environ.get("PICK_ONE"):
        def __iter__(self): return iter([1])
    else:
        def __getitem__(self, index): return [1][index]
def main():
    for _ in A(): ...
""",
        {"main -> A.__iter__ [A] ?", "main -> A.__getitem__ [A] ?"},
    ),
    "one of several functions answers for attributes": Case(
        START
        + """
class A: ...
class B: ...
class C: ...
def one(self, name): return 1
def two(self, name): return 2
def first(self, name, value): ...
def second(self, name, value): ...
A.__getattr__ = pick(one, two)
B.__getattribute__ = pick(one, two)
C.__setattr__ = pick(first, second)
def main():
    A().missing
    B().missing
    C().missing = 1
""",
        {
            "<top> -> pick",
            "main -> one [A] ?",
            "main -> two [A] ?",
            "main -> one [B] ?",
            "main -> two [B] ?",
            "main -> first [C] ?",
            "main -> second [C] ?",
        },
    ),
    "whatever tests a truth asks for it": Case(
        START
        + """
class A:
    def __bool__(self): return True
class B:
    def __bool__(self): return True
class C:
    def __bool__(self): return False
class D:
    def __len__(self): return 1
class E:
    def __bool__(self): return bool(os.environ.get("PICK_ONE"))
class F:
    def __bool__(self): return True
def main():
    ok() if A() else bad()
    B() and C()
    assert D()
    any([C(), D(), A()])
    all([E(), F()])
""",
        {
            "main -> A.__bool__ [A]",
            "main -> B.__bool__ [B]",
            "main -> C.__bool__ [C]",
            "main -> D.__len__ [D]",
            "main -> E.__bool__ [E]",
            "main -> F.__bool__ [F] ?",
            "main -> ok ?",
        },
    ),
    "signs, deletions and texts": Case(
        """
class A:
    def __neg__(self): return self
    def __pos__(self): return self
    def __invert__(self): return self
    def __delattr__(self, name): object.__delattr__(self, name)
    def __repr__(self): return "A"
class B:
    def __str__(self): return "B"
    def __repr__(self): return "b"
class C:
    @property
    def x(self): ...
    @x.deleter
    def x(self): ...
def missing(): ...
def main():
    -A()
    +A()
    ~A()
    a = A()
    a.x = 1
    del a.x
    if not hasattr(a, "x"): missing()
    print(A())
    str(B())
    repr(B())
    del C().x
""",
        {
            "main -> A.__neg__ [A]",
            "main -> A.__pos__ [A]",
            "main -> A.__invert__ [A]",
            "main -> A.__delattr__ [A]",
            "main -> missing ?",
            "main -> A.__repr__ [A]",
            "main -> B.__str__ [B]",
            "main -> B.__repr__ [B]",
            "main -> C.x#2 [C]",
        },
    ),
    "the other operand is asked where it goes first or the first one does not know": Case(
        """
class A:
    def __add__(self, other): return 1
    def __sub__(self, other): return NotImplemented
    def __eq__(self, other): return NotImplemented
    def __lt__(self, other): return NotImplemented
class B:
    def __rsub__(self, other): return 2
    def __eq__(self, other): return True
    def __gt__(self, other): return True
class C(A):
    def __radd__(self, other): return 3
def main():
    A() + C()
    A() + A()
    A() - B()
    A() == B()
    A() < B()
    1 == B()
""",
        {
            "main -> A.__add__ [A]",
            "main -> C.__radd__ [C]",
            "main -> A.__sub__ [A]",
            "main -> B.__rsub__ [B]",
            "main -> A.__eq__ [A]",
            "main -> B.__eq__ [B]",
            "main -> A.__lt__ [A]",
            "main -> B.__gt__ [B]",
        },
    ),
    "what is not equal or inside asks what there is": Case(
        """
class A:
    def __eq__(self, other): return True
class B:
    def __iter__(self): return iter([1])
class C:
    def __getitem__(self, index): return [1][index]
def main():
    A() != 1
    1 in B()
    1 in C()
    2 in [A()]
""",
        {
            "main -> A.__eq__ [A]",
            "main -> B.__iter__ [B]",
            "main -> C.__getitem__ [C]",
        },
    ),
    "an object may answer for its class": Case(
        """
from typing import Protocol, runtime_checkable
class Real: ...
class Claims:
    def __getattribute__(self, name): return Real if name == "__class__" else object.__getattribute__(self, name)
class Proxy:
    def __init__(self, inner): self.inner = inner
    @property
    def __class__(self): return type(self.inner)
@runtime_checkable
class Runs(Protocol):
    def run(self): ...
class Runner:
    def run(self): ...
class Idle: ...
def one(): ...
def two(): ...
def three(): ...
def main():
    if isinstance(Claims(), Real): one()
    if isinstance(Proxy(Real()), Real): two()
    if isinstance(Runner(), Runs): three()
    if isinstance(Idle(), Runs): pass
""",
        {
            "main -> Claims.__getattribute__ [Claims]",
            "main -> Proxy.__init__ [Proxy]",
            "main -> Proxy.__class__ [Proxy]",
            "main -> one ?",
            "main -> two ?",
            "main -> three ?",
        },
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_walk_finds_the_calls(case: Case, tmp_path: Path) -> None:
    found = walk(tmp_path, case.source)
    assert found.edges == case.edges
    assert found.raises == case.raises


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize("environment", [{}, {"PICK_ONE": "1"}], ids=["two", "one"])
def test_nothing_that_runs_is_missed(case: Case, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    observed = observe_edges(case.source)
    assert observed <= {plain(edge) for edge in case.edges}
    assert {plain(edge) for edge in case.edges if not edge.endswith("?")} <= observed
