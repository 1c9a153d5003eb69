"""Text that came from analysed code, made safe to stand in a Markdown page.

Identifiers, guard texts and exception messages are somebody else's; a page must show them as text, whatever they hold.
One rule does it: whatever is not already ``Markdown`` is escaped when a template prints it, and only the functions of
this module make ``Markdown`` out of foreign text. Character references are used instead of backslashes because they
mean the same in Markdown, in inline HTML and in an attribute.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from markupsafe import Markup

_SPECIAL = re.compile(r"""[&<>"*_`\[\]{}\\|#~^!$@]""")
_LEADING = re.compile(r"^(?:[-+=:?>]|\d+(?=[.)](?:\s|$)))")
_PLAIN_CODE = re.compile(r"[A-Za-z0-9_ .:,()\[\]=/'\"+\-#%@]+")
_CODE_LIMIT = 300
_TEXT_LIMIT = 400


class Markdown(str):
    """Finished markup: printed as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        """The protocol by which template engines recognise finished markup."""
        return str(self)


def clean_text(text: str, limit: int = _TEXT_LIMIT) -> str:
    """Reduce text to one visible line: blanks collapsed, invisible and bidirectional controls spelled out."""
    line = " ".join(text.split())
    if len(line) > limit:
        line = line[: limit - 1] + "…"
    return "".join(map(_show_character, line))


def clean_line(line: str, limit: int = _CODE_LIMIT) -> str:
    """Make one line of source safe to show: its blanks kept, controls spelled out, its length bounded."""
    if len(line) > limit:
        line = line[: limit - 1] + "…"
    return "".join(character if character == "\t" else _show_character(character) for character in line)


def _show_character(character: str) -> str:
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co"}:
        return f"[U+{ord(character):04X}]"
    return character


def escape_text(text: str) -> Markdown:
    """Escape foreign text for use anywhere within a line: prose, table cell, link text or HTML attribute."""
    line = _SPECIAL.sub(_reference, clean_text(text))
    return Markdown(_LEADING.sub(_lead_reference, line))


def escape_html(text: str) -> str:
    """Escape text for a place that is HTML and not Markdown, such as a title in the navigation."""
    return clean_text(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def _lead_reference(match: re.Match[str]) -> str:
    return "".join(f"&#{ord(character)};" for character in match[0])


def code(text: str) -> Markdown:
    """Show foreign text as code: between backticks where that is safe, else as an escaped ``<code>`` element."""
    line = clean_text(text, _CODE_LIMIT)
    if _PLAIN_CODE.fullmatch(line):
        return Markdown(f"`{line}`")
    return Markdown(f"<code>{_SPECIAL.sub(_reference, line)}</code>") if line else Markdown("")


def sentence(pattern: str, *parts: object) -> Markdown:
    """Fill a sentence of our own with parts, escaping each that is not ``Markdown`` already."""
    return Markdown(pattern.format(*map(escape_value, parts)))


def join(separator: str, parts: Sequence[object]) -> Markdown:
    """Join parts into one fragment, escaping each that is not ``Markdown`` already."""
    return Markdown(separator.join(map(escape_value, parts)))


def escape_value(value: object) -> Markdown:
    """Turn whatever a template prints into markup; the environment applies this to every expression.

    A macro's output is finished too, since it was escaped piece by piece.
    """
    if isinstance(value, (Markdown, Markup)):
        return Markdown(value)
    return escape_text(str(value))


def fence(language: str, lines: tuple[str, ...], first: int = 0, marked: tuple[int, ...] = ()) -> Markdown:
    """Fence lines of source, numbered from ``first`` if given, ``marked`` being line numbers to highlight.

    The fence is longer than any run of backticks within.
    """
    shown = [clean_line(line) for line in lines]
    longest = max((len(run) for line in shown for run in re.findall(r"`+", line)), default=0)
    ticks = "`" * max(3, longest + 1)
    numbered = f' linenums="{first}"' if first else ""
    highlighted = " ".join(str(line - first + 1) for line in marked)
    marks = f' hl_lines="{highlighted}"' if highlighted else ""
    return Markdown("\n".join([f"{ticks}{language}{numbered}{marks}", *shown, ticks]))
