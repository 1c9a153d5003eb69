"""Bytes to trees: encodings, line splitting, and the gate in front of libcst."""

from __future__ import annotations

import pytest

from tracer.parse import module
from tracer.parse.module import decode_source, parse_module, split_lines


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (b"a", "a"),
        ("é".encode(), "é"),
        (b"\xef\xbb\xbfa", "a"),
        (b"# coding: latin-1\n\xe9", "# coding: latin-1\né"),
        (
            b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n\x80",
            "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n€",
        ),
        (b"a\nb\n# coding: latin-1\n", "a\nb\n# coding: latin-1\n"),
    ],
    ids=["ASCII", "UTF-8", "BOM", "cookie", "second line", "third line is too late"],
)
def test_decoding(source: bytes, text: str) -> None:
    assert decode_source(source) == text


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", (b"",)),
        ("a\nb", (b"a", b"b")),
        ("a\r\nb\rc\n", (b"a", b"b", b"c", b"")),
        ("a\x0cb\u2028c", ("a\x0cb\u2028c".encode(),)),
    ],
)
def test_lines_are_python_lines(text: str, lines: tuple[bytes, ...]) -> None:
    assert split_lines(text) == lines


def test_both_trees() -> None:
    parsed = parse_module(b"x = 1\n")
    assert parsed.tree is not None
    assert parsed.syntax is not None
    assert (parsed.lines, parsed.problems) == ((b"x = 1", b""), ())


def test_refused_sources_never_reach_libcst(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str) -> None:
        raise AssertionError(text[:20])

    monkeypatch.setattr(module.cst, "parse_module", fail)
    for source in (b"(", b"\xff", b"\0", b"a" + b".b" * 900, b"x = '" + b"a" * 2_100_000 + b"'"):
        parsed = parse_module(source)
        assert parsed.tree is None
        assert len(parsed.problems) == 1


def test_the_gate_itself_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_GATE_BYTES", 10)
    parsed = parse_module(b"x = '0123456789'")
    assert (parsed.tree, parsed.syntax) == (None, None)
    assert [problem.kind for problem in parsed.problems] == ["size"]


def test_warnings_of_the_parser_are_not_ours() -> None:
    assert parse_module(b"x = '\\d'\ny = 1 is 1\n").problems == ()
