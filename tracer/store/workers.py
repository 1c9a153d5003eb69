"""Processes that may die: run a function over many inputs so that a crash or a hang costs one input only.

A process pool of the standard library breaks as a whole when one worker is killed, and cannot stop a task that takes
too long; libcst's native parser can do both to it. Here every worker has a pipe of its own, is killed at its deadline
and replaced.
"""

from __future__ import annotations

import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

MEMORY_LIMIT = 4 << 30
_START = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a worker gave no answer."""

    reason: str


class _Worker:
    """One process, its pipe, and what it works on until when."""

    def __init__(self, function: Callable[[bytes], bytes]) -> None:
        self.connection, theirs = _START.Pipe()
        self.process: BaseProcess = _START.Process(target=_serve, args=(theirs, function), daemon=True)
        self.process.start()
        theirs.close()
        self.key: str | None = None
        self.deadline = 0.0

    def give(self, key: str, content: bytes, limit: float) -> None:
        self.key, self.deadline = key, time.monotonic() + limit
        # A worker that died while idle shows itself at the next receive.
        with suppress(OSError):
            self.connection.send_bytes(content)

    def take(self) -> bytes | Failure:
        try:
            answer = self.connection.recv_bytes()
        except (EOFError, OSError):
            self.process.join(timeout=1)
            return Failure(f"the reading process ended with exit status {self.process.exitcode}")
        return Failure(answer[1:].decode()) if answer[:1] == b"!" else answer[1:]

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


def map_isolated(
    function: Callable[[bytes], bytes], inputs: Iterable[tuple[str, bytes]], workers: int, limit: float
) -> Iterator[tuple[str, bytes | Failure]]:
    """Yield ``(key, function(content))`` as answers come, in no particular order, computed in ``workers`` processes.

    ``function`` must be picklable. An input whose process dies, raises or takes longer than ``limit`` seconds yields a
    ``Failure``; the others go on.
    """
    waiting = deque(inputs)
    crew = [_Worker(function) for _ in range(min(workers, len(waiting)))]
    try:
        for worker in crew:
            worker.give(*waiting.popleft(), limit)
        while crew:
            for worker in _ready(crew):
                key, answer = worker.key or "", _answer_of(worker)
                if isinstance(answer, Failure):
                    worker.stop()
                    crew.remove(worker)
                    if waiting:
                        crew.append(worker := _Worker(function))
                if waiting:
                    worker.give(*waiting.popleft(), limit)
                elif worker in crew:
                    crew.remove(worker)
                    worker.stop()
                yield key, answer
    finally:
        for worker in crew:
            worker.stop()


def _ready(crew: list[_Worker]) -> list[_Worker]:
    """The workers that answered, died or ran out of time; waits until there is one."""
    soonest = max(0.0, min(worker.deadline for worker in crew) - time.monotonic())
    answered = wait([worker.connection for worker in crew], timeout=soonest)
    now = time.monotonic()
    return [worker for worker in crew if worker.connection in answered or worker.deadline <= now]


def _answer_of(worker: _Worker) -> bytes | Failure:
    if worker.connection.poll():
        return worker.take()
    return Failure("reading it took longer than the time limit")


def _serve(connection: Connection, function: Callable[[bytes], bytes]) -> None:
    """A worker's life: answer until the pipe closes. An answer starts with ``=``, a failure with ``!``."""
    _limit_memory()
    while True:
        try:
            content = connection.recv_bytes()
        except EOFError:
            return
        try:
            answer = b"=" + function(content)
        except Exception as error:  # noqa: BLE001 - whatever a file provokes must cost that file only
            answer = b"!" + f"{error.__class__.__name__} while reading it".encode()
        connection.send_bytes(answer)


def _limit_memory() -> None:
    """Bound the process's memory where the system can, so that one file cannot take the machine's."""
    try:
        import resource  # noqa: PLC0415 - absent outside POSIX
    except ImportError:
        return
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, resource.getrlimit(resource.RLIMIT_AS)[1]))
