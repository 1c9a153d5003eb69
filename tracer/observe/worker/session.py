"""One run from request to last row: settle the surroundings, install what is asked for, run, say how it ended."""

# pathlib would be loaded into the observed process for this alone.
# ruff: noqa: PTH123

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Callable
from types import CodeType, FrameType, ModuleType

from . import coverage_pass, environment, imports, reads, setters, targets
from .calls import CallRecorder
from .class_table import ClassTable, name_of
from .codes import Code, CodeTable
from .creations import Creations
from .faults import Faults
from .log import Counters, Log
from .program import CannotStartError, run_program
from .receivers import Receivers, name_after_class
from .request import Request, read_request
from .stacks import Stacks
from .suppliers import write_classes, write_libraries, write_library
from .writes import Writes

if sys.version_info >= (3, 12):
    from .calls_monitoring import install as install_calls
else:
    from .calls_profile import install as install_calls

_LIBRARIES = frozenset({"torch", "transformers"})


def carry_out(path: str) -> None:
    """Carry out the request at ``path`` and leave the process as the program would have left it."""
    request = read_request(path)
    log = Log(request.log)
    log.write("start", ".".join(map(str, sys.version_info[:3])))
    session = _Session(request, log)
    imports.after_each(session.look)
    status = session.run()
    if status:
        sys.exit(status)


class _Session:
    """The recorders of one run and the tables they share."""

    def __init__(self, request: Request, log: Log) -> None:
        self._request = request
        self._log = log
        self._faults = Faults(log)
        self._codes = CodeTable(request, log)
        self._classes = ClassTable(log)
        self._receivers = Receivers(self._classes)
        self._stacks = Stacks(self._codes, self._receivers, log)
        self._looks: list[Callable[[ModuleType], None]] = [environment.settle(request.seed)]
        self._libraries = _LIBRARIES | {root.module.partition(".")[0] for root in request.roots}

    def look(self, module: ModuleType) -> None:
        """Look at a module that has just been imported."""
        with self._faults:
            for look in self._looks:
                look(module)
            if module.__name__ in self._libraries:
                write_library(module.__name__, self._log)

    def run(self) -> int | str | None:
        """Run the program with what the request asks for; what the process should exit with."""
        stop: Callable[[], None] = lambda: None  # noqa: E731
        maker: imports.CodeMaker = imports.make_code
        if self._request.mode == "coverage":
            stop = coverage_pass.install(self._request, self._codes, self._log)
        elif self._request.mode == "record":
            maker, stop = self._install_recorders()
        status: int | str | None = None
        try:
            run_program(self._request, maker)
            _wait_for_threads()
        except CannotStartError as error:
            stop()
            self._log.write("outcome", "failed", str(error))
            self._log.write("end")
            return 1
        except BaseException as error:  # noqa: BLE001 - whatever ends the program, SystemExit too, is its result
            status = self._write_exception(error)
        else:
            self._log.write("outcome", "completed", "")
        stop()
        if self._request.mode == "record":
            with self._faults:
                write_classes(self._request, self._codes, self._classes, self._log)
                write_libraries(self._codes, self._classes, self._log)
        self._log.write("end")
        return status

    def _install_recorders(self) -> tuple[imports.CodeMaker, Callable[[], None]]:
        request, codes, classes, log = self._request, self._codes, self._classes, self._log
        counters = Counters(request.counts)
        calls = CallRecorder(codes, classes, self._receivers, self._stacks, log, counters)
        creations = Creations(codes, log, counters, self._faults)
        writes: Writes | None = None
        if request.attributes is None or request.attributes:
            writes = Writes(request, codes, classes, self._stacks, log, counters, self._faults)
            loads = reads.Reads(writes, codes, classes, log, counters, self._faults)
            reads.install(loads)
            targets.install(writes, loads)
            wrap_recent = setters.install(writes, self._faults)
            self._looks.append(lambda _module: wrap_recent())
        maker = _code_maker(codes, writes, creations)
        imports.replace_code(maker)
        stop_calls = install_calls(codes, _Recorders(calls, writes), self._faults)

        def stop() -> None:
            creations.stop()
            stop_calls()

        os.register_at_fork(after_in_child=stop)
        return maker, stop

    def _write_exception(self, error: BaseException) -> int | str | None:
        """Write how the program ended; the exit status Python would have given."""
        if isinstance(error, SystemExit) and error.code in (None, 0):
            self._log.write("outcome", "completed", "")
            return None
        module, qualname = name_of(type(error))
        kind = qualname if module == "builtins" else f"{module}:{qualname}"
        with self._faults:
            stack = self._stacks.of_traceback(error.__traceback__)
            self._log.write("exception", kind, self._request.mask(_message_of(error)), stack)
        self._log.write("outcome", "raised", "")
        if isinstance(error, SystemExit):
            return error.code
        traceback.print_exception(error)
        return 1


class _Recorders:
    """The observer of a recorded run: calls, and the stores that only a generated ``__init__`` makes."""

    def __init__(self, calls: CallRecorder, writes: Writes | None) -> None:
        self.start = calls.start
        self.returned = calls.returned
        self._writes = writes

    def generated(self, frame: FrameType, entry: Code) -> None:
        """Name a generated ``__init__`` after its class, and record what it stores."""
        if entry.is_unnamed():
            name_after_class(frame, entry)
        if self._writes is not None:
            self._writes.generated(frame)


def _code_maker(codes: CodeTable, writes: Writes | None, creations: Creations) -> imports.CodeMaker:
    """What makes files in scope tell of their stores, loads and generators; others stay as they are."""

    def make(name: str, path: str, ordinary: Callable[[], CodeType]) -> CodeType:
        if codes.shown_path(path) is None:
            return ordinary()
        code = None if writes is None else _compile_watched(path, writes)
        return creations.telling(code or ordinary(), name)

    return make


def _compile_watched(path: str, writes: Writes) -> CodeType | None:
    with writes.paused(), open(path, "rb") as file:
        return targets.compile_watched(file.read(), path, writes.watched)


def _message_of(error: BaseException) -> str:
    """The exception's message; its type's name where the program's own ``__str__`` fails."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - the program's own code: anything may happen, and the run has ended
        return f"<{type(error).__name__} without a message>"


def _wait_for_threads() -> None:
    """Wait for the threads that Python itself would wait for."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
