from __future__ import annotations

import html
import re

import markdown
import pytest

from tests.unit.render.vita import HOSTILE
from tracer.render.escape import Markdown, clean_text, code, escape_html, escape_text, fence, join, sentence

EXTENSIONS = ["attr_list", "md_in_html", "tables", "toc", "pymdownx.superfences"]


def to_html(text: str) -> str:
    return markdown.markdown(text, extensions=EXTENSIONS)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "**bold** _em_ ~~del~~ `code`",
        "[link](javascript:alert(1)) ![image](x)",
        "# heading",
        "- item",
        "1. item",
        "> quote",
        '!!! note "x"',
        "{: .class #id }",
        "a | b",
        "<!-- never closed",
        "<![CDATA[ never closed",
        "&lt;b&gt;",
        "\\*stars\\*",
        "{{ view }} {% raw %}",
    ],
)
@pytest.mark.parametrize("show", [escape_text, code])
def test_foreign_text_comes_out_as_the_text_it_is(text: str, show: object) -> None:
    assert callable(show)
    rendered = to_html(f"before {show(text)} after")
    visible = html.unescape(re.sub(r"<[^>]+>", "", rendered))
    assert visible == f"before {text} after"
    assert set(re.findall(r"<(\w+)", rendered)) <= {"p", "code"}


def test_text_that_starts_a_line_starts_no_list_or_heading() -> None:
    for text in ("- a", "+ a", "1. a", "12) a", "=== a", ": a"):
        assert to_html(escape_text(text)).startswith("<p>")


def test_controls_and_overrides_are_spelled_out() -> None:
    assert clean_text("a\u202eb\x02c\nd") == "a[U+202E]b[U+0002]c d"


def test_long_text_is_cut() -> None:
    assert len(clean_text(HOSTILE)) < 500
    assert clean_text(HOSTILE).endswith("…")


def test_plain_names_stay_readable_in_the_source() -> None:
    assert code("vita.model:Class.__init__") == "`vita.model:Class.__init__`"
    assert code("f.<lambda>#1") == "<code>f.&#60;lambda&#62;&#35;1</code>"
    assert code("") == ""


def test_sentences_escape_only_what_is_not_finished() -> None:
    assert sentence("{} and {}", "a*b", Markdown("*c*")) == "a&#42;b and *c*"
    assert join(", ", ("<", Markdown("<b>"))) == "&#60;, <b>"


def test_navigation_titles_are_html_text() -> None:
    assert escape_html("f.<lambda> & g") == "f.&lt;lambda&gt; &amp; g"


def test_a_fence_is_longer_than_what_it_holds() -> None:
    block = fence("python", ("x = '''```'''", "y"), 7, (8,))
    assert block.splitlines()[0] == '````python linenums="7" hl_lines="2"'
    assert block.splitlines()[-1] == "````"
