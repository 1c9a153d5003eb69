"""``witness``: run a program rewritten and return which functions were started, made or called, and from where."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

_PROCESS = Path(__file__).with_name("process.py")


@dataclass(frozen=True, order=True)
class WitnessedEdge:
    """One thing the program did at a place.

    ``kind`` is ``started`` (a body of the program began), ``created`` (its generator or coroutine was made) or
    ``outside`` (something else was called: C code, a class, a library). ``span`` is the place's range in bytes,
    ``form`` what stands there: ``call`` or what calls unasked (``for``, ``with``, ``operator``, ``attribute``, ...).
    """

    path: str
    span: tuple[int, int, int, int]
    caller: str
    form: str
    callee: str
    kind: str


class WitnessError(Exception):
    """The program ended badly; the message is the end of what it said, ``edges`` what it had done until then."""

    def __init__(self, message: str, edges: frozenset[WitnessedEdge]) -> None:
        super().__init__(message)
        self.edges = edges


def witness(
    folder: Path, entry: str = "main.py", argv: tuple[str, ...] = (), *, packages: tuple[str, ...] = (),
    cwd: Path | None = None, timeout: float = 60,
) -> frozenset[WitnessedEdge]:  # fmt: skip
    """Run ``entry`` of ``folder`` in a subprocess; modules of ``packages`` (none: of the folder) are witnessed.

    Raises ``WitnessError`` if the program does not end well.
    """
    with tempfile.TemporaryDirectory() as place:
        output = Path(place) / "edges"
        output.touch()
        command = [sys.executable, "-B", str(_PROCESS), str(folder), entry, str(output), ",".join(packages), *argv]
        done = subprocess.run(
            command, cwd=cwd or folder, capture_output=True, text=True, check=False, timeout=timeout
        )  # fmt: skip
        edges = frozenset(map(_edge_of, output.read_text(encoding="utf-8").splitlines()))
    if done.returncode != 0:
        raise WitnessError(done.stderr[-2000:], edges)
    return edges


def _edge_of(line: str) -> WitnessedEdge:
    path, span, caller, form, callee, kind = json.loads(line)
    return WitnessedEdge(path, tuple(span), caller, form, callee, kind)
