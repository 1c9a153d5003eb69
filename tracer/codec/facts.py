"""Facts to bytes and back: msgpack, checksummed, with the header and every scope decodable on its own.

Layout: magic (4 bytes), schema version (2), CRC-32 of all that follows (4), header length (4), header, then an array
of scopes, each of which stays undecoded bytes until somebody walks into that body.
Bytes that are not exactly this raise ``FactsFormatError``; a cache takes that for a miss.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import overload

import msgspec

from tracer.codec.recursion import recursion_room
from tracer.errors import TracerError
from tracer.model.code import Scope
from tracer.model.facts import SCHEMA_VERSION, Header, ModuleFacts

_MAGIC = b"trcf"
_PREFIX = struct.Struct("<4sHII")
_ENCODER = msgspec.msgpack.Encoder()
_HEADERS = msgspec.msgpack.Decoder(Header)
_RAW_SCOPES = msgspec.msgpack.Decoder(tuple[msgspec.Raw, ...])
_SCOPES = msgspec.msgpack.Decoder(Scope)


class FactsFormatError(TracerError):
    """The bytes are no facts of this schema: foreign, older, newer, cut short or damaged."""


class LazyScopes(Sequence[Scope]):
    """The scopes of a decoded file; each is decoded at its first access and kept."""

    __slots__ = ("_raw", "_scopes")

    def __init__(self, raw: tuple[msgspec.Raw, ...]) -> None:
        self._raw = raw
        self._scopes: list[Scope | None] = [None] * len(raw)

    def __len__(self) -> int:
        return len(self._raw)

    @overload
    def __getitem__(self, index: int) -> Scope: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Scope, ...]: ...
    def __getitem__(self, index: int | slice) -> Scope | tuple[Scope, ...]:
        if isinstance(index, slice):
            return tuple([self[number] for number in range(*index.indices(len(self)))])
        scope = self._scopes[index]
        if scope is None:
            scope = self._scopes[index] = _decode_scope(self._raw[index])
        return scope

    def __iter__(self) -> Iterator[Scope]:
        return (self[number] for number in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


def _decode_scope(raw: msgspec.Raw) -> Scope:
    try:
        return _SCOPES.decode(raw)
    except RecursionError:
        with recursion_room():
            return _SCOPES.decode(raw)


def encode_facts(facts: ModuleFacts) -> bytes:
    """Facts as bytes; the same facts give the same bytes."""
    header = _ENCODER.encode(facts.header)
    with recursion_room():
        payload = header + _ENCODER.encode([msgspec.Raw(_ENCODER.encode(scope)) for scope in facts.scopes])
    return _PREFIX.pack(_MAGIC, SCHEMA_VERSION, zlib.crc32(payload), len(header)) + payload


def decode_header(encoded: bytes) -> Header:
    """The header alone, leaving the bodies undecoded.

    Raises:
        FactsFormatError: if the bytes are no facts of this schema.
    """
    header, _ = _checked_parts(encoded)
    try:
        return _HEADERS.decode(header)
    except msgspec.MsgspecError as error:
        raise FactsFormatError(f"facts header: {error}") from error


def decode_facts(encoded: bytes) -> ModuleFacts:
    """All facts, with scopes that decode when first looked at.

    Raises:
        FactsFormatError: if the bytes are no facts of this schema.
    """
    header, scopes = _checked_parts(encoded)
    try:
        with recursion_room():
            return ModuleFacts(_HEADERS.decode(header), LazyScopes(_RAW_SCOPES.decode(scopes)))
    except msgspec.MsgspecError as error:
        raise FactsFormatError(f"facts: {error}") from error


def _checked_parts(encoded: bytes) -> tuple[memoryview, memoryview]:
    """Header and scopes of bytes whose prefix and checksum hold."""
    if len(encoded) < _PREFIX.size:
        raise FactsFormatError("facts: cut short")
    magic, version, checksum, length = _PREFIX.unpack_from(encoded)
    payload = memoryview(encoded)[_PREFIX.size :]
    if magic != _MAGIC or version != SCHEMA_VERSION:
        raise FactsFormatError("facts: of another tool or schema")
    if length > len(payload) or zlib.crc32(payload) != checksum:
        raise FactsFormatError("facts: damaged")
    return payload[:length], payload[length:]
