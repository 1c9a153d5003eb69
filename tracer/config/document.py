"""A TOML document that knows on which line each of its keys stands.

``tomllib`` decides what the document means but forgets where it said so, and style-preserving readers keep the layout
without handing out positions. Rather than a second TOML grammar that may disagree with the first, a line is found by
asking ``tomllib`` itself: the key stands on the first line whose prefix of the document, parsed, holds it. That costs
a few dozen parses of a small file, and only when there is something to complain about.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracer.errors import ConfigError

Key = tuple[str | int, ...]

# What may be missing after a line inside a multi-line value: arrays, and inline tables where newlines are allowed.
CLOSINGS = ("", "]", "]]", "}", "}]", "]}", "]}]")
SYNTAX_PLACE = re.compile(r"^(?P<what>.*?) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed TOML file: ``name`` as errors print it, its text and the table at ``prefix``."""

    name: str
    text: str
    prefix: tuple[str, ...]
    values: Mapping[str, Any]

    def error(self, key: Key, message: str) -> ConfigError:
        """Make the error about ``key``, a path below ``prefix``: ``file:line: key: message``."""
        whole = (*self.prefix, *key)
        shown = f"{render_key(whole)}: " if whole else ""
        return ConfigError(f"{self.name}:{find_line(self.text, whole)}: {shown}{message}")


def read_document(path: Path, prefix: tuple[str, ...] = ()) -> Document:
    """Read the table at ``prefix`` (empty if absent) of a TOML file.

    Raises ConfigError, with line and column where there are any, for a file that is missing, not UTF-8 or not TOML.
    """
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path.name}:{line}: not UTF-8") from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(describe_syntax_error(path.name, text, str(error))) from error
    return Document(path.name, text, prefix, find_value(values, prefix) or {})


def describe_syntax_error(name: str, text: str, complaint: str) -> str:
    """Turn the parser's complaint into ``file:line:column: not TOML: what``; without a place it is the last line."""
    place = SYNTAX_PLACE.match(complaint)
    if place is None:
        return f"{name}: not TOML: {complaint}"
    line = place["line"] or max(1, len(text.splitlines()))
    column = f":{place['column']}" if place["column"] else ""
    return f"{name}:{line}{column}: not TOML: {place['what'][:1].lower()}{place['what'][1:]}"


def find_line(text: str, key: Key) -> int:
    """Find the line (from 1) where ``key`` is first given; 1 where the document never gives it."""
    lines = text.splitlines(keepends=True)

    def holds(count: int) -> bool:
        """Whether the first ``count`` lines, or as few more as make a document, give the key."""
        for end in range(count, len(lines) + 1):
            values = parse_prefix("".join(lines[:end]))
            if values is not None:
                return find_value(values, key) is not None
        return False

    found = bisect_left(range(1, len(lines) + 1), True, key=holds)
    return found + 1 if found < len(lines) else 1


def parse_prefix(text: str) -> dict[str, Any] | None:
    """Parse the beginning of a document, closing what its last line leaves open; None in the midst of a value."""
    for closing in CLOSINGS:
        try:
            return tomllib.loads(text + closing)
        except tomllib.TOMLDecodeError:
            continue
    return None


def find_value(values: Any, key: Key) -> Any:
    """Follow ``key`` into parsed TOML; None where it leads nowhere (TOML has no null)."""
    for part in key:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return None
    return values


def render_key(key: Key) -> str:
    """Write a key as TOML would: ``targets.vita.document.flows[1].to``."""
    shown = ""
    for part in key:
        if isinstance(part, int):
            shown += f"[{part}]"
        else:
            shown += ("." if shown else "") + (part if BARE_KEY.fullmatch(part) else f'"{part}"')
    return shown
