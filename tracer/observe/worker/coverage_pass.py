"""The second pass: which lines and branches of the files in scope ran, as coverage.py measures them."""

# pathlib would be loaded into the observed process for this alone.
# ruff: noqa: PTH118

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from .codes import CodeTable
from .log import Log
from .request import Request


def install(request: Request, codes: CodeTable, log: Log) -> Callable[[], None]:
    """Measure until the returned function is called, which writes what ran; says so where coverage.py is missing.

    Arcs are (from line, to line); a negative target is the exit of the code that starts at that line. Arcs *into* a
    code object are left out: its first line says as much. A program that takes the trace function away while it runs
    is not measured at all, and that is said: half the lines would pass for all of them.
    """
    try:
        import coverage  # noqa: PLC0415 - the environment may be without it
    except ImportError:
        log.write("uncovered", "the coverage package is not installed in the scenario's environment")
        return lambda: None
    replaced = _watch_tracers(coverage)
    places = [os.path.realpath(root.location) for root in request.roots] + [root.location for root in request.roots]
    include = [place if place.endswith(".py") else os.path.join(place, "*") for place in places]
    measured = coverage.Coverage(data_file=None, branch=True, config_file=False, include=include, messages=False)
    measured.start()
    tracer = sys.gettrace()
    replaced.clear()

    def stop() -> None:
        if sys.gettrace() is not tracer:
            replaced.append("the program replaced the trace function")
        measured.stop()
        if replaced:
            log.write("uncovered", replaced[0])
            return
        ran = measured.get_data()
        for file in sorted(ran.measured_files()):
            shown = codes.shown_path(file)
            arcs = sorted(arc for arc in ran.arcs(file) or () if arc[0] > 0)
            if shown is not None:
                log.write("covered", shown, file, sorted(ran.lines(file) or ()), arcs)

    return stop


def _watch_tracers(coverage: Any) -> list[str]:
    """What the program does that keeps coverage.py from seeing lines: a list that fills as it happens.

    There is one trace function per thread, and a debugger or a second measurement takes it away from the first.
    """
    replaced: list[str] = []
    set_trace, start = sys.settrace, coverage.Coverage.start

    def settrace(function: Any, /) -> None:
        caller = sys._getframe(1).f_globals.get("__name__", "")
        # In a new thread it is `threading` that installs what coverage.py has asked it to.
        if not any(str(name).startswith("coverage.") for name in (caller, getattr(function, "__module__", ""))):
            replaced.append("the program set a trace function of its own (a debugger?)")
        set_trace(function)

    def start_another(self: Any) -> Any:
        replaced.append("the program measures its own coverage")
        return start(self)

    vars(sys)["settrace"] = settrace
    type.__setattr__(coverage.Coverage, "start", start_another)
    return replaced
