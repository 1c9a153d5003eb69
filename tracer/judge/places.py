"""Whether a place in the syntax and a place in the bytecode are the same place.

A call is the same call where path, end line and end column agree. Implicit calls (``with``, ``for``, operators,
properties) and stores have ranges that differ between Python versions: 3.11 reports the whole statement where 3.13
reports an expression. For those, one range has to contain the other; since that is weaker, callers also compare who
holds the place.
"""

from __future__ import annotations

from tracer.model.edges import Site
from tracer.model.names import Span

_CALL_FORMS = frozenset({"call", "getattr", "setattr", "hasattr"})


def contains(outer: Span, inner: Span) -> bool:
    """Whether ``inner`` lies within ``outer``; a range contains itself."""
    starts = (outer.line, outer.column) <= (inner.line, inner.column)
    return starts and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)


def is_same_place(site: Site, path: str, span: Span) -> bool:
    """Whether the observed range is the claimed site."""
    if site.path != path:
        return False
    if site.key == (path, span.end_line, span.end_column):
        return True
    return site.form not in _CALL_FORMS and (contains(site.span, span) or contains(span, site.span))


def place_text(path: str, span: Span) -> str:
    """The place as people and terminals write it: ``path:line``."""
    return f"{path}:{span.line}"
