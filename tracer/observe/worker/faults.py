"""What goes wrong in the recorder itself: written down, and kept from the observed program."""

from __future__ import annotations

from types import TracebackType

from .log import Log


class Faults:
    """A context that swallows the recorder's own errors.

    The monitor must not raise into the program it watches, whatever happens inside; a fault is noted once and marks
    the evidence as partial. A program at its recursion limit is no fault: the recorder, which needs a few frames more,
    only misses that one event.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._noted: set[str] = set()

    def note(self, text: str) -> None:
        """Write a fault down, once."""
        if text not in self._noted:
            self._noted.add(text)
            self._log.write("fault", text)

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if kind is None:
            return False
        if not issubclass(kind, RecursionError | KeyboardInterrupt):
            self.note(f"{kind.__name__} in the recorder: {error}")
        return not issubclass(kind, KeyboardInterrupt)
