"""Room for deep syntax: facts may nest as deep as the parser's gate lets through, and that is more than 1,000 frames.

From 3.11 on, Python frames take no C stack, and what recurses in C over lowered code is bounded by that gate, so that
a raised limit is safe where this is used.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

RECURSION_LIMIT = 12_000


@contextmanager
def recursion_room() -> Iterator[None]:
    """Raise the interpreter's recursion limit to ``RECURSION_LIMIT`` for a while."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
