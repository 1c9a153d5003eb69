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

    def swallow(self, error: Exception) -> None:
        """Note an error of the recorder, unless the program had left it no stack."""
        if not isinstance(error, RecursionError):
            self.note(f"{type(error).__name__} in the recorder: {error}")

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):
            return False  # KeyboardInterrupt is meant for the program
        self.swallow(error)
        return True
