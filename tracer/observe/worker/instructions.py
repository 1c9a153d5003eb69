"""Which instructions call something that no call expression asks for, and how.

The ranges of such instructions differ between versions of Python, so the log marks them; what the range is of is then
decided where the syntax is at hand.
"""

from __future__ import annotations

import dis
from collections.abc import Sequence
from types import CodeType

ENTERS, ITERATES, AWAITS, TESTS, FORMATS = "w", "i", "a", "t", "f"
_NAMES = {
    ENTERS: ("BEFORE_WITH", "BEFORE_ASYNC_WITH", "WITH_EXCEPT_START"),
    ITERATES: ("GET_ITER", "FOR_ITER", "GET_AITER", "GET_ANEXT"),
    AWAITS: ("SEND", "GET_AWAITABLE"),
    TESTS: (
        "TO_BOOL", "UNARY_NOT", "POP_JUMP_IF_FALSE", "POP_JUMP_IF_TRUE", "POP_JUMP_FORWARD_IF_FALSE",
        "POP_JUMP_FORWARD_IF_TRUE", "POP_JUMP_BACKWARD_IF_FALSE", "POP_JUMP_BACKWARD_IF_TRUE", "JUMP_IF_FALSE_OR_POP",
        "JUMP_IF_TRUE_OR_POP",
    ),
    FORMATS: ("FORMAT_VALUE", "FORMAT_SIMPLE", "FORMAT_WITH_SPEC", "CONVERT_VALUE", "BUILD_STRING"),
}  # fmt: skip
_MARKS = {dis.opmap[name]: mark for mark, names in _NAMES.items() for name in names if name in dis.opmap}
_CALL, _CONSTANT = dis.opmap["CALL"], dis.opmap["LOAD_CONST"]
_CACHE = dis.opmap.get("CACHE", 0)
_BETWEEN = frozenset(dis.opmap[name] for name in ("CACHE", "PRECALL") if name in dis.opmap)


def marks_of(code: CodeType) -> dict[int, str]:
    """The marks by index of the instruction (its offset halved); instructions without one are left out."""
    opcodes = code.co_code[::2]
    marks = {index: _MARKS[opcode] for index, opcode in enumerate(opcodes) if opcode in _MARKS}
    calls = [index for index, opcode in enumerate(opcodes) if opcode == _CALL]
    if calls:
        places = list(code.co_positions())
        marks |= dict.fromkeys((index for index in calls if _leaves_manager(opcodes, places, index)), ENTERS)
    # 3.12 leaves a frame that waits for a generator it has sent to at the cache entry behind the instruction.
    for index in list(marks):
        behind = index + 1
        while behind < len(opcodes) and opcodes[behind] == _CACHE:
            marks[behind] = marks[index]
            behind += 1
    return marks


def _leaves_manager(opcodes: bytes, places: Sequence[tuple[int | None, ...]], index: int) -> bool:
    """Whether a call is that of ``__exit__``: its arguments are three None that stand where the call itself does."""
    before = index - 1
    while before > 0 and opcodes[before] in _BETWEEN:
        before -= 1
    return opcodes[before] == _CONSTANT and places[before] == places[index]
