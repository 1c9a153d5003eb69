"""What the parent asks of the recorder: one JSON object, read once.

``mode`` is ``plain`` (run only), ``record`` (calls, writes, reads, classes), ``coverage`` (lines and branches) or
``setup``. ``roots`` are the places in scope. ``attributes`` and ``flows`` are None for *all*. ``masks`` replace folders
of this machine in recorded text, so that no evidence depends on where a checkout lies.
"""

# pathlib would be loaded into the observed process for this alone.
# ruff: noqa: PTH123

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Root:
    """A file or folder in scope: where it lies, how it is shown, its dotted name; ``followed`` if only a library."""

    location: str
    display: str
    module: str
    followed: bool


@dataclass(frozen=True, slots=True)
class Request:
    """One run of the observed program and what to record of it."""

    mode: str
    log: str
    counts: str
    entry: str | None
    script: str | None
    argv: tuple[str, ...]
    seed: int
    roots: tuple[Root, ...]
    attributes: tuple[str, ...] | None
    flows: tuple[str, ...] | None
    returns: tuple[str, ...]
    masks: tuple[tuple[str, str], ...]

    def mask(self, text: str) -> str:
        """Replace the folders of this machine in ``text`` by their labels, and what UTF-8 cannot hold by escapes."""
        for folder, label in self.masks:
            text = re.sub(rf"(?<![\w.-]){re.escape(folder)}(?![\w.-])", label, text)
        return text.encode("utf-8", "backslashreplace").decode()


def read_request(path: str) -> Request:
    """Read the request at ``path``."""
    with open(path, encoding="utf-8") as file:
        fields: dict[str, Any] = json.load(file)
    return Request(
        mode=fields["mode"],
        log=fields["log"],
        counts=fields["counts"],
        entry=fields["entry"],
        script=fields["script"],
        argv=tuple(fields["argv"]),
        seed=fields["seed"],
        roots=tuple(Root(**root) for root in fields["roots"]),
        attributes=None if fields["attributes"] is None else tuple(fields["attributes"]),
        flows=None if fields["flows"] is None else tuple(fields["flows"]),
        returns=tuple(fields["returns"]),
        masks=tuple((folder, label) for folder, label in fields["masks"]),
    )
