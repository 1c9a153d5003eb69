"""Frame starts on Python 3.11, from ``sys.setprofile``.

The profiler reports every resume of a generator as a call; only the one at the code's first ``RESUME`` is a start.
It reports a return for a frame that raises, too: only one at a returning instruction is a return.

A profile function that the program sets for itself runs beside the recorder's and is what ``sys.getprofile`` shows. One
set from C (``cProfile``) takes the recorder's place, and the evidence says so.

Where the program runs out of stack, there is no room to call the profiler either, and the interpreter removes it. What
comes after is not seen, and the evidence says so.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from .codes import OUTSIDE, CodeTable
from .faults import Faults
from .observer import Observer


def install(codes: CodeTable, observer: Observer, faults: Faults) -> Callable[[], None]:
    """Report frame starts to ``observer`` until the returned function is called."""
    known = codes.known
    start = observer.start

    def profile(frame: FrameType, event: str, value: Any) -> None:
        if event == "call":
            try:
                entry = known.get(id(frame.f_code)) or codes.of_frame(frame)
                if entry.kind < OUTSIDE:
                    if entry.start < 0 or frame.f_lasti == entry.start:
                        start(frame, entry)
                elif entry.generated:
                    observer.generated(frame, entry)
            except Exception as error:  # noqa: BLE001 - see Faults, whose context costs two calls more per event
                faults.swallow(error)
        elif event == "return" and codes.has_returns:
            ending = known.get(id(frame.f_code))
            if ending is not None and ending.returns and ending.ends_at(frame.f_lasti):
                with faults:
                    observer.returned(ending, value)

    def stop() -> None:
        others.uninstall()
        if others.find_installed() is None:
            faults.note(
                "the profile function was replaced, or removed when the stack ran out: later calls were not seen"
            )
        sys.setprofile(None)
        threading.setprofile(None)

    others = _Others(profile)
    threading.setprofile(profile)
    sys.setprofile(profile)
    others.install()
    return stop


class _Beside:
    """A profile function that the program set, and the recorder's."""

    def __init__(self, function: Any, recorder: Any) -> None:
        self.function = function
        self._recorder = recorder

    def __call__(self, frame: FrameType, event: str, value: Any) -> None:
        self._recorder(frame, event, value)
        self.function(frame, event, value)


class _Others:
    """Lets the profile functions that the program sets run beside the recorder's instead of in its place."""

    def __init__(self, recorder: Any) -> None:
        self._recorder = recorder
        self._originals = (sys.setprofile, sys.getprofile, threading.setprofile)

    def install(self) -> None:
        """Stand in for the functions that set and tell the profile function."""
        vars(sys)["setprofile"] = lambda function, /: self._originals[0](self._beside(function))
        vars(sys)["getprofile"] = lambda: getattr(self.find_installed(), "function", None)
        vars(threading)["setprofile"] = lambda func: self._originals[2](self._beside(func))

    def uninstall(self) -> None:
        """Give the interpreter its own functions back."""
        vars(sys)["setprofile"], vars(sys)["getprofile"], vars(threading)["setprofile"] = self._originals

    def find_installed(self) -> object | None:
        """What this thread's events go to, if the recorder is among it."""
        installed = self._originals[1]()
        return installed if installed is self._recorder or type(installed) is _Beside else None

    def _beside(self, function: Any) -> Any:
        if function is None:
            return self._recorder
        # A new thread installs what `threading` was given, which has the recorder in it already.
        has_recorder = function is self._recorder or type(function) is _Beside
        return function if has_recorder else _Beside(function, self._recorder)
