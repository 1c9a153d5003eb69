"""Start the recorder by file path: ``python <folder>/__main__.py request.json PARENT-PID``.

The package is loaded under a private name and its folder taken off ``sys.path``, so that no module of the recorder can
shadow, or be seen by, a module of the observed program.
"""

# pathlib would be loaded into the observed process for this alone.
# ruff: noqa: PTH100, PTH118, PTH120, PTH123

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import sys

PRIVATE_NAME = "_tracer_worker"


def main() -> None:
    """Load the recorder beside this file and carry out the request named on the command line."""
    end_with_parent(int(sys.argv[2]))
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [place for place in sys.path if os.path.abspath(place) != folder]
    spec = importlib.util.spec_from_file_location(
        PRIVATE_NAME, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    if spec is None or spec.loader is None:
        raise SystemExit("the recorder's own files are missing")
    package = importlib.util.module_from_spec(spec)
    sys.modules[PRIVATE_NAME] = package
    spec.loader.exec_module(package)
    importlib.import_module(f"{PRIVATE_NAME}.session").carry_out(sys.argv[1])


def end_with_parent(parent: int) -> None:
    """Ask Linux to kill this process when the one that started it ends: no limit would hold it any more.

    A ``parent`` that ended before it could be asked is no longer this process's, which then ends itself.
    """
    if sys.platform == "linux":
        set_parent_death_signal, kill = 1, 9
        ctypes.CDLL(None).prctl(set_parent_death_signal, kill)
        if is_orphan(parent):
            os._exit(1)


def is_orphan(ancestor: int) -> bool:
    """Whether ``ancestor`` is none of this process's; a wrapper around the interpreter may stand between them."""
    number = os.getppid()
    while number not in (0, ancestor):
        try:
            with open(f"/proc/{number}/stat", encoding="ascii", errors="replace") as file:
                number = int(file.read().rpartition(")")[2].split()[1])
        except OSError:
            return False
    return number == 0


if __name__ == "__main__":
    main()
