"""Rewriting a module's stores keeps every other instruction where the source has it."""

from __future__ import annotations

from textwrap import dedent
from types import CodeType

import pytest

from tracer.observe.worker.targets import compile_watched

SOURCE = dedent(
    '''
    """A docstring."""
    from __future__ import annotations

    class C:
        def __init__(self, v: int) -> None:
            (self
                .a) = f(v,
                        v)
            self.a += 1; self.b = self.a.b
            self.__dict__["a"] = [x for x in v]
    '''
)


def _places(code: CodeType) -> set[tuple[int | None, ...]]:
    nested = (part for part in code.co_consts if isinstance(part, CodeType))
    return set(code.co_positions()).union(*map(_places, nested))


def test_positions_are_those_of_the_source():
    rewritten = compile_watched(SOURCE.encode(), "m.py", frozenset({"a"}))
    plain = compile(SOURCE, "m.py", "exec", dont_inherit=True)
    assert rewritten is not None
    assert _places(plain) <= _places(rewritten)


@pytest.mark.parametrize(
    ("source", "watched"),
    [
        (b"x.b = 1", frozenset({"a"})),
        (b"x.a = 1", frozenset()),
        (b"x.a = (", frozenset({"a"})),
        (b"x.a = " + b"-" * 100_000 + b"1", frozenset({"a"})),
    ],
)
def test_what_has_no_store_or_no_syntax_is_left_alone(source, watched):
    assert compile_watched(source, "m.py", watched) is None
