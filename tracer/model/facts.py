"""What one file says about itself, from that file alone.

The header (definitions, imports, attribute names, problems) is what a symbol index needs; the bodies are decoded only
when link walks into them. Nothing here knows the module's dotted name, its package or its neighbours: the same bytes
give the same facts wherever they lie, which is what lets a cache be keyed by content.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from tracer.model.code import Scope
from tracer.model.names import Span

SCHEMA_VERSION = 1


class Definition(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A class, function or lambda of the file.

    ``scope`` is its index among the file's scopes. ``span`` covers the ``def`` or ``class`` to its end without
    decorators; ``first_line`` is the first decorator's line, which is what ``co_firstlineno`` holds at run time.
    ``name_line`` is the line of the ``def`` or ``class`` keyword. ``bases`` and ``decorators`` are source text.
    """

    kind: str
    qualname: str
    scope: int
    parent: int
    span: Span
    first_line: int
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    doc: str | None = None


class Import(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A name bound by an import: ``import module as name`` or ``from module import origin as name``.

    ``level`` counts leading dots; ``origin`` is None for ``import module`` and ``*`` for a star import. ``scope`` is
    the index of the scope that holds the statement. ``conditional``: under an ``if``, ``try`` or loop.
    """

    name: str
    module: str
    level: int
    origin: str | None
    scope: int
    conditional: bool
    span: Span


class Problem(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Why (part of) a file could not be read: ``kind`` is syntax, encoding, depth, size, crash or unreadable."""

    kind: str
    message: str
    line: int = 0


class Header(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """All that the symbol index needs of a file; ``sha256`` is of the file's bytes, ``lines`` counts them."""

    sha256: str
    lines: int
    doc: str | None
    definitions: tuple[Definition, ...]
    imports: tuple[Import, ...]
    bound: tuple[str, ...]
    exports: tuple[str, ...] | None
    attributes: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """A file's header and its scopes; scope 0 is the module's own top level. The sequence may decode lazily."""

    header: Header
    scopes: Sequence[Scope]
