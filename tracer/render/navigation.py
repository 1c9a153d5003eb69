"""The site's navigation: the hand-written entries with the generated pages in the place kept for them.

MkDocs reads the result through ``INHERIT``. The hand-written part is a plain MkDocs ``nav`` in which one entry,
``- <title>: generated/``, marks where the generated pages go; a project without one gets them alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from tracer.errors import ConfigError
from tracer.render.escape import escape_html
from tracer.render.pages import Page

Listed = tuple[str, str, str]

_PLACE = re.compile(r"^(?P<indent> *)- (?P<title>[^\n]+?): generated/ *$", re.MULTILINE)
DEFAULT = "nav:\n  - Traced: generated/\n"
BANNER = "# Written by tracer; do not edit: the next run replaces this file.\n"


def build_navigation(
    handwritten: str | None, shared: Sequence[Page], targets: Sequence[tuple[str, Sequence[Listed]]]
) -> str:
    """Fill the hand-written navigation; ``targets`` are (title, pages as (path, title, section)).

    Raises ``ConfigError`` where the hand-written part lacks the entry that marks the place.
    """
    text = DEFAULT if handwritten is None else handwritten
    place = _PLACE.search(text)
    if place is None:
        raise ConfigError("docs/nav.yml keeps no place for the generated pages: add an entry '- Traced: generated/'")
    indent = place["indent"]
    lines = [f"{indent}- {place['title']}:"]
    lines += [_entry(indent + "    ", (page.path, page.title, "")) for page in shared[:1]]
    for title, pages in targets:
        lines += [f"{indent}    - {_quote(title)}:", *_list_target(indent + "        ", pages)]
    lines += [_entry(indent + "    ", (page.path, page.title, "")) for page in shared[1:]]
    return BANNER + text[: place.start()] + "\n".join(lines) + text[place.end() :]


def _list_target(indent: str, pages: Sequence[Listed]) -> list[str]:
    lines = [_entry(indent, page) for page in pages if page[2] == ""]
    for section in dict.fromkeys(section for _, _, section in pages if section):
        lines.append(f"{indent}- {_quote(section)}:")
        lines += [_entry(indent + "    ", page) for page in pages if page[2] == section]
    return lines


def _entry(indent: str, page: Listed) -> str:
    path, title, _ = page
    shown = f"{_quote(title)}: " if title else ""
    return f"{indent}- {shown}{_quote('generated/' + path)}"


def _quote(text: str) -> str:
    # A JSON string is a YAML string; themes print titles into HTML as they are.
    return json.dumps(escape_html(text), ensure_ascii=False)
