from __future__ import annotations

import pytest

from tracer.errors import TargetError
from tracer.render.contents import TargetContents, decode_contents, encode_contents
from tracer.render.escape import Markdown

VITA = TargetContents(
    "vita",
    "vita",
    "VITA",
    (Markdown("[VITA](vita/index.md)"), Markdown("`p`"), Markdown("3 confirmed")),
    (("vita/index.md", "", ""), ("vita/flows/f.md", "f", "Call flows")),
)


def test_contents_survive() -> None:
    decoded = decode_contents(encode_contents([VITA]))
    assert decoded == {"vita": VITA}
    assert all(isinstance(cell, Markdown) for cell in decoded["vita"].row)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"schema": 1}', b'{"schema": 2, "targets": []}', b"\xff"])
def test_what_is_no_contents_is_refused(content: bytes) -> None:
    with pytest.raises(TargetError, match="run `tracer trace` for all targets"):
        decode_contents(content, "contents.json")
