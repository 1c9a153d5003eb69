"""Names and positions: how a symbol and a place in a file are written down.

A symbol is a string, ``package.module:Class.method``; a module's own top level is ``package.module``. Strings compare,
sort, hash and travel through JSON for nothing, so no table of ids has to be kept in step. A qualified name is local to
its file: ``outer.inner`` for a nested function, ``name#2`` for the second definition of the same name,
``outer.<lambda>#1`` for the first lambda of ``outer``.
"""

from __future__ import annotations

from typing import NamedTuple

SymbolId = str


class Span(NamedTuple):
    """A range of source text: lines from 1, UTF-8 byte columns from 0, the end exclusive (as ``ast`` counts)."""

    line: int
    column: int
    end_line: int
    end_column: int


NO_SPAN = Span(0, 0, 0, 0)
"""The place of what stands nowhere."""


def symbol_id(module: str, qualname: str) -> SymbolId:
    """Join a dotted module name and a file-local qualified name; an empty ``qualname`` names the module's top level."""
    return f"{module}:{qualname}" if qualname else module


def module_of(symbol: SymbolId) -> str:
    """The dotted module name of a symbol."""
    return symbol.partition(":")[0]


def qualname_of(symbol: SymbolId) -> str:
    """The file-local qualified name of a symbol, empty for a module's top level."""
    return symbol.partition(":")[2]


def short_name_of(symbol: SymbolId) -> str:
    """The name a reader would use: the qualified name, or the module's last part for a top level."""
    return qualname_of(symbol) or module_of(symbol).rpartition(".")[2]


def dotted_name_of(symbol: SymbolId) -> str:
    """The symbol with dots throughout, as call-graph tools exchange it."""
    return symbol.replace(":", ".")
