"""Frame starts from Python 3.12 on, from ``sys.monitoring``'s PY_START.

Other tools (a debugger, coverage.py, a profiler) have ids of their own and are not disturbed. A program that frees the
recorder's id, too, ends the recording, and the evidence says so.

Code out of scope is switched off at its first start, so that libraries run at full speed. CALL is never used: on
3.12.1 it misses ``f(*args, **kwargs)``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CodeType
from typing import Any

from .codes import OUTSIDE, CodeTable
from .faults import Faults
from .observer import Observer

NAME = "tracer"

if sys.version_info >= (3, 12):

    def install(codes: CodeTable, observer: Observer, faults: Faults) -> Callable[[], None]:
        """Report frame starts to ``observer`` until the returned function is called."""
        monitoring = sys.monitoring
        events = monitoring.events
        tool = next((number for number in (4, 3, 2, 5, 1, 0) if monitoring.get_tool(number) is None), None)
        if tool is None:
            faults.note("every tool id of sys.monitoring is taken: no call was seen")
            return lambda: None
        known = codes.known
        start = observer.start
        get_frame = sys._getframe

        def on_start(code: CodeType, _offset: int) -> Any:
            try:
                frame = get_frame(1)
                entry = known.get(id(code)) or codes.of_frame(frame)
                if entry.kind < OUTSIDE:
                    if entry.returns:
                        monitoring.set_local_events(tool, code, events.PY_RETURN)
                    start(frame, entry)
                elif entry.generated:
                    observer.generated(frame, entry)
                else:
                    return monitoring.DISABLE
            except Exception as error:  # noqa: BLE001 - see Faults, whose context costs two calls more per event
                faults.swallow(error)
            return None

        def on_return(code: CodeType, _offset: int, value: object) -> None:
            entry = known.get(id(code))
            if entry is not None:
                with faults:
                    observer.returned(entry, value)

        def stop() -> None:
            if monitoring.get_tool(tool) != NAME or not monitoring.get_events(tool) & events.PY_START:
                faults.note("the program took the recorder's tool id of sys.monitoring: later calls were not seen")
            if monitoring.get_tool(tool) == NAME:
                monitoring.set_events(tool, 0)
                monitoring.free_tool_id(tool)

        monitoring.use_tool_id(tool, NAME)
        monitoring.register_callback(tool, events.PY_START, on_start)
        monitoring.register_callback(tool, events.PY_RETURN, on_return)
        monitoring.set_events(tool, events.PY_START)
        return stop
