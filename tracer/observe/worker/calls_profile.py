"""Frame starts on Python 3.11, from ``sys.setprofile``.

The profiler reports every resume of a generator as a call; only the one at the code's first ``RESUME`` is a start.
It reports a return for a frame that raises, too: only one at a returning instruction is a return.

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
        if sys.getprofile() is not profile:
            faults.note(
                "the profile function was replaced, or removed when the stack ran out: later calls were not seen"
            )
        sys.setprofile(None)
        threading.setprofile(None)

    threading.setprofile(profile)
    sys.setprofile(profile)
    return stop
