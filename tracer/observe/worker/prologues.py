"""Code of generators and coroutines with a call in front: what it calls is told each time an object is made of it.

Calling such a function runs its code up to ``RETURN_GENERATOR``, which makes the object; the body begins at the first
``RESUME`` behind that, much later or never. No event of the interpreter tells of the first part. So a call of a hook,
an added constant, is put at the very beginning. The interpreter counts a frame that has not come to its first
``RESUME`` as incomplete: it is in no traceback, no line event tells of it, and the frame before the hook's is that of
whoever made the object. The added instructions stand on no line; the others keep their positions.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterator
from types import CodeType

GENERATOR_FLAGS = 0x20 | 0x80 | 0x100 | 0x200
"""Generators, coroutines, generators that may be awaited, asynchronous generators."""

_CALL = compile("f()", "", "eval").co_code[2:-2]
"""Loading ``f`` and calling it, as this version has it; a RESUME before and a RETURN_VALUE behind are left out."""

_LOAD_F = bytes((dis.opmap["LOAD_NAME"], 0))
_LOAD_CONST, _EXTENDED, _POP = dis.opmap["LOAD_CONST"], dis.opmap["EXTENDED_ARG"], dis.opmap["POP_TOP"]
_STACK_OF_CALL = 2


def with_hook(code: CodeType, hook: Callable[[], None]) -> CodeType:
    """The code with a call of ``hook`` before everything else."""
    prologue = _call_of_constant(len(code.co_consts))
    units = len(prologue) // 2
    return code.replace(
        co_code=prologue + code.co_code,
        co_consts=(*code.co_consts, hook),
        co_stacksize=max(code.co_stacksize, _STACK_OF_CALL),
        co_linetable=_without_lines(units) + code.co_linetable,
        co_exceptiontable=_moved(code.co_exceptiontable, units),
    )


def _call_of_constant(index: int) -> bytes:
    *high, low = index.to_bytes(max(1, (index.bit_length() + 7) // 8), "big")
    load = b"".join(bytes((_EXTENDED, part)) for part in high) + bytes((_LOAD_CONST, low))
    return _CALL.replace(_LOAD_F, load) + bytes((_POP, 0))


def _without_lines(units: int) -> bytes:
    """Entries of a table of positions (CPython's Objects/locations.md) for code units that stand nowhere."""
    return bytes(0x80 | 15 << 3 | (min(8, units - done) - 1) for done in range(0, units, 8))


def _moved(table: bytes, units: int) -> bytes:
    """A table of exception handlers (CPython's Objects/exception_handling_notes.txt) for code that lies further on."""
    numbers = list(_numbers_in(table))
    moved = bytearray()
    for start, size, target, depth in zip(*(numbers[field::4] for field in range(4)), strict=True):
        entry = b"".join(map(_as_varint, (start + units, size, target + units, depth)))
        moved += bytes((entry[0] | 0x80,)) + entry[1:]
    return bytes(moved)


def _numbers_in(table: bytes) -> Iterator[int]:
    number = 0
    for byte in table:
        number = number << 6 | byte & 63
        if not byte & 64:
            yield number
            number = 0


def _as_varint(number: int) -> bytes:
    parts = [number & 63]
    while number := number >> 6:
        parts.append(number & 63 | 64)
    return bytes(reversed(parts))
