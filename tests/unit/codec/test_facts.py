"""Facts to bytes and back: nothing is lost, bodies wait until they are asked for, damage is noticed."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracer.codec import facts as codec
from tracer.codec.facts import FactsFormatError, LazyScopes, decode_facts, decode_header, encode_facts
from tracer.model import code
from tracer.model.facts import Definition, Header, Import, ModuleFacts, Problem
from tracer.model.names import Span

NAMES = st.text("abc_é", min_size=1, max_size=4)
SPANS = st.builds(Span, *(st.integers(0, 2**31) for _ in range(4)))
VALUES = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | NAMES
LEAVES = st.builds(code.Name, NAMES) | st.builds(code.Const, VALUES) | st.builds(code.Opaque, NAMES)


def larger_expressions(inner: st.SearchStrategy[code.Expr]) -> st.SearchStrategy[code.Expr]:
    parts = st.lists(inner, max_size=3).map(tuple)
    arguments = st.lists(st.builds(code.Argument, inner, st.none() | NAMES, st.integers(0, 2)), max_size=3).map(tuple)
    generators = st.lists(st.builds(code.Generator, inner, inner, parts, SPANS, st.booleans()), max_size=2).map(tuple)
    optional = st.none() | inner
    return st.one_of(
        st.builds(code.Attribute, inner, NAMES, SPANS),
        st.builds(code.Subscript, inner, inner, SPANS),
        st.builds(code.Call, inner, arguments, SPANS),
        st.builds(code.Binary, inner, NAMES, inner, SPANS),
        st.builds(code.Compare, inner, st.lists(NAMES).map(tuple), parts, SPANS),
        st.builds(code.DictDisplay, st.lists(st.tuples(optional, inner), max_size=2).map(tuple), SPANS),
        st.builds(code.Lambda, st.integers(0, 99), arguments, SPANS),
        st.builds(code.Comprehension, NAMES, inner, optional, generators, SPANS),
        st.builds(code.Yield, optional, st.booleans(), SPANS),
        st.builds(code.Slice, optional, optional, optional),
    )


EXPRESSIONS = st.recursive(LEAVES, larger_expressions, max_leaves=6)


def larger_statements(inner: st.SearchStrategy[code.Statement]) -> st.SearchStrategy[code.Statement]:
    body = st.lists(inner, max_size=2).map(tuple)
    handlers = st.lists(st.builds(code.Handler, st.none() | EXPRESSIONS, st.none() | NAMES, body, SPANS)).map(tuple)
    return st.one_of(
        st.builds(code.If, EXPRESSIONS, body, body, NAMES, SPANS),
        st.builds(code.Try, body, handlers, body, body, SPANS),
        st.builds(code.With, st.lists(st.builds(code.WithItem, EXPRESSIONS, st.none(), SPANS)).map(tuple), body, SPANS),
    )


STATEMENTS = st.recursive(
    st.builds(code.Evaluate, EXPRESSIONS, SPANS)
    | st.builds(code.Assign, st.lists(EXPRESSIONS, max_size=2).map(tuple), st.none() | EXPRESSIONS, SPANS, st.none())
    | st.builds(code.Jump, NAMES)
    | st.builds(code.ImportFrom, NAMES, st.integers(0, 3), st.tuples(st.tuples(NAMES, st.none() | NAMES)), SPANS),
    larger_statements,
    max_leaves=3,
)
NAME_TUPLES = st.lists(NAMES, max_size=3).map(tuple)
SCOPES = st.builds(
    code.Scope,
    kind=NAMES,
    qualname=NAMES,
    parent=st.integers(-1, 9),
    parameters=st.lists(st.builds(code.Parameter, NAMES, NAMES, st.booleans(), st.none() | LEAVES)).map(tuple),
    bound=NAME_TUPLES,
    globals=NAME_TUPLES,
    nonlocals=NAME_TUPLES,
    body=st.lists(STATEMENTS, max_size=3).map(tuple),
    span=SPANS,
)
HEADERS = st.builds(
    Header,
    sha256=NAMES,
    lines=st.integers(0, 2**40),
    doc=st.none() | NAMES,
    definitions=st.lists(
        st.builds(Definition, NAMES, NAMES, st.integers(0, 9), st.integers(-1, 9), SPANS, st.integers(0, 9)), max_size=2
    ).map(tuple),
    imports=st.lists(
        st.builds(Import, NAMES, NAMES, st.integers(0, 3), st.none() | NAMES, st.integers(0, 9), st.booleans(), SPANS),
        max_size=2,
    ).map(tuple),
    bound=NAME_TUPLES,
    exports=st.none() | NAME_TUPLES,
    attributes=NAME_TUPLES,
    problems=st.lists(st.builds(Problem, NAMES, NAMES, st.integers(0, 9)), max_size=2).map(tuple),
)
FACTS = st.builds(ModuleFacts, HEADERS, st.lists(SCOPES, max_size=2).map(tuple))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(FACTS)
def test_round_trip(facts: ModuleFacts) -> None:
    encoded = encode_facts(facts)
    assert decode_header(encoded) == facts.header
    decoded = decode_facts(encoded)
    assert (decoded.header, tuple(decoded.scopes)) == (facts.header, facts.scopes)
    assert encode_facts(decoded) == encoded


def make_facts(*bodies: tuple[code.Statement, ...]) -> ModuleFacts:
    header = Header("digest", 1, None, (), (), (), None, (), ())
    scopes = [code.Scope("module", "", -1, (), (), (), (), body, Span(1, 0, 1, 0)) for body in bodies]
    return ModuleFacts(header, tuple(scopes))


def test_scopes_decode_at_first_access_and_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = make_facts((), (code.Jump("pass"),), ())
    decoded: list[object] = []
    original = codec._decode_scope
    monkeypatch.setattr(codec, "_decode_scope", lambda raw: decoded.append(raw) or original(raw))
    scopes = decode_facts(encode_facts(facts)).scopes
    assert (len(scopes), len(decoded)) == (3, 0)
    assert scopes[1] is scopes[1] is scopes[-2]
    assert len(decoded) == 1
    assert scopes[1:] == facts.scopes[1:]
    with pytest.raises(IndexError):
        scopes[3]


def test_deep_bodies_survive() -> None:
    value: code.Expr = code.Name("a")
    for _ in range(500):
        value = code.Call(value, (), Span(1, 0, 1, 1))
    facts = make_facts((code.Evaluate(value, Span(1, 0, 1, 1)),))
    assert decode_facts(encode_facts(facts)).scopes[0] == facts.scopes[0]


GOOD = encode_facts(make_facts((code.Jump("pass"),)))


@pytest.mark.parametrize(
    "damaged",
    [b"", GOOD[:8], GOOD[:-1], GOOD + b"x", b"no" + GOOD[2:], GOOD[:4] + b"\xff\xff" + GOOD[6:], GOOD[:-3] + b"abc"],
    ids=["empty", "prefix only", "cut", "longer", "foreign", "other schema", "changed"],
)
def test_damage_is_noticed(damaged: bytes) -> None:
    for decode in (decode_header, decode_facts):
        with pytest.raises(FactsFormatError):
            decode(damaged)


@given(st.binary(max_size=80))
def test_foreign_bytes_are_refused(encoded: bytes) -> None:
    with pytest.raises(FactsFormatError):
        decode_header(encoded)


def test_lazy_scopes_compare_by_value() -> None:
    first, second = decode_facts(GOOD).scopes, decode_facts(GOOD).scopes
    assert isinstance(first, LazyScopes)
    assert (first, hash(first)) == (second, hash(second))
    assert first != ()
