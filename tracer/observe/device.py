"""Which kind of device a run is evidence of: the name that evidence files carry, from the name a person types.

The driver's own tool is asked, so that no library has to be imported to find out what the machine has.
"""

from __future__ import annotations

import re
import shutil
import subprocess

from tracer.errors import TargetError

CPU = "cpu"


def name_device(device: str) -> str:
    """Name the kind of a device: ``cpu`` as it is, ``cuda`` as in ``nvidia-h200``; any other name stands for itself.

    Raises ``TargetError`` where a GPU is asked for and there is none.
    """
    if device.partition(":")[0] != "cuda":
        return slug_of(device)
    program = shutil.which("nvidia-smi")
    if program is None:
        raise TargetError(f"--device {device}: this machine has no NVIDIA driver; use --device cpu")
    command = [program, "--query-gpu=name", "--format=csv,noheader"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
    names = answer.stdout.split("\n")
    if answer.returncode != 0 or not names[0].strip():
        raise TargetError(f"--device {device}: nvidia-smi finds no GPU; use --device cpu")
    return slug_of(names[0])


def slug_of(name: str) -> str:
    """A device's name as a file name: lower case, dashes between words."""
    return re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.") or CPU
