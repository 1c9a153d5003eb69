"""The work folder a scenario starts in, the same before every pass.

Committed data is laid out first, then ``setup`` runs in a process of its own, then the committed data is laid out
again: a file that the static half reads is, byte for byte, the file the run reads. The result is kept under the hash
of everything it came from, so a setup runs once.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from tracer.model.targets import Scenario
from tracer.observe.process import Ending
from tracer.observe.scope import Scope, ScopeRoot, find_root

_PARTS = "*.py", "*.json", "*.toml", "*.txt"


class SetupError(Exception):
    """The scenario's setup failed; the message says how."""


def prepare_folder(
    scenario: Scenario, scope: Scope, base: Path, root: Path, work: Path, python: Path,
    run_setup: Callable[[Path], Ending],
) -> Path:  # fmt: skip
    """The prepared state for the scenario, made by ``run_setup(folder)`` unless it is there; to be copied, not used.

    ``base`` is the folder that data files are relative to, ``root`` the one that the setup is imported from.
    Raises ``SetupError`` if the setup does not end well or a data file is missing.
    """
    prepared = work / "prepared" / _key_of(scenario, scope, base, root, python)
    if prepared.is_dir():
        return prepared
    folder = reset_folder(work, None)
    _lay_out_data(scenario, base, folder)
    if scenario.setup is not None:
        ending = run_setup(folder)
        if ending.limit is not None or ending.status != 0:
            raise SetupError(_failure_of(ending))
        _lay_out_data(scenario, base, folder)
    prepared.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=prepared.parent))
    shutil.copytree(folder, new, dirs_exist_ok=True, symlinks=True)
    try:
        new.replace(prepared)
    except OSError:  # another process was quicker: its result is the same
        shutil.rmtree(new)
    return prepared


def reset_folder(work: Path, prepared: Path | None) -> Path:
    """Make the work folder anew, as a copy of ``prepared`` or empty; always the same path, which a run may print."""
    folder = work / "run"
    if folder.exists():
        shutil.rmtree(folder)
    if prepared is None:
        folder.mkdir(parents=True)
    else:
        shutil.copytree(prepared, folder, symlinks=True)
    return folder


def _lay_out_data(scenario: Scenario, base: Path, folder: Path) -> None:
    for name, committed in scenario.data:
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(base / committed, place)
        except OSError as error:
            raise SetupError(f"data file {committed}: {error.strerror}") from error


def _key_of(scenario: Scenario, scope: Scope, base: Path, root: Path, python: Path) -> str:
    """A hash of what the prepared folder comes from.

    That is the setup's name, the files of the target's packages and of the setup's own one, the committed data, and
    which versions of which libraries are installed.
    """
    digest = hashlib.sha256(repr((scenario.setup, scenario.seed, str(python), scenario.data)).encode())
    roots: set[ScopeRoot] = set()
    if scenario.setup is not None:
        roots.update(root for root in scope.roots if not root.followed)
        own = find_root(scenario.setup.partition(":")[0].partition(".")[0], [root])
        roots.update([own] if own is not None else [])
        followed = {root.location.parent for root in scope.roots if root.followed}
        digest.update(repr(sorted(info.name for folder in followed for info in folder.glob("*.dist-info"))).encode())
    for place in sorted(roots):
        for file in sorted(_files_of(place.location)):
            digest.update(f"{place.display}/{file.relative_to(place.location)}".encode())
            digest.update(file.read_bytes())
    for _, committed in sorted(scenario.data):
        digest.update((base / committed).read_bytes() if (base / committed).is_file() else b"")
    return digest.hexdigest()[:24]


def _files_of(location: Path) -> list[Path]:
    if location.is_file():
        return [location]
    return [file for pattern in _PARTS for file in location.rglob(pattern) if file.is_file()]


def _failure_of(ending: Ending) -> str:
    last = next((line.strip() for line in reversed(ending.errors.splitlines()) if line.strip()), "")
    how = f"stopped at its {ending.limit} limit" if ending.limit else f"ended with status {ending.status}"
    return f"setup {how}{': ' + last if last else ''}"
