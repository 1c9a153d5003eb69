"""The extractor's name in the cache."""

from __future__ import annotations

import sys

from tracer.extract.fingerprint import extractor_fingerprint
from tracer.model.facts import SCHEMA_VERSION


def test_it_names_schema_and_python() -> None:
    prefix = f"facts{SCHEMA_VERSION}-py{sys.version_info.major}{sys.version_info.minor}-"
    assert extractor_fingerprint().startswith(prefix)
    assert extractor_fingerprint() == extractor_fingerprint()
