"""The second pass: which lines and branches of the files in scope ran, as coverage.py measures them."""

# pathlib would be loaded into the observed process for this alone.
# ruff: noqa: PTH118

from __future__ import annotations

import os
from collections.abc import Callable

from .codes import CodeTable
from .log import Log
from .request import Request


def install(request: Request, codes: CodeTable, log: Log) -> Callable[[], None]:
    """Measure until the returned function is called, which writes what ran; says so where coverage.py is missing.

    Arcs are (from line, to line); a negative target is the exit of the code that starts at that line. Arcs *into* a
    code object are left out: its first line says as much.
    """
    try:
        import coverage  # noqa: PLC0415 - the environment may be without it
    except ImportError:
        log.write("uncovered", "the coverage package is not installed in the scenario's environment")
        return lambda: None
    places = [os.path.realpath(root.location) for root in request.roots] + [root.location for root in request.roots]
    include = [place if place.endswith(".py") else os.path.join(place, "*") for place in places]
    measured = coverage.Coverage(data_file=None, branch=True, config_file=False, include=include, messages=False)
    measured.start()

    def stop() -> None:
        measured.stop()
        ran = measured.get_data()
        for file in sorted(ran.measured_files()):
            shown = codes.shown_path(file)
            arcs = sorted(arc for arc in ran.arcs(file) or () if arc[0] > 0)
            if shown is not None:
                log.write("covered", shown, file, sorted(ran.lines(file) or ()), arcs)

    return stop
