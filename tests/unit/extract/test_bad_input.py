"""Sources that are broken, strange or hostile: each has facts, and a problem where something is missing."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracer.codec.facts import decode_facts
from tracer.extract.facts import extract_bytes, extract_facts
from tracer.model.code import Assign, Call
from tracer.model.facts import Problem
from tracer.model.names import Span

DEPTH = Problem("depth", "nested deeper than 500 levels, so its bodies are not read")


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (b"def f(:\n", Problem("syntax", "not valid Python syntax", 1)),
        (b"x = 1\n  y = 2\n", Problem("syntax", "not valid Python syntax", 2)),
        (b"a = 1\nx = '\xe9'\n", Problem("encoding", "the bytes are not UTF-8", 2)),
        (
            b"# coding: nope\n",
            Problem("encoding", "the declared encoding is unknown or does not fit the bytes", 1),
        ),
        (b"x = 1\n\0\n", Problem("syntax", "the source holds a null byte", 2)),
        (b"x = " + b"(" * 5_000 + b"1" + b")" * 5_000, DEPTH),
        (b"x = a" + b".f()" * 5_000, DEPTH),
        (b"x = " + b" + ".join([b"a"] * 20_000), DEPTH),
        (b"x = " + b"not " * 5_000 + b"a", DEPTH),
        (b"if a: pass\n" + b"elif b: pass\n" * 1_500, DEPTH),
    ],
    ids=["syntax", "indent", "utf-8", "cookie", "null", "parentheses", "calls", "sum", "not", "elif"],
)
def test_refused(source: bytes, problem: Problem) -> None:
    facts = extract_facts(source)
    assert facts.header.problems == (problem,)
    assert len(facts.scopes) == 1
    assert decode_facts(extract_bytes(source)) == facts


SUM = b"x = " + b" + ".join([b"a"] * 600)
LARGE = b"x = '" + b"a" * 3_000_000 + b"'"


@pytest.mark.parametrize(("tail", "kind"), [(SUM, "depth"), (LARGE, "size")])
def test_what_is_too_deep_or_large_keeps_its_definitions(tail: bytes, kind: str) -> None:
    source = b"""
try:
    import a.b
except ImportError:
    from c import *
@d
class A(B):
    "Doc."
    def f(self, x=1, *, y, **z):
        async def g(): pass
    def f(self): pass
"""
    facts, whole = extract_facts(source + tail), extract_facts(source)
    assert [problem.kind for problem in facts.header.problems] == [kind]
    assert facts.header.definitions == whole.header.definitions
    assert facts.header.imports == whole.header.imports
    for outlined, lowered in zip(facts.scopes[1:], whole.scopes[1:], strict=True):
        assert outlined.body == ()
        assert outlined.parameters == lowered.parameters
        assert outlined.bound == lowered.bound


@pytest.mark.parametrize(
    ("source", "span"),
    [
        (b"x = f()", Span(1, 4, 1, 7)),
        (b"\xef\xbb\xbfx = f()\n", Span(1, 4, 1, 7)),
        (b"a = 1\r\nx = f(\r\n)\r\n", Span(2, 4, 3, 1)),
        (b"a = 1\rx = f()\r", Span(2, 4, 2, 7)),
        (b"\x0ca = 1\n\x0c\nx = f()\n", Span(3, 4, 3, 7)),
        (b"if a:\n\tx = f()\n", Span(2, 5, 2, 8)),
        ("é = 'é'; x = f()\n".encode(), Span(1, 15, 1, 18)),
        (b"# coding: latin-1\na = '\xe9'; x = f()\n", Span(2, 14, 2, 17)),
        (b"a = '\x0b\x0c'\nx = f()\n", Span(2, 4, 2, 7)),
    ],
    ids=["no newline", "BOM", "CRLF", "CR", "form feed", "tab", "UTF-8", "latin-1", "no line end"],
)
def test_positions(source: bytes, span: Span) -> None:
    facts = extract_facts(source)
    assert facts.header.problems == ()
    calls = [node for node in _assigned_values(facts.scopes[0].body) if isinstance(node, Call)]
    assert [call.span for call in calls] == [span]


def _assigned_values(body: tuple[object, ...]) -> list[object]:
    values: list[object] = []
    for statement in body:
        values += [statement.value] if isinstance(statement, Assign) else []
        values += _assigned_values(getattr(statement, "body", ()))
    return values


@pytest.mark.parametrize("source", [b"", b"\n", b"# only a comment", b"pass"])
def test_nothing_is_no_problem(source: bytes) -> None:
    facts = extract_facts(source)
    assert (facts.header.problems, facts.header.definitions) == ((), ())


@pytest.mark.skipif(sys.version_info < (3, 12), reason="an error to older versions, which is checked below")
def test_type_parameters() -> None:
    facts = extract_facts(b"def f[T](x: T) -> T: return x\nclass C[*U]: pass\ntype X = int\n")
    assert facts.header.problems == ()
    assert [scope.bound for scope in facts.scopes] == [("C", "X", "f"), ("T", "x"), ("U",)]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="valid from 3.12 on")
def test_newer_syntax_is_a_problem() -> None:
    (problem,) = extract_facts(b"x = 1\ntype X = int\n").header.problems
    assert (problem.kind, problem.line) == ("syntax", 2)


@given(st.binary(max_size=60))
def test_any_bytes_have_facts(source: bytes) -> None:
    assert decode_facts(extract_bytes(source)) == extract_facts(source)


FRAGMENTS = [
    "a", "f(", ")", "[", "]", "x = ", "lambda b: ", "def g(c, *d):", "class A:", "\n", "    ", "if a:",
    "for e in ", ":", "'s'", "f'{a!r:{b}}'", "await ", "yield ", "*", "**", ", ", " := ", "1", "...", ".h",
    "@d\n", "{", "}", "match a:", "case [i, *j]:", " if ", " else ", "import k.l", "from .m import n",
    "global o", " async ", "\\\n", "é", "\t", "#",
]  # fmt: skip


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25))
def test_any_text_has_facts(fragments: list[str]) -> None:
    source = "".join(fragments).encode()
    facts = extract_facts(source)
    assert not [problem for problem in facts.header.problems if problem.kind == "crash"]
    assert decode_facts(extract_bytes(source)) == facts
