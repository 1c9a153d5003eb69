"""The lock, ``docs/generated/claims.json``: every documented claim and the pages that state it, without places.

JSON with one claim per line, sorted, so that a changed claim is a changed line in a review and a merge conflict stays
small::

    {
    "schema": 1,
    "claims": [
    {"kind": ..., "target": ..., "entry": ..., "subject": ..., "expected": [...], "certain": true, "pages": [...]},
    ...
    ]
    }

``entry`` is null for claims about the code as such. A reader refuses what it cannot be sure of: merge-conflict markers,
a newer schema, anything that is not such an object.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tracer.errors import LockError
from tracer.model.claims import Claim, LockedClaim

SCHEMA_VERSION = 1

_CONFLICT = ("<<<<<<< ", ">>>>>>> ", "||||||| ")
_KEYS = {"kind": str, "target": str, "subject": str, "expected": list, "certain": bool, "pages": list}


def lock_claims(claims: Iterable[Claim], pages: Mapping[str, tuple[str, ...]]) -> tuple[LockedClaim, ...]:
    """Strip claims of their places; ``pages`` maps a claim's key to the pages that state it. Sorted by key."""
    locked = (
        LockedClaim(c.kind, c.target, c.entry, c.subject, c.expected, c.certain, tuple(sorted(pages.get(c.key, ()))))
        for c in claims
    )
    return tuple(sorted(locked, key=lambda claim: claim.key))


def encode_lock(
    claims: Iterable[Claim], pages: Mapping[str, tuple[str, ...]], kept: Iterable[LockedClaim] = ()
) -> bytes:
    """Encode claims and the pages that state them, with ``kept`` ones of an earlier lock; equal claims, equal bytes."""
    locked = sorted((*lock_claims(claims, pages), *kept), key=lambda claim: claim.key)
    lines = ",\n".join(map(_encode_claim, locked))
    body = f"[\n{lines}\n]" if lines else "[]"
    return f'{{\n"schema": {SCHEMA_VERSION},\n"claims": {body}\n}}\n'.encode()


def decode_lock(content: bytes, name: str = "claims.json") -> tuple[LockedClaim, ...]:
    """Decode a lock; ``name`` is how errors call the file.

    Raises ``LockError`` with the line for merge-conflict markers, broken JSON and incomplete claims, and for a schema
    that is newer than this program's.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LockError(f"{name}: is not UTF-8 text; write it again with `tracer trace`") from error
    _refuse_conflicts(text, name)
    try:
        lock = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        place = f"{name}:{error.lineno}" if isinstance(error, json.JSONDecodeError) else name
        raise LockError(f"{place}: is not JSON; write it again with `tracer trace`") from error
    entries = _claims_of(lock, name)
    return tuple(_decode_claim(entry, index, text, name) for index, entry in enumerate(entries))


def _encode_claim(claim: LockedClaim) -> str:
    value = {
        "kind": claim.kind,
        "target": claim.target,
        "entry": claim.entry,
        "subject": claim.subject,
        "expected": claim.expected,
        "certain": claim.certain,
        "pages": claim.pages,
    }
    return json.dumps(value, ensure_ascii=False)


def _refuse_conflicts(text: str, name: str) -> None:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith(_CONFLICT):
            message = "holds merge-conflict markers; take either side and run `tracer trace` to write it again"
            raise LockError(f"{name}:{number}: {message}")


def _claims_of(lock: Any, name: str) -> list[Any]:  # noqa: ANN401 - what a JSON file holds is anything
    if not isinstance(lock, dict) or not isinstance(lock.get("schema"), int) or isinstance(lock["schema"], bool):
        raise LockError(f"{name}:1: is not a claim lock (no schema number); write it again with `tracer trace`")
    if lock["schema"] > SCHEMA_VERSION:
        message = f"schema {lock['schema']} is newer than this tracer reads ({SCHEMA_VERSION}); upgrade tracer"
        raise LockError(f"{name}:1: {message}")
    if not isinstance(lock.get("claims"), list):
        raise LockError(f"{name}:1: has no list of claims; write it again with `tracer trace`")
    claims: list[Any] = lock["claims"]
    return claims


def _decode_claim(entry: Any, index: int, text: str, name: str) -> LockedClaim:  # noqa: ANN401 - see above
    wrong = _what_is_wrong(entry)
    if wrong:
        line = _line_of_claim(text, index)
        raise LockError(f"{name}:{line}: claim {index + 1} {wrong}; write it again with `tracer trace`")
    return LockedClaim(
        kind=entry["kind"],
        target=entry["target"],
        entry=entry["entry"],
        subject=entry["subject"],
        expected=tuple(entry["expected"]),
        certain=entry["certain"],
        pages=tuple(entry["pages"]),
    )


def _what_is_wrong(entry: object) -> str:
    """What keeps a decoded JSON value from being a claim, empty where nothing does."""
    if not isinstance(entry, dict):
        return "is not an object"
    for key in (*_KEYS, "entry"):
        if key not in entry:
            return f"lacks {key!r}"
    for key, kind in _KEYS.items():
        if not isinstance(entry[key], kind):
            return f"has a {key!r} of the wrong type"
    texts = [*entry["expected"], *entry["pages"], *([] if entry["entry"] is None else [entry["entry"]])]
    return "" if all(isinstance(text, str) for text in texts) else "holds something other than text"


def _line_of_claim(text: str, index: int) -> int:
    """The line on which the claim with this index begins, however the file is laid out."""
    decoder = json.JSONDecoder()
    position = text.index("[", text.index('"claims"'))
    for _ in range(index + 1):
        position += 1
        while text[position] in " \t\r\n,":
            position += 1
        start = position
        position = decoder.raw_decode(text, start)[1] - 1
    return text.count("\n", 0, start) + 1
