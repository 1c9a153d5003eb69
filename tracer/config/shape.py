"""Which keys the configuration may have and of which type: the reference, as values, and the check against it.

The whole shape stands in one place so that it can be read, suggested from and printed. What a key means beyond its
type (a path that must exist, a scenario that must be named) is ``loading``'s business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from tracer.config.document import Document, Key


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string or an integer; ``words`` name it in errors."""

    type: type[str | int]
    words: str


@dataclass(frozen=True, slots=True)
class ListOf:
    """An array whose items all have one shape."""

    item: Shape


@dataclass(frozen=True, slots=True)
class Named:
    """A table whose keys the user chooses."""

    item: Shape


@dataclass(frozen=True, slots=True)
class Table:
    """A table with known keys, those in ``required`` always present."""

    keys: Mapping[str, Shape]
    required: tuple[str, ...] = ()


Shape = Scalar | ListOf | Named | Table

TEXT = Scalar(str, "a string")
NUMBER = Scalar(int, "an integer")
TEXTS = ListOf(TEXT)

SCENARIO = Table(
    {
        "title": TEXT,
        "entry": TEXT,
        "script": TEXT,
        "argv": TEXTS,
        "setup": TEXT,
        "data": Named(TEXT),
        "timeout": NUMBER,
        "memory": NUMBER,
        "seed": NUMBER,
    }
)
DOCUMENT = Table(
    {
        "attributes": TEXTS,
        "flows": ListOf(Table({"to": TEXT, "in": TEXT}, required=("to", "in"))),
        "classes": TEXTS,
        "sequences": ListOf(Table({"title": TEXT, "in": TEXT, "root": TEXT}, required=("title", "in", "root"))),
    }
)
TARGET = Table(
    {
        "title": TEXT,
        "root": TEXT,
        "packages": TEXTS,
        "follow": TEXTS,
        "environment": TEXT,
        "permalink": TEXT,
        "ref": TEXT,
        "library_permalinks": Named(TEXT),
        "document": DOCUMENT,
        "scenarios": Named(SCENARIO),
    },
    required=("packages",),
)
CONFIG = Table(
    {
        "targets": Named(TARGET),
        "accept": ListOf(Table({"claim": TEXT, "why": TEXT}, required=("claim", "why"))),
    },
    required=("targets",),
)


def check_shape(document: Document, value: Any, shape: Shape, key: Key = ()) -> None:
    """Raise ConfigError for the first thing in ``value``, in the document's order, that does not have ``shape``."""
    if isinstance(shape, Scalar):
        check_scalar(document, value, shape, key)
    elif isinstance(shape, ListOf):
        if not isinstance(value, list):
            raise document.error(key, f"must be an array, is {describe_type(value)}")
        for index, item in enumerate(value):
            check_shape(document, item, shape.item, (*key, index))
    elif not isinstance(value, dict):
        raise document.error(key, f"must be a table, is {describe_type(value)}")
    elif isinstance(shape, Named):
        for name, item in value.items():
            check_shape(document, item, shape.item, (*key, name))
    else:
        check_table(document, value, shape, key)


def check_scalar(document: Document, value: Any, shape: Scalar, key: Key) -> None:
    """Raise ConfigError unless ``value`` is a string or an integer as ``shape`` says; a boolean is no integer."""
    if not isinstance(value, shape.type) or isinstance(value, bool):
        raise document.error(key, f"must be {shape.words}, is {describe_type(value)}")


def check_table(document: Document, value: dict[str, Any], shape: Table, key: Key) -> None:
    """Raise ConfigError for an unknown key (naming the nearest known one), a wrong item or a missing key."""
    for name, item in value.items():
        if name not in shape.keys:
            raise document.error((*key, name), f"unknown key; {suggest_key(name, shape)}")
        check_shape(document, item, shape.keys[name], (*key, name))
    for name in shape.required:
        if name not in value:
            raise document.error(key, f"lacks the key {name}")


def suggest_key(name: str, shape: Table) -> str:
    """Name the known key that looks most like ``name``, or all of them where none does."""
    near = get_close_matches(name, shape.keys, n=1)
    return f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(shape.keys))}"


def describe_type(value: Any) -> str:
    """Name the TOML type of a parsed value, with its article."""
    words = {bool: "a boolean", int: "an integer", float: "a float", str: "a string", list: "an array", dict: "a table"}
    return words.get(type(value), "a date or time")
