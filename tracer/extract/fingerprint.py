"""Which extractor made a file's facts: what a cache must tell apart besides the file's own bytes.

Facts change with the code that lowers them, with libcst, and with the Python version whose ``ast`` gates them (newer
syntax is an error to an older one). Hashing the extractor's own sources means that no edit of it can meet old facts.
"""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

from tracer.model.facts import SCHEMA_VERSION

_PACKAGES = ("model", "codec", "parse", "extract")


@cache
def extractor_fingerprint() -> str:
    """A name for this extractor, usable as a folder name: schema, Python version and a hash of the rest."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256(metadata.version("libcst").encode())
    for package in _PACKAGES:
        for file in sorted((root / package).glob("*.py")):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return f"facts{SCHEMA_VERSION}-py{sys.version_info.major}{sys.version_info.minor}-{digest.hexdigest()[:16]}"
