"""Work in processes that may die: a crash, a hang and an exception each cost one input."""

from __future__ import annotations

import os
import signal
import time

from tracer.store.workers import Failure, map_isolated


def work(content: bytes) -> bytes:
    """Do as the input says."""
    if content == b"crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if content == b"hang":
        time.sleep(600)
    if content == b"raise":
        raise ValueError(content)
    if content == b"memory":
        bytearray(1 << 40)
    return content.upper()


def answers(*contents: bytes, workers: int = 2, limit: float = 30) -> dict[str, bytes | Failure]:
    return dict(map_isolated(work, [(content.decode(), content) for content in contents], workers, limit))


def test_failures_cost_one_input_each() -> None:
    assert answers(b"a", b"crash", b"b", b"raise", b"c", b"memory", b"d") == {
        "a": b"A",
        "b": b"B",
        "c": b"C",
        "d": b"D",
        "crash": Failure("the reading process ended with exit status -11"),
        "raise": Failure("ValueError while reading it"),
        "memory": Failure("MemoryError while reading it"),
    }


def test_a_hang_ends_at_its_limit() -> None:
    assert answers(b"hang", b"a", workers=1, limit=3) == {
        "hang": Failure("reading it took longer than the time limit"),
        "a": b"A",
    }


def test_nothing_to_do() -> None:
    assert answers() == {}


def test_stopping_early_leaves_no_process() -> None:
    results = map_isolated(work, [("a", b"a"), ("b", b"b"), ("hang", b"hang")], 2, 60)
    next(results)
    started = time.monotonic()
    results.close()  # type: ignore[attr-defined]
    assert time.monotonic() - started < 10
