"""Where generators and coroutines are made: the place in scope whose call gave the object, begun or not.

A call of a generator function starts no body, so no frame's start tells of it (``calls``). The code of such functions
in scope therefore says itself when an object is made (``prologues``), on every version alike and however the call came
about: through ``*args``, ``map``, a library or a ``for``. The place is that of the nearest frame in scope.

Not seen: functions that come from no source file, and objects that no frame in scope makes (a thread's coroutine).
"""

from __future__ import annotations

import sys
import threading
from types import CodeType, FrameType

from .codes import FUNCTION, OUTSIDE, Code, CodeTable
from .faults import Faults
from .log import Counters, Log
from .prologues import GENERATOR_FLAGS, with_hook


class Creations:
    """Makes code tell of the objects made of it, and files what it tells."""

    def __init__(self, codes: CodeTable, log: Log, counters: Counters, faults: Faults) -> None:
        self._codes = codes
        self._log = log
        self._counters = counters
        self._faults = faults
        self._seen: dict[tuple[Code, int, Code], int] = {}
        self._lock = threading.RLock()
        self._stopped = False

    def stop(self) -> None:
        """File nothing from now on."""
        self._stopped = True

    def telling(self, code: CodeType, module: str) -> CodeType:
        """The code of ``module`` (or a part of it) with functions in it that tell of what they make when called."""
        parts = tuple(self.telling(part, module) if type(part) is CodeType else part for part in code.co_consts)
        whole = code.replace(co_consts=parts)
        is_maker = code.co_flags & GENERATOR_FLAGS and self._codes.kind_of(code) == FUNCTION
        return self._telling_itself(whole, module) if is_maker else whole

    def _telling_itself(self, code: CodeType, module: str) -> CodeType:
        known = self._codes.known
        get_frame = sys._getframe

        def tell() -> None:
            try:
                entry = known.get(id(told)) or self._codes.file(told, {"__name__": module})
                self._file(entry, get_frame(1))
            except Exception as error:  # noqa: BLE001 - see Faults, whose context costs two calls more per object
                self._faults.swallow(error)

        told = with_hook(code, tell)
        return told

    def _file(self, entry: Code, frame: FrameType | None) -> None:
        """File an object made of ``entry``; ``frame`` is the innermost that led to it."""
        known = self._codes.known
        while frame is not None:
            site = known.get(id(frame.f_code)) or self._codes.of_frame(frame)
            if site.kind < OUTSIDE:
                break
            frame = frame.f_back
        if frame is None or self._stopped:
            return
        key = (site, frame.f_lasti, entry)
        with self._lock:
            if (slot := self._seen.get(key)) is not None:
                self._counters.view[slot] += 1
                return
            self._seen[key] = slot = self._counters.add()
            row_of = self._codes.row_of
            self._log.write("created", slot, row_of(site), site.position(frame.f_lasti), row_of(entry))
