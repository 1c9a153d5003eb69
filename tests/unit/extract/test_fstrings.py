"""Positions inside f-strings: the same bytes on every Python version, and really those of the code."""

from __future__ import annotations

import pytest

from tracer.extract.facts import extract_facts
from tracer.model.code import Assign, Call, Display, Expr, Formatted
from tracer.model.names import Span


@pytest.mark.parametrize(
    ("source", "calls"),
    [
        ("f'{g()}'", ["g()"]),
        ("f'{ g() !r}{h()}'", ["g()", "h()"]),
        ("f'é{g()}'", ["g()"]),
        (r"f'\n\N{DEGREE SIGN}{g()}'", ["g()"]),
        ("f'{{{g()}}}'", ["g()"]),
        ("f'{g():>{h()}.{k()}}'", ["g()", "h()", "k()"]),
        ("f'{g()=}'", ["g()"]),
        ("('g() ' f'{g()}'\n  'é'  f'g() {h()}')", ["g()", "h()"]),
        ("f'''\n é{g()}\n   {h(\n1)}'''", ["g()", "h(\n1)"]),
        ("f'a\\\n{g()}'", ["g()"]),
        ("rf'\\{g()}'", ["g()"]),
        ("f'''{f\"{g()}\"} {h()}'''", ["h()"]),
    ],
)
def test_calls(source: str, calls: list[str]) -> None:
    source = f"x = {source}\n"
    values = formatted_in(source).values
    spans = [value.span for value in values if isinstance(value, Call)]
    assert [text_at(source, span) for span in spans] == calls


def test_a_bare_tuple_stands_from_its_first_to_its_last_element() -> None:
    source = "x = f'{ g(), h() }'\n"
    (value,) = formatted_in(source).values
    assert isinstance(value, Display)
    assert text_at(source, value.span) == "g(), h()"


def formatted_in(source: str) -> Formatted:
    (statement,) = extract_facts(source.encode()).scopes[0].body
    assert isinstance(statement, Assign)
    value: Expr | None = statement.value
    assert isinstance(value, Formatted)
    return value


def text_at(source: str, span: Span) -> str:
    lines = source.encode().split(b"\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column]
    lines[0] = lines[0][span.column :]
    return b"\n".join(lines).decode()
