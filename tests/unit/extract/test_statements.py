"""Each kind of statement beside its lowered form."""

from __future__ import annotations

from unittest.mock import ANY

import pytest

from tracer.extract.facts import extract_facts
from tracer.model.code import (
    Argument,
    Assert,
    Assign,
    Attribute,
    Augment,
    Call,
    Case,
    Const,
    DefineClass,
    DefineFunction,
    Delete,
    Display,
    Evaluate,
    For,
    Handler,
    If,
    ImportFrom,
    ImportModule,
    Jump,
    Match,
    Name,
    Opaque,
    Parameter,
    Pattern,
    Raise,
    Return,
    Starred,
    Statement,
    Try,
    While,
    With,
    WithItem,
)

A, B, C, D, E, X = Name("a"), Name("b"), Name("c"), Name("d"), Name("e"), Name("x")
PASS = Jump("pass")


def case(pattern: Pattern, text: str) -> Case:
    return Case(pattern, None, (PASS,), text, ANY)


def capture(name: str) -> Pattern:
    return Pattern("as", None, (), (name,))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a", [Evaluate(A, ANY)]),
        ("'a string is documentation'", []),
        ("...", [Evaluate(Opaque("ellipsis"), ANY)]),
        ("a = b = c", [Assign((A, B), C, ANY)]),
        ("a, *b = c", [Assign((Display("tuple", (A, Starred(B)), ANY),), C, ANY)]),
        ("a.b = c", [Assign((Attribute(A, "b", ANY),), C, ANY)]),
        ("a: b = c", [Assign((A,), C, ANY, B)]),
        ("a: b", [Assign((A,), None, ANY, B)]),
        ("a //= b", [Augment(A, "//", B, ANY)]),
        ("del a, b.c", [Delete((A, Attribute(B, "c", ANY)), ANY)]),
        ("del (a, b)", [Delete((Display("tuple", (A, B), ANY),), ANY)]),
        ("raise a from b", [Raise(A, B, ANY)]),
        ("raise", [Raise(None, None, ANY)]),
        ("assert a, b", [Assert(A, B, "a", ANY)]),
        ("a; b", [Evaluate(A, ANY), Evaluate(B, ANY)]),
        ("if a: pass", [If(A, (PASS,), (), "a", ANY)]),
        (
            "if a:\n  pass\nelif b:\n  pass\nelse:\n  c",
            [If(A, (PASS,), (If(B, (PASS,), (Evaluate(C, ANY),), "b", ANY),), "a", ANY)],
        ),
        (
            "while a:\n  break\nelse:\n  continue_",
            [While(A, (Jump("break"),), (Evaluate(Name("continue_"), ANY),), "a", ANY)],
        ),
        (
            "for a, b in c:\n  continue\nelse:\n  d",
            [
                For(
                    Display("tuple", (A, B), ANY),
                    C,
                    (Jump("continue"),),
                    (Evaluate(D, ANY),),
                    "a, b in c",
                    ANY,
                )
            ],
        ),
        (
            "with a as b, c: pass",
            [With((WithItem(A, B, ANY), WithItem(C, None, ANY)), (PASS,), ANY)],
        ),
        (
            "try:\n  a\nexcept b as c:\n  pass\nexcept:\n  pass\nelse:\n  d\nfinally:\n  e",
            [
                Try(
                    (Evaluate(A, ANY),),
                    (Handler(B, "c", (PASS,), ANY), Handler(None, None, (PASS,), ANY)),
                    (Evaluate(D, ANY),),
                    (Evaluate(E, ANY),),
                    ANY,
                )
            ],
        ),
        ("try:\n  a\nexcept* b:\n  pass", [Try((Evaluate(A, ANY),), (Handler(B, None, (PASS,), ANY),), (), (), ANY)]),
        ("import a.b, c as d", [ImportModule("a.b", None, ANY), ImportModule("c", "d", ANY)]),
        ("from .a import b as c, d", [ImportFrom("a", 1, (("b", "c"), ("d", None)), ANY)]),
        ("from .. import *", [ImportFrom("", 2, (("*", None),), ANY)]),
        ("global a", []),
        (
            "@a.b\ndef x(c=d): pass",
            [DefineFunction("x", 1, ((Attribute(A, "b", ANY), ANY),), (Argument(D, "c"),), ANY)],
        ),
        ("class x(a, b=c): pass", [DefineClass("x", 1, (), (Argument(A), Argument(C, "b")), ANY)]),
        (
            "match x:\n  case 1: pass\n  case None: pass\n  case a.b: pass\n  case _: pass",
            [
                Match(
                    X,
                    (
                        case(Pattern("value", Const(1), (), ()), "1"),
                        case(Pattern("value", Const(None), (), ()), "None"),
                        case(Pattern("value", Attribute(A, "b", ANY), (), ()), "a.b"),
                        case(Pattern("any", None, (), ()), "_"),
                    ),
                    ANY,
                )
            ],
        ),
        (
            "match x:\n  case [a, *b]: pass\n  case (c) | d(): pass\n  case {'k': a, **b}: pass",
            [
                Match(
                    X,
                    (
                        case(
                            Pattern("sequence", None, (capture("a"), Pattern("star", None, (), ("b",))), ()), "[a, *b]"
                        ),
                        case(
                            Pattern("or", None, (capture("c"), Pattern("class", D, (), ())), ()),
                            "(c) | d()",
                        ),
                        case(
                            Pattern("mapping", Display("tuple", (Const("k"),), ANY), (capture("a"),), ("b",)),
                            "{'k': a, **b}",
                        ),
                    ),
                    ANY,
                )
            ],
        ),
        (
            "match x:\n  case a(1, k=b) as c if d: pass",
            [
                Match(
                    X,
                    (
                        Case(
                            Pattern(
                                "as",
                                None,
                                (Pattern("class", A, (Pattern("value", Const(1), (), ()), capture("b")), ("k",)),),
                                ("c",),
                            ),
                            D,
                            (PASS,),
                            "a(1, k=b) as c if d",
                            ANY,
                        ),
                    ),
                    ANY,
                )
            ],
        ),
    ],
)
def test_lowered(source: str, expected: list[Statement]) -> None:
    facts = extract_facts(source.encode())
    assert facts.header.problems == ()
    assert list(facts.scopes[0].body) == expected


def test_async_statements() -> None:
    source = b"async def f():\n    async for a in b: pass\n    async with a: pass\n"
    scope = extract_facts(source).scopes[1]
    assert scope.is_async
    assert scope.body == (
        For(A, B, (PASS,), (), "a in b", ANY, is_async=True),
        With((WithItem(A, None, ANY),), (PASS,), ANY, is_async=True),
    )


def test_function_scope() -> None:
    source = b"def f(a, /, b: x, *c, d: x = 1, **e) -> x:\n    return a\n"
    scope = extract_facts(source).scopes[1]
    assert scope.parameters == (
        Parameter("a", "positional", default=False),
        Parameter("b", "normal", default=False, annotation=X),
        Parameter("c", "vararg", default=False),
        Parameter("d", "keyword", default=True, annotation=X),
        Parameter("e", "kwarg", default=False),
    )
    assert scope.returns == X
    assert scope.body == (Return(A, ANY),)


def test_defaults_in_source_order_are_evaluated_by_the_definition() -> None:
    source = b"def f(a, b=a, c=f(), *, d, e=c): pass\n"
    (statement,) = extract_facts(source).scopes[0].body
    assert isinstance(statement, DefineFunction)
    assert statement.defaults == (Argument(A, "b"), Argument(Call(Name("f"), (), ANY), "c"), Argument(C, "e"))
