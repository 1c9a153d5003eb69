"""A hook in front of a generator's code runs once per object, and everything behind it stays where it was."""

from __future__ import annotations

import asyncio.tasks
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import pytest

from tracer.observe.worker.prologues import GENERATOR_FLAGS, with_hook


def _codes_of(module: ModuleType) -> Iterator[CodeType]:
    pending = [compile(Path(str(module.__file__)).read_bytes(), "module.py", "exec")]
    while pending:
        code = pending.pop()
        pending += [part for part in code.co_consts if isinstance(part, CodeType)]
        if code.co_flags & GENERATOR_FLAGS:
            yield code


@pytest.mark.parametrize("module", [asyncio.tasks, contextlib], ids=lambda module: module.__name__)
def test_every_position_stays(module):
    codes = list(_codes_of(module))
    assert len(codes) > 5
    for code in codes:
        told = with_hook(code, lambda: None)
        added = (len(told.co_code) - len(code.co_code)) // 2
        places = list(told.co_positions())
        assert places[added:] == list(code.co_positions())
        assert set(places[:added]) == {(None, None, None, None)}


@pytest.mark.parametrize("constants", [1, 300, 70_000])
def test_the_hook_is_called_by_whoever_makes_an_object(constants):
    namespace: dict[str, FunctionType] = {}
    body = ", ".join(f"{n}.5" for n in range(constants))
    exec(f"def g(a=1, *, b=2):\n    try:\n        yield [a + b, {body}, a]\n    finally: a", namespace)  # noqa: S102 - source written above
    made: list[str] = []
    function = namespace["g"]
    function.__code__ = with_hook(function.__code__, lambda: made.append(sys._getframe(1).f_code.co_name))
    objects = [function() for _ in range(2)]
    assert len(made) == 2
    assert set(made) <= {"<listcomp>", "test_the_hook_is_called_by_whoever_makes_an_object"}
    assert [next(item)[:2] for item in objects] == [[3, 0.5]] * 2
    assert len(made) == 2


def test_an_error_of_the_hook_is_that_of_the_call():
    def g():
        yield 1

    g.__code__ = with_hook(g.__code__, lambda: {}["gone"])
    with pytest.raises(KeyError, match="gone") as caught:
        g()
    assert [entry.name for entry in caught.traceback] == ["test_an_error_of_the_hook_is_that_of_the_call", "<lambda>"]
