"""What the shared pages say about each target, kept in a file beside them.

The list of targets and the navigation speak of all targets, while a run may be asked to write one. What it does not
write it takes from here, so that the pages of the others stay as they are and stay reachable.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tracer.errors import TargetError
from tracer.render.escape import Markdown

CONTENTS = "contents.json"
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class TargetContents:
    """One target: its folder, title and row in the list of targets, and its pages as (path, title, section)."""

    name: str
    folder: str
    title: str
    row: tuple[Markdown, Markdown, Markdown]
    pages: tuple[tuple[str, str, str], ...]


def encode_contents(targets: Iterable[TargetContents]) -> bytes:
    """Encode the contents of all targets, in the order given."""
    listed = [
        {"name": one.name, "folder": one.folder, "title": one.title, "row": one.row, "pages": one.pages}
        for one in targets
    ]
    return (json.dumps({"schema": SCHEMA_VERSION, "targets": listed}, indent=1, ensure_ascii=False) + "\n").encode()


def decode_contents(content: bytes, name: str = CONTENTS) -> Mapping[str, TargetContents]:
    """Decode contents by target; ``name`` is how errors call the file.

    Raises ``TargetError`` for bytes that are none of this schema.
    """
    try:
        listed = json.loads(content)
        if listed["schema"] != SCHEMA_VERSION:
            raise TargetError(f"{name}: written by another version; run `tracer trace` for all targets")
        return {str(one["name"]): _decode_target(one) for one in listed["targets"]}
    except (ValueError, KeyError, TypeError) as error:
        raise TargetError(f"{name}: cannot be read; run `tracer trace` for all targets") from error


def _decode_target(one: Mapping[str, object]) -> TargetContents:
    row, pages = one["row"], one["pages"]
    if not isinstance(row, list) or not isinstance(pages, list):
        raise TypeError
    target, packages, summary = (Markdown(cell) for cell in row)
    listed = tuple((str(path), str(title), str(section)) for path, title, section in pages)
    return TargetContents(str(one["name"]), str(one["folder"]), str(one["title"]), (target, packages, summary), listed)
