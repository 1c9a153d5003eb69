"""Run the recorder in a subprocess and make sure that it ends.

The process leads a group of its own and carries a mark in its environment, so that whatever it starts can be ended
with it; on Linux it also ends with this process, however that ends. Time is limited by the clock.
Memory is limited by looking at what the group really occupies: a limit on address space or on private mappings
(RLIMIT_AS, RLIMIT_DATA) counts what torch and CUDA reserve and never touch, which is many times what they use. Where
the system has no /proc, memory is not limited.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_WORKER = Path(__file__).resolve().parent / "worker" / "__main__.py"
_LOOK_EVERY = 0.05
_PATIENCE = 5.0
_MARK = "TRACER_RUN"
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True, slots=True)
class Ending:
    """How the process ended: by itself with ``status`` (negative: a signal's number), or stopped for ``limit``."""

    status: int
    limit: str | None
    output: bytes
    errors: str


def run_worker(
    python: Path, request: Mapping[str, Any], *, files: Path, folder: Path, environment: Mapping[str, str],
    timeout: float, memory: int,
) -> Ending:  # fmt: skip
    """Carry out ``request`` in ``folder`` and wait for it; ``files`` is a folder for the request and the output.

    ``timeout`` in seconds, ``memory`` in MiB. Raises ``OSError`` where the interpreter cannot be started.
    """
    files.mkdir(parents=True, exist_ok=True)
    asked = files / "request.json"
    asked.write_text(json.dumps(request), encoding="utf-8")
    command = [str(python), str(_WORKER), str(asked), str(os.getpid())]
    mark = hashlib.sha256(str(files).encode()).hexdigest()[:16]
    with (files / "stdout").open("wb") as output, (files / "stderr").open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603 - the user asked for this code to be run
            command, cwd=folder, env={**environment, _MARK: mark}, stdin=subprocess.DEVNULL, stdout=output,
            stderr=errors, start_new_session=True,
        )  # fmt: skip
        try:
            limit = _wait(process, timeout, memory)
        finally:
            _end_all(process, mark)
    text = (files / "stderr").read_text(encoding="utf-8", errors="replace")
    return Ending(process.returncode, limit, (files / "stdout").read_bytes(), text)


def _wait(process: subprocess.Popen[bytes], timeout: float, memory: int) -> str | None:
    """Wait until the process ends or is over a limit; which limit."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            process.wait(_LOOK_EVERY)
        except subprocess.TimeoutExpired:
            if time.monotonic() > deadline:
                return "timeout"
            if sum(map(_resident_bytes, _process_tree(process.pid))) > memory << 20:
                return "memory"
        else:
            return None


def _end_all(process: subprocess.Popen[bytes], mark: str) -> None:
    """End the process, its group, and whatever else carries its mark: a daemon leaves both group and parent."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + _PATIENCE
    # A signal is not yet an end, and what is being killed may have started another.
    while (left := list(_marked_processes(mark))) and time.monotonic() < deadline:
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_LOOK_EVERY)


def _marked_processes(mark: str) -> Iterator[int]:
    for place in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"{_MARK}={mark}".encode() in place.read_bytes().split(b"\0"):
                yield int(place.parent.name)


def _process_tree(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
            yield from _process_tree(int(child))


def _resident_bytes(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE
    return 0


def scenario_environment(paths: tuple[Path, ...], device: str) -> dict[str, str]:
    """The environment of every pass: this process's own, less what would change the run, plus what fixes it.

    ``paths`` become PYTHONPATH. On ``cpu`` no GPU is visible, and one thread computes, so that sums are added in one
    order on every machine.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE", "COV_"))}
    fixed = {
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "COLUMNS": "80",
        "NO_COLOR": "1",
    }
    if device == "cpu":
        fixed |= {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    return kept | fixed
