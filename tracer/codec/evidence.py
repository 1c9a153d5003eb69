"""Evidence to and from bytes: the committed ``docs/evidence/<device>.json``.

JSON, one record per line, equal evidence as equal bytes. What repeats is written once, since these files are committed
and a run has thousands of records::

    {"schema": 1, "device": "cpu", "runs": [{
      "scenario": ..., "target": ..., "python": ..., "outcome": ..., "reason": ..., "partial": ..., "identical": ...,
      "exception": null or [type, message, frame], "configured": {part: value},
      "watched":  null or [attribute, ...], "libraries": {name: version}, "files": {path: sha256},
      "names":    [symbol or path, ...]                      sorted; NAME below is an index into it, -1 stands for null
      "frames":   [[parent, NAME, receiver NAME, path NAME, [span]], ...]   a stack is its last frame; parent -1: none
      "edges":    [[path NAME, [span], caller NAME, callee NAME, caller receiver NAME, receiver NAME, [via NAME], n]]
      "flows":    [[NAME, receiver NAME, frame], ...]
      "writes":   [[attribute, owner NAME, path NAME, [span], NAME, value, count, object first, frame], ...]
      "reads":    [[attribute, owner NAME, path NAME, [span], NAME, count], ...]
      "created":  [[path NAME, [span], caller NAME, callee NAME, count], ...]      sorted
      "classes":  [[NAME, [mro NAME], {method: supplier NAME that inheritance would not give; -1: no such method}], ...]
      "returns":  {function: [class, ...]},
      "executed": {path: "1-5 7"},                            runs of lines
      "arcs":     {path: "3>9 5>-1 !4"}                       besides those from each executed line to the next one;
    }, ...]}                                                  ``!4``: except the one from line 4

Edges, writes and reads stand in the order in which they first happened, which is their ``order``. Nothing here depends
on the machine or the day: no times, no absolute paths, no host names.
"""

from __future__ import annotations

import msgspec

from tracer.codec.evidence_tables import RunTables, tabulate, untabulate
from tracer.errors import TracerError
from tracer.model.evidence import SCHEMA_VERSION, Evidence


class EvidenceError(TracerError):
    """An evidence file cannot be read: not evidence, or written by another version."""


class _File(msgspec.Struct, frozen=True):
    """The whole file."""

    schema: int
    device: str
    runs: tuple[RunTables, ...]


class _Version(msgspec.Struct, frozen=True):
    """What a file of any schema has."""

    schema: int


def encode_evidence(evidence: Evidence) -> bytes:
    """Encode evidence; runs are sorted by target and scenario."""
    runs = sorted(evidence.runs, key=lambda run: (run.target, run.scenario))
    device = msgspec.json.encode(evidence.device)
    head = b'{"schema":%d,"device":%b,"runs":[' % (evidence.schema, device)
    return head + b",".join(_lay_out_run(tabulate(run)) for run in runs) + b"]}\n"


def decode_evidence(content: bytes, name: str = "evidence") -> Evidence:
    """Decode evidence; ``name`` is how errors call the file.

    Raises ``EvidenceError`` for bytes that are not evidence and for a schema other than this program's.
    """
    try:
        schema = msgspec.json.decode(content, type=_Version).schema
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _not_evidence(name, error) from error
    if schema != SCHEMA_VERSION:
        age = "a newer" if schema > SCHEMA_VERSION else "an older"
        raise EvidenceError(f"{name}: schema {schema}, from {age} version than this one ({SCHEMA_VERSION}); {_REMEDY}")
    try:
        file = msgspec.json.decode(content, type=_File)
        return Evidence(file.device, tuple(untabulate(run, file.device) for run in file.runs), file.schema)
    except (msgspec.MsgspecError, UnicodeDecodeError, IndexError, ValueError) as error:
        raise _not_evidence(name, error) from error


_REMEDY = "write it again with `tracer observe`"


def _not_evidence(name: str, error: Exception) -> EvidenceError:
    return EvidenceError(f"{name}: is not evidence ({error}); {_REMEDY}")


def _lay_out_run(tables: RunTables) -> bytes:
    fields = (
        msgspec.json.encode(field) + b":" + _lay_out(getattr(tables, field)) for field in tables.__struct_fields__
    )
    return b"{\n" + b",\n".join(fields) + b"\n}"


def _lay_out(value: object) -> bytes:
    """Encode a table one row per line, a mapping one entry per line, anything else as it is."""
    if isinstance(value, dict) and value:
        entries = (msgspec.json.encode(key) + b":" + msgspec.json.encode(value[key]) for key in sorted(value))
        return b"{\n" + b",\n".join(entries) + b"\n}"
    if isinstance(value, list) and value:
        return b"[\n" + b",\n".join(map(msgspec.json.encode, value)) + b"\n]"
    return msgspec.json.encode(value)
