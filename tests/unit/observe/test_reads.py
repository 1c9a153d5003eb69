"""Loads of watched attributes: every way to read one is seen once, where it stands, of the class it is read of."""

from __future__ import annotations

import pytest

from tracer.observe import Watch

WATCH = Watch(attributes=("a",))
CLASS = """
class Base:
    b = a = None
    @property
    def through(self): return self.a
class C(Base):
    def __init__(self): self.a = self
    def m(self): return self
    def above(self): return super().a
class Slots:
    __slots__ = ("a",)
class Asked:
    def __getattr__(self, name): raise AttributeError(name)
class Typed:
    a: int = 3
"""
FORMS = {
    "plain": ("c.a", {("main:C", "c.a"): 1}),
    "again": ("[c.a for _ in range(3)]", {("main:C", "c.a"): 3}),
    "of what a call returns": ("c.m().a", {("main:C", "c.m().a"): 1}),
    "over lines": ("(c\n     .m()\n     .a)", {("main:C", "c.m().a"): 1}),
    "twice in a chain": ("c.a.a", {("main:C", "c.a"): 1, ("main:C", "c.a.a"): 1}),
    "a method of it": ("c.a.m()", {("main:C", "c.a"): 1}),
    "an item of it": ("[c.a][0]", {("main:C", "c.a"): 1}),
    "something stored in it": ("c.a.z = 1", {("main:C", "c.a"): 1}),
    "augmented": ("t.a += 1", {("main:Typed", "t.a"): 1}),
    "stored, deleted": ("c.a = 1; del c.a", {}),
    "in an f-string": ('f"{c.a}"', {("main:C", "c.a"): 1}),
    "as a condition": ("1 if c.a else 2", {("main:C", "c.a"): 1}),
    "not reached": ("0 and c.a", {}),
    "in a lambda": ("(lambda: c.a)()", {("main:C", "c.a"): 1}),
    "through a property": ("c.through", {("main:C", "self.a"): 1}),
    "through super()": ("c.above()", {("main:C", "super().a"): 1}),
    "of the class behind the object": ("Base().a", {("main:Base", "Base().a"): 1}),
    "of the class": ("C.a", {("main:C", "C.a"): 1}),
    "from a slot": ("s = Slots(); s.a = 1; s.a", {("main:Slots", "s.a"): 1}),
    "getattr": ('getattr(c, "a")', {("main:C", 'getattr(c, "a")'): 1}),
    "getattr with a default": ('getattr(Asked(), "a", 1)', {("main:Asked", 'getattr(Asked(), "a", 1)'): 1}),
    "getattr under a computed name": ('getattr(c, "".join("a"))', {("main:C", 'getattr(c, "".join("a"))'): 1}),
    "hasattr": ('hasattr(c, "a")', {("main:C", 'hasattr(c, "a")'): 1}),
    "hasattr of what has none": ('hasattr([], "a")', {("builtins:list", 'hasattr([], "a")'): 1}),
    "a load that fails": (
        "try: Asked().a\n    except AttributeError as e: print(e)",
        {("main:Asked", "Asked().a"): 1},
    ),
    "another attribute": ('c.m, getattr(c, "b"), hasattr(c, "aa")', {}),
    "a string with the name": ('"c.a"', {}),
    "a getattr of one's own": ('getattr = lambda *_: 1; getattr(c, "a")', {}),
}


def _module(body: str) -> str:
    return f"{CLASS}\ndef run():\n    c, t = C(), Typed()\n    {body}\n"


@pytest.mark.parametrize("form", FORMS)
def test_every_form(observe_source, form):
    text, expected = FORMS[form]
    observed = observe_source(_module(text), watch=WATCH)
    assert (observed.run.outcome, observed.run.partial, observed.run.reason) == ("completed", False, "")
    reads = observed.run.reads
    assert {(read.owner, observed.text(read.path, read.span)): read.count for read in reads} == expected
    assert {read.attribute for read in reads} <= {"a"}
    assert [read.order for read in reads] == list(range(len(expected)))


def test_reads_stand_in_the_order_in_which_they_first_happened(observe_source):
    source = _module('for _ in "xy":\n        getattr(c, "a")\n        t.a\n        c.through')
    observed = observe_source(source, watch=WATCH)
    assert [(observed.text(r.path, r.span), r.symbol, r.count) for r in observed.run.reads] == [
        ('getattr(c, "a")', "main:run", 2),
        ("t.a", "main:run", 2),
        ("self.a", "main:Base.through", 2),
    ]


def test_what_cannot_hold_a_call_stays_as_it_is(observe_source, python):
    source = """
        from __future__ import annotations
        class C: a = 1
        def f(x: C.a, *, y: C.a = C.a) -> C.a:
            z: C.a = x.a
            match x.a:
                case C.a if C.a: return f.__annotations__
        def run():
            class D(C): a: C.a
            print(f(C()), D.__annotations__)
    """
    observed = observe_source(source, watch=WATCH, passes=("plain", "record"))
    assert (observed.run.outcome, observed.run.identical) == ("completed", True)
    assert sorted(observed.text(read.path, read.span) for read in observed.run.reads) == ["C.a", "C.a", "x.a", "x.a"]


def test_outputs_are_the_same_with_and_without_the_recorder(observe_source):
    body = 'print(c.through is c, t.a, hasattr(c, "b"), [x.__class__.__name__ for x in (c, t)], getattr(c, "zz", 7))'
    source = _module(f"{body}\n    t.a += 1\n    import traceback\n    try: c.zz\n"
                     "    except AttributeError: print(traceback.format_exc())")  # fmt: skip
    run = observe_source(source, passes=("plain", "record"), watch=Watch(attributes=None)).run
    assert (run.outcome, run.partial, run.identical) == ("completed", False, True)
    assert run.watched is None
    assert len(run.reads) > 10


def test_the_run_says_which_names_were_watched(observe_source):
    assert observe_source("def run(): pass", watch=Watch(("b", "a"))).run.watched == ("a", "b")
