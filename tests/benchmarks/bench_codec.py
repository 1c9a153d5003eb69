"""Lowered code as msgspec structs or as dataclasses: what decoding costs either way.

Both sides read the same msgpack bytes, the scopes of this interpreter's own large modules. msgspec decodes a tagged
union of structs itself; it refuses a union of dataclasses, so these are built in Python from the plain lists it
decodes, by a table of constructors: the shortest way there is.
"""

from __future__ import annotations

import dataclasses
import gc
import sys
import time
import typing
from collections.abc import Callable
from pathlib import Path

import msgspec

from tracer.extract.facts import extract_facts
from tracer.model import code
from tracer.model.names import Span
from tracer.parse.environment import read_environment

MODULES = (
    "argparse",
    "ast",
    "asyncio/base_events",
    "inspect",
    "pickle",
    "tarfile",
    "turtle",
    "typing",
    "unittest/mock",
)
ROUNDS = 5


def make_twin(struct: type[msgspec.Struct]) -> type:
    """A frozen slotted dataclass with the struct's fields."""
    return dataclasses.make_dataclass(struct.__name__, struct.__struct_fields__, frozen=True, slots=True)


TAGGED = {
    value.__struct_config__.tag: value
    for value in vars(code).values()
    if isinstance(value, type) and issubclass(value, msgspec.Struct) and isinstance(value.__struct_config__.tag, int)
}
TWINS = {tag: make_twin(struct) for tag, struct in TAGGED.items()}
SPAN_FIELDS = {
    tag: struct.__struct_fields__.index("span") + 1
    for tag, struct in TAGGED.items()
    if "span" in struct.__struct_fields__
}


def build_dataclass(value: typing.Any) -> typing.Any:
    """The dataclass form of what msgpack holds: ``[tag, field, ...]`` is a node, any other list a tuple."""
    if value.__class__ is not list:
        return value
    if value and value[0].__class__ is int and value[0] in TWINS:
        tag = value[0]
        place = SPAN_FIELDS.get(tag)
        if place is not None:
            value[place] = Span(*value[place])
            fields = [build_dataclass(field) if number != place else field for number, field in enumerate(value)]
        else:
            fields = [build_dataclass(field) for field in value]
        return TWINS[tag](*fields[1:])
    return tuple([build_dataclass(field) for field in value])


def time_best(action: Callable[[], object]) -> float:
    """The best of ``ROUNDS`` runs, in seconds."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        result = action()
        best = min(best, time.perf_counter() - start)
        del result
    return best


def main() -> None:
    """Print one line per way of decoding."""
    stdlib = read_environment().stdlib
    sources = [Path(stdlib, f"{name}.py").read_bytes() for name in MODULES]
    bodies = [scope.body for source in sources for scope in extract_facts(source).scopes]
    encoded = msgspec.msgpack.encode(bodies)
    structs = msgspec.msgpack.Decoder(list[tuple[code.Statement, ...]])
    plain = msgspec.msgpack.Decoder()
    sys.setrecursionlimit(10_000)
    print(f"{len(bodies):,} bodies, {len(encoded) / 1e6:.1f} MB")
    ways: dict[str, Callable[[], object]] = {
        "structs": lambda: structs.decode(encoded),
        "dataclasses": lambda: [build_dataclass(body) for body in plain.decode(encoded)],
    }
    for collector in (gc.enable, gc.disable):
        collector()
        for way, decode in ways.items():
            print(f"{way}, collector {'on' if gc.isenabled() else 'off'}: {time_best(decode) * 1e3:.0f} ms")
    gc.enable()
    try:
        msgspec.msgpack.Decoder(typing.Union[tuple(list(TWINS.values())[:2])])  # noqa: UP007 - made at run time
    except TypeError as error:
        print(f"msgspec on a union of dataclasses: {error}")


if __name__ == "__main__":
    main()
