"""Source text as a reader sees it in one line: conditions, bases, decorators, docstrings.

Line breaks, comments and indentation go, string literals stay; nothing is re-printed from a tree, so quotes and
spelling are the author's. The text is for display and for naming guards, never parsed again.
"""

from __future__ import annotations

import inspect
import re

from tracer.model.names import Span

MAX_TEXT = 200
_PIECES = re.compile(
    r"""(?P<string>(?:\"{3}(?:\\.|[^\\])*?\"{3})|(?:'{3}(?:\\.|[^\\])*?'{3})|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
    r"""|(?P<space>(?:\#[^\n]*|\\\n|\s)+)""",
    re.DOTALL,
)


def one_line(lines: tuple[bytes, ...], span: Span) -> str:
    """The span's source on one line, at most ``MAX_TEXT`` characters, cut with an ellipsis."""
    if span.line == span.end_line:
        text = lines[span.line - 1][span.column : span.end_column].decode("utf-8", "replace")
    else:
        first, last = lines[span.line - 1][span.column :], lines[span.end_line - 1][: span.end_column]
        middle = lines[span.line : span.end_line - 1]
        text = _joined(b"\n".join((first, *middle, last)).decode("utf-8", "replace"))
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _joined(text: str) -> str:
    """The text with each run of white space and comments as one space, and none inside brackets' edges."""
    pieces: list[str] = []
    end = 0
    for match in _PIECES.finditer(text):
        pieces.append(text[end : match.start()])
        end = match.end()
        if not match["space"]:
            pieces.append(r"\n".join(match[0].splitlines()))
        elif text[match.start() - 1 : match.start()] not in tuple("([{") and text[end : end + 1] not in tuple(")]}"):
            pieces.append(" ")
    pieces.append(text[end:])
    return "".join(pieces).strip()


def first_paragraph(docstring: str) -> str | None:
    """A docstring's first paragraph, cleaned of indentation; None if it is blank."""
    paragraph = inspect.cleandoc(docstring).strip().partition("\n\n")[0].strip()
    return storable(paragraph) or None


def storable(text: str) -> str:
    """The text with lone surrogates written as escapes, since UTF-8 has no form for them."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")
