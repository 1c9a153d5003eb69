"""Which version of a library an environment holds, by the name it is imported under.

Versions stand in the names of ``*.dist-info`` folders. Most distributions are named after their package; only for the
others are the lists of installed files read. A build's local label (``+cpu``) is left out: its source is the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tracer.parse.environment import Environment


def distribution_versions(environment: Environment, names: Iterable[str]) -> dict[str, str]:
    """The versions of the distributions that provide these import names; names nobody provides are left out."""
    wanted = sorted(set(names))
    folders = [info for path in environment.search_paths for info in sorted(path.glob("*.dist-info"))]
    by_name: dict[str, str] = {}
    for info in folders:
        distribution, version = _split_name(info)
        by_name.setdefault(_normalised(distribution), version)
    versions = {name: by_name[_normalised(name)] for name in wanted if _normalised(name) in by_name}
    missing = {name for name in wanted if name not in versions}
    for info in folders:
        if not missing:
            break
        for name in sorted(missing.intersection(_provided_names(info))):
            versions[name] = _split_name(info)[1]
            missing.discard(name)
    return dict(sorted(versions.items()))


def _split_name(info: Path) -> tuple[str, str]:
    distribution, _, version = info.name.removesuffix(".dist-info").rpartition("-")
    return distribution, version.partition("+")[0]


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _provided_names(info: Path) -> Iterator[str]:
    """The top-level import names of an installed distribution."""
    top_level, record = info / "top_level.txt", info / "RECORD"
    if top_level.is_file():
        yield from top_level.read_text("utf-8", "replace").split()
    elif record.is_file():
        for line in record.read_text("utf-8", "replace").splitlines():
            first, separator, _ = line.partition(",")[0].partition("/")
            yield first if separator else first.removesuffix(".py")
