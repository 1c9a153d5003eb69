"""The folders that belong to a configuration, and every read and write of what is committed in them.

``docs/generated`` holds the pages and, among them, the lock; ``docs/evidence`` one file per kind of device;
``.tracer`` what can be made again. Nothing else is ever written. A killed run leaves the old pages and the old
evidence, and one process at a time writes.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from tracer.codec.claims import decode_lock
from tracer.codec.evidence import EvidenceError, decode_evidence, encode_evidence
from tracer.errors import LockError
from tracer.model.claims import LockedClaim
from tracer.model.evidence import Evidence, ScenarioRun
from tracer.model.progress import Progress
from tracer.observe.renewal import renew_run
from tracer.render.contents import CONTENTS, TargetContents, decode_contents
from tracer.render.folder import list_generated, recover_site

LOCK = "claims.json"
MEASURED = ".measured.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """What an earlier run wrote about targets that this one leaves alone."""

    contents: tuple[TargetContents, ...] = ()
    claims: tuple[LockedClaim, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Workspace:
    """The places below a configuration's folder."""

    folder: Path

    @property
    def cache(self) -> Path:
        """Where facts are cached."""
        return self.folder / ".tracer" / "cache"

    @property
    def generated(self) -> Path:
        """Where pages are written."""
        return self.folder / "docs" / "generated"

    @property
    def evidence(self) -> Path:
        """Where evidence is kept."""
        return self.folder / "docs" / "evidence"

    def work_folder(self, scenario: str) -> Path:
        """Where a scenario runs."""
        return self.folder / ".tracer" / "work" / scenario

    @contextmanager
    def alone(self, progress: Progress) -> Iterator[None]:
        """Work here while no other process does; one that is at work already is waited for.

        Scenarios run in fixed folders and evidence is renewed part by part: two at once would mix their runs.
        """
        place = self.folder / ".tracer" / "lock"
        place.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(place)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            progress.stage("wait", "for another tracer in this folder")
            lock.acquire()
        with lock:
            recover_site(self.generated)
            yield

    def read_navigation(self) -> str | None:
        """The hand-written part of the site's navigation, None where there is none."""
        file = self.folder / "docs" / "nav.yml"
        return file.read_text("utf-8") if file.is_file() else None

    def read_evidence(self) -> tuple[Evidence, ...]:
        """The committed evidence of all devices, by file name.

        Raises ``EvidenceError`` for a file that is not evidence, or not that of the device it is named after.
        """
        if self.evidence.exists() and not self.evidence.is_dir():
            raise EvidenceError("docs/evidence: is not a folder; move it away and run `tracer trace`")
        files = sorted(file for file in self.evidence.glob("*.json") if not file.name.endswith(MEASURED))
        return tuple(map(_read_device, files))

    def renew_evidence(self, run: ScenarioRun) -> None:
        """Put a run in the place of the earlier one on its device.

        A run that never started says nothing about the code and does not replace one that did.
        """
        known = next((part for part in self.read_evidence() if part.device == run.device), Evidence(run.device, ()))
        earlier = {(old.target, old.scenario): old.outcome for old in known.runs}
        if run.outcome != "failed" or earlier.get((run.target, run.scenario), "failed") == "failed":
            write_atomically(self.evidence / f"{run.device}.json", encode_evidence(renew_run(known, run)))

    def read_lock(self) -> tuple[LockedClaim, ...]:
        """The claims as they were last written; raises ``LockError`` where they cannot be read."""
        file = self.generated / LOCK
        name = f"docs/generated/{LOCK}"
        try:
            return decode_lock(file.read_bytes(), name)
        except FileNotFoundError as error:
            raise LockError(f"{name}: there is no lock yet; write it with `tracer trace` and commit it") from error

    def read_kept(self, targets: Collection[str]) -> Kept:
        """What stands on disk about ``targets``: their pages, their part of the lock and of the shared pages."""
        content = read_if_there(self.generated / CONTENTS)
        if not targets or content is None:
            return Kept()
        known = decode_contents(content, f"docs/generated/{CONTENTS}")
        kept = [known[name] for name in sorted(targets) if name in known]
        folders = tuple(f"{one.folder}/" for one in kept)
        names = [name for name in list_generated(self.generated) if name.startswith(folders)]
        files = {name: read_if_there(self.generated / name) for name in names}
        return Kept(
            tuple(kept),
            tuple(claim for claim in self.read_lock() if claim.target in targets),
            {name: content for name, content in files.items() if content is not None},
        )

    def find_stale_pages(self, files: Mapping[str, bytes]) -> tuple[str, ...]:
        """The generated files that differ from those on disk, or are missing or left over there, sorted."""
        known = set(list_generated(self.generated)) | set(files)
        return tuple(sorted(name for name in known if read_if_there(self.generated / name) != files.get(name)))


def _read_device(file: Path) -> Evidence:
    name = f"docs/evidence/{file.name}"
    found = decode_evidence(file.read_bytes(), name)
    if found.device != file.stem:
        raise EvidenceError(f"{name}: holds evidence of the device {found.device}; name it {found.device}.json")
    return found


def with_run(evidence: tuple[Evidence, ...], run: ScenarioRun) -> tuple[Evidence, ...]:
    """The evidence of all devices with one more run in it."""
    parts = {part.device: part for part in evidence}
    parts[run.device] = renew_run(parts.get(run.device, Evidence(run.device, ())), run)
    return tuple(parts[device] for device in sorted(parts))


def read_if_there(file: Path) -> bytes | None:
    """A file's bytes, None where it is missing."""
    try:
        return file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def write_atomically(file: Path, content: bytes) -> None:
    """Replace a file in one rename, its folder made if need be."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "wb") as new:
            new.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
