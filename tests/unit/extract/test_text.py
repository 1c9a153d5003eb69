"""One line of display text from source spans, and documentation's first paragraph."""

from __future__ import annotations

import pytest

from tracer.extract.text import MAX_TEXT, first_paragraph, one_line
from tracer.model.names import Span


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a  and b", "a  and b"),
        ("(a\n    and b)", "(a and b)"),
        ("f(\n    a,  # first\n    b,\n)", "f(a, b,)"),
        ("a + \\\n    b", "a + b"),
        ("f('#', # no\n  '''x\ny''')", r"f('#', '''x\ny''')"),
        ("f('[ ', \n '( )')", "f('[ ', '( )')"),
    ],
)
def test_one_line(source: str, text: str) -> None:
    lines = tuple(source.encode().split(b"\n"))
    assert one_line(lines, Span(1, 0, len(lines), len(lines[-1]))) == text


def test_long_text_is_cut() -> None:
    text = one_line((b"a" * 500,), Span(1, 0, 1, 500))
    assert len(text) == MAX_TEXT
    assert text.endswith("a…")


def test_columns_are_bytes() -> None:
    assert one_line(("é + ab".encode(),), Span(1, 5, 1, 7)) == "ab"


@pytest.mark.parametrize(
    ("docstring", "paragraph"),
    [("One.\n    two\n\n    Three.", "One.\ntwo"), ("  ", None), ("\ud800", "\\ud800")],
)
def test_first_paragraph(docstring: str, paragraph: str | None) -> None:
    assert first_paragraph(docstring) == paragraph
