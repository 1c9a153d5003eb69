"""Call edges: which function in scope was started from which place in scope.

The event source (``calls_profile`` on 3.11, ``calls_monitoring`` from 3.12 on) reports the start of a function's
frame. The frame's nearest ancestor in scope is the caller and its current instruction the site; what lies between is
how the call got there. A frame that starts with no ancestor in scope (the entry, a thread's target) is no edge.
"""

from __future__ import annotations

import threading
from types import FrameType

from .class_table import ClassTable
from .codes import FOLDED, FUNCTION, MODULE, OUTSIDE, OWN, Code, CodeTable
from .log import Counters, Log
from .receivers import Receivers
from .stacks import Stacks

_EdgeKey = tuple[Code, int, Code, int, int, tuple[Code, ...]]


class CallRecorder:
    """Files edges, first stacks and returned classes as frames start and return."""

    def __init__(
        self, codes: CodeTable, classes: ClassTable, receivers: Receivers, stacks: Stacks, log: Log, counters: Counters
    ) -> None:
        self._codes = codes
        self._classes = classes
        self._receivers = receivers
        self._stacks = stacks
        self._log = log
        self._counters = counters
        self._edges: dict[_EdgeKey, int] = {}
        self._returned: set[tuple[int, int]] = set()
        self._lock = threading.RLock()

    def start(self, frame: FrameType, entry: Code, /) -> None:
        """Record that the frame of a code in scope starts."""
        if entry.kind == FOLDED:
            self._receivers.inherit(frame, entry)
        elif entry.kind == MODULE:
            self._receivers.forget(frame)
        if entry.kind != FUNCTION:
            return
        receiver = self._receivers.remember(frame, entry)
        with self._lock:
            if not entry.started:
                entry.started = True
                self._log.write("started", self._codes.row_of(entry))
            self._file_edge(frame, entry, receiver)
            if entry.flow and receiver not in entry.flows:
                entry.flows.add(receiver)
                self._log.write("flow", self._codes.row_of(entry), receiver, self._stacks.of_frame(frame))

    def returned(self, entry: Code, value: object) -> None:
        """Record the class of what a watched function returned."""
        cls = type(value)
        with self._lock:
            if (id(entry), id(cls)) not in self._returned:
                row = self._classes.row_of(cls)  # keeps the class, and so its identity
                self._returned.add((id(entry), id(cls)))
                self._log.write("return", self._codes.row_of(entry), row)

    def _file_edge(self, frame: FrameType, entry: Code, receiver: int) -> None:
        """File the edge to a frame that starts. The recorder's hot loop: most edges are known, and end at the count."""
        known = self._codes.known
        between: tuple[Code, ...] = ()
        caller = frame.f_back
        while caller is not None:
            site = known.get(id(caller.f_code)) or self._codes.of_frame(caller)
            if site.kind < OUTSIDE:
                break
            if site.kind != OWN:
                between += (site,)
            caller = caller.f_back
        else:
            return
        caller_receiver = self._receivers.of_frames.get(id(caller), -1)
        # Entries are compared by identity and live as long as the table, so they serve as the key's parts themselves.
        key = (site, caller.f_lasti, entry, caller_receiver, receiver, between)
        slot = self._edges.get(key)
        if slot is not None:
            self._counters.view[slot] += 1
            return
        self._edges[key] = slot = self._counters.add()
        row_of = self._codes.row_of
        self._log.write(
            "edge", slot, row_of(site), site.position(caller.f_lasti), caller_receiver, row_of(entry), receiver,
            [row_of(code) for code in reversed(between)],
        )  # fmt: skip
