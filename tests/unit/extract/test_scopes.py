"""Scope tables, qualified names and private names."""

from __future__ import annotations

import pytest

from tracer.extract.facts import extract_facts
from tracer.model.code import Assign, Attribute, Name


@pytest.mark.parametrize(
    ("source", "bound"),
    [
        ("a = b", {"a"}),
        ("a.b = a[c] = d", set()),
        ("a: int", {"a"}),
        ("a += 1", {"a"}),
        ("del a", {"a"}),
        ("(a, [b, *c]) = d", {"a", "b", "c"}),
        ("for a in b: pass", {"a"}),
        ("with a as (b, c.d): pass", {"b"}),
        ("try: pass\nexcept E as e: pass", {"e"}),
        ("import a.b, c as d", {"a", "d"}),
        ("from a import b as c, d", {"c", "d"}),
        ("from a import *", set()),
        ("def f(a): b = 1", {"f"}),
        ("class A: b = 1", {"A"}),
        ("[a for a in b]", set()),
        ("[(c := a) for a in b]", {"c"}),
        ("[lambda: (c := 1) for a in b]", set()),
        ("x = lambda a: a", {"x"}),
        ("match a:\n  case [b, *c] | {'k': d, **e} | F(g) as h: pass", {"b", "c", "d", "e", "g", "h"}),
    ],
)
def test_bound(source: str, bound: set[str]) -> None:
    assert set(extract_facts(source.encode()).scopes[0].bound) == bound


def test_declared_names_are_not_bound() -> None:
    source = b"def f(x):\n    global a\n    a = b = 1\n    def g():\n        nonlocal b\n        b = 2\n"
    _, outer, inner = extract_facts(source).scopes
    assert (outer.bound, outer.globals, outer.nonlocals) == (("b", "g", "x"), ("a",), ())
    assert (inner.bound, inner.globals, inner.nonlocals) == ((), (), ("b",))


def test_qualified_names() -> None:
    source = b"""
class A:
    @property
    def x(self):
        def inner(): pass
    @x.setter
    def x(self, value):
        def inner(): pass
    key = lambda self: (lambda: 1)
    other = lambda self: 2
class A: pass
f(lambda: 0)
"""
    facts = extract_facts(source)
    assert [(definition.kind, definition.qualname) for definition in facts.header.definitions] == [
        ("class", "A"),
        ("function", "A.x"),
        ("function", "A.x.inner"),
        ("function", "A.x#2"),
        ("function", "A.x#2.inner"),
        ("lambda", "A.<lambda>#1"),
        ("lambda", "A.<lambda>#1.<lambda>#1"),
        ("lambda", "A.<lambda>#2"),
        ("class", "A#2"),
        ("lambda", "<lambda>#1"),
    ]
    for number, definition in enumerate(facts.header.definitions, start=1):
        assert definition.scope == number
        assert facts.scopes[number].qualname == definition.qualname
        assert facts.scopes[number].parent == definition.parent


def test_lambdas_of_a_header_belong_to_the_scope_around_it() -> None:
    source = b"@d(lambda: 0)\ndef f(a=lambda: 1) -> (lambda: 2): return lambda: 3\n"
    qualnames = [definition.qualname for definition in extract_facts(source).header.definitions]
    assert qualnames == ["<lambda>#1", "<lambda>#2", "<lambda>#3", "f", "f.<lambda>#1"]


def test_private_names_are_mangled_inside_classes() -> None:
    source = b"class _C:\n    def f(self):\n        self.__x = __y = __z__\n    def __g(self): pass\n"
    facts = extract_facts(source)
    (statement,) = facts.scopes[2].body
    assert isinstance(statement, Assign)
    store, local = statement.targets
    assert isinstance(store, Attribute)
    assert (store.name, local, statement.value) == ("_C__x", Name("_C__y"), Name("__z__"))
    assert facts.scopes[1].bound == ("_C__g", "f")
    assert facts.scopes[3].qualname == "_C.__g"


def test_a_class_named_with_underscores_mangles_nothing() -> None:
    assert extract_facts(b"class __: __x = 1\n").scopes[1].bound == ("__x",)
