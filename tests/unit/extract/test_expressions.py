"""Each kind of expression beside its lowered form; positions have cases of their own in test_positions.py."""

from __future__ import annotations

from unittest.mock import ANY

import pytest

from tracer.extract.facts import extract_facts
from tracer.model.code import (
    Argument,
    Attribute,
    Await,
    Binary,
    Call,
    Compare,
    Comprehension,
    Conditional,
    Const,
    DictDisplay,
    Display,
    Evaluate,
    Expr,
    Formatted,
    Generator,
    Lambda,
    Logical,
    Name,
    Opaque,
    Slice,
    Starred,
    Subscript,
    Unary,
    Walrus,
    Yield,
)

A, B, C, F = Name("a"), Name("b"), Name("c"), Name("f")


def lower(source: str) -> Expr:
    """The expression as it is lowered inside an async function."""
    facts = extract_facts(f"async def scope():\n    ({source})\n".encode())
    assert facts.header.problems == ()
    (statement,) = facts.scopes[1].body
    assert isinstance(statement, Evaluate)
    return statement.value


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a", A),
        ("None", Const(None)),
        ("True", Const(value=True)),
        ("1", Const(1)),
        ("1_000", Const(1000)),
        ("0x10", Const(16)),
        ("1.5", Const(1.5)),
        ("9223372036854775807", Const(2**63 - 1)),
        ("9223372036854775808", Opaque("int")),
        ("2j", Opaque("complex")),
        ("b'x'", Opaque("bytes")),
        ("...", Opaque("ellipsis")),
        ("f('x')", Call(F, (Argument(Const("x")),), ANY)),
        ("f('a' \"b\")", Call(F, (Argument(Const("ab")),), ANY)),
        (r"f('\ud800')", Call(F, (Argument(Opaque("str")),), ANY)),
        ("a.b", Attribute(A, "b", ANY)),
        ("f(a, *b, k=c, **a)", Call(F, (Argument(A), Argument(B, star=1), Argument(C, "k"), Argument(A, star=2)), ANY)),
        ("f(k=a, *b)", Call(F, (Argument(A, "k"), Argument(B, star=1)), ANY)),
        ("f(a)(b)", Call(Call(F, (Argument(A),), ANY), (Argument(B),), ANY)),
        ("a[b]", Subscript(A, B, ANY)),
        ("a[b, c]", Subscript(A, Display("tuple", (B, C), ANY), ANY)),
        ("a[b,]", Subscript(A, Display("tuple", (B,), ANY), ANY)),
        ("a[*b]", Subscript(A, Display("tuple", (Starred(B),), ANY), ANY)),
        ("a[(b, c)]", Subscript(A, Display("tuple", (B, C), ANY), ANY)),
        ("a[1:b]", Subscript(A, Slice(Const(1), B, None), ANY)),
        ("a[::c]", Subscript(A, Slice(None, None, C), ANY)),
        ("a[:, b]", Subscript(A, Display("tuple", (Slice(None, None, None), B), ANY), ANY)),
        ("a + b @ c", Binary(A, "+", Binary(B, "@", C, ANY), ANY)),
        ("-1", Unary("-", Const(1), ANY)),
        ("not a", Unary("not", A, ANY)),
        ("a < b is not c", Compare(A, ("<", "is not"), (B, C), ANY)),
        ("a not in b", Compare(A, ("not in",), (B,), ANY)),
        ("a and b and c", Logical("and", (A, B, C), ANY)),
        ("(a and b) and c", Logical("and", (Logical("and", (A, B), ANY), C), ANY)),
        ("a or b and c", Logical("or", (A, Logical("and", (B, C), ANY)), ANY)),
        ("a if  b.c else c", Conditional(Attribute(B, "c", ANY), A, C, "b.c", ANY)),
        ("a, *b", Display("tuple", (A, Starred(B)), ANY)),
        ("()", Display("tuple", (), ANY)),
        ("[a, b]", Display("list", (A, B), ANY)),
        ("{a, b}", Display("set", (A, B), ANY)),
        ("{a: b, **c}", DictDisplay(((A, B), (None, C)), ANY)),
        ("f'x{a!r}{{'", Formatted((Const("x"), A, Opaque("str"), Const("{")), ANY)),
        ("'a' f'{b:>{c}}' 'd'", Formatted((Const("a"), B, Opaque("str"), C, Const("d")), ANY)),
        ("f'{a=}'", Formatted((Const("a="), A, Opaque("str")), ANY)),
        ("await a", Await(A, ANY)),
        ("yield", Yield(None, is_from=False, span=ANY)),
        ("yield a", Yield(A, is_from=False, span=ANY)),
        ("a := b", Walrus("a", B)),
        ("[a for b in c if a]", Comprehension("list", A, None, (Generator(B, C, (A,), ANY),), ANY)),
        ("{a for b in c}", Comprehension("set", A, None, (Generator(B, C, (), ANY),), ANY)),
        ("{a: b for a in c}", Comprehension("dict", A, B, (Generator(A, C, (), ANY),), ANY)),
        (
            "f(a async for b in c for a in b)",
            Call(
                F,
                (
                    Argument(
                        Comprehension(
                            "generator",
                            A,
                            None,
                            (Generator(B, C, (), ANY, is_async=True), Generator(A, B, (), ANY)),
                            ANY,
                        )
                    ),
                ),
                ANY,
            ),
        ),
        ("lambda a, b=c: a", Lambda(2, (Argument(C, "b"),), ANY)),
    ],
)
def test_lowered(source: str, expected: Expr) -> None:
    assert lower(source) == expected


def test_yield_from() -> None:
    facts = extract_facts(b"def g():\n    yield from f\n")
    assert facts.scopes[1].body == (Evaluate(Yield(F, is_from=True, span=ANY), ANY),)
    assert facts.scopes[1].is_generator


def test_text_of_a_condition_is_one_line_without_comments() -> None:
    source = "a if (b.c(  # why\n        'x  y',\n        c,\n    ) and\n b) else c"
    lowered = lower(source)
    assert isinstance(lowered, Conditional)
    assert lowered.text == "b.c('x  y', c,) and b"


def test_identifiers_are_normalised_as_python_does() -> None:
    assert lower("ﬁ.ﬂ") == Attribute(Name("fi"), "fl", ANY)
