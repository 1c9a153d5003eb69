"""Annotations: quoted types are read, everything else stays text."""

from __future__ import annotations

from unittest.mock import ANY

import pytest

from tracer.extract.facts import extract_facts
from tracer.model.code import Assign, Attribute, Binary, Const, Display, Expr, Name, Subscript

OPTIONAL, LIST, LITERAL, ANNOTATED, A, B = (Name(n) for n in ("Optional", "list", "Literal", "Annotated", "A", "B"))


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("A", A),
        ("'A'", A),
        ("'A.b'", Attribute(A, "b", ANY)),
        ("Optional['A']", Subscript(OPTIONAL, A, ANY)),
        ("'Optional[\"A\"]'", Subscript(OPTIONAL, A, ANY)),
        ("'A | None'", Binary(A, "|", Const(None), ANY)),
        ("'A' | B", Binary(A, "|", B, ANY)),
        ("list['A', B]", Subscript(LIST, Display("tuple", (A, B), ANY), ANY)),
        ("Literal['A']", Subscript(LITERAL, Const("A"), ANY)),
        ("Annotated['A', 'B']", Subscript(ANNOTATED, Display("tuple", (A, Const("B")), ANY), ANY)),
        ("'not a type'", Const("not a type")),
        ("''", Const("")),
    ],
)
def test_lowered(annotation: str, expected: Expr) -> None:
    facts = extract_facts(f"x: {annotation}\n".encode())
    assert facts.scopes[0].body == (Assign((Name("x"),), None, ANY, expected),)
    assert facts.scopes[0].bound == ("x",)


def test_a_quoted_node_stands_where_the_string_does() -> None:
    (statement,) = extract_facts(b"x: 'A.b'\n").scopes[0].body
    assert isinstance(statement, Assign)
    assert isinstance(statement.annotation, Attribute)
    assert statement.annotation.span == (1, 3, 1, 8)
