"""Where a written value comes from, in the program's own terms."""

from __future__ import annotations

from tracer.link.values import Const, Obj, Typed, Unknown, Value, Values, class_of
from tracer.model.names import short_name_of


def describe_sources(values: Values) -> tuple[str, ...]:
    """One short sentence part per possible value, sorted."""
    return tuple(sorted({_describe(value) for value in values}))[:8]


def _describe(value: Value) -> str:
    match value:
        case Const(value=constant, origin=origin) if origin:
            return f"{origin}: {constant!r}"
        case Const(value=constant):
            return f"literal {constant!r}"[:100]
        case Obj(cls=cls):
            return f"an instance of {short_name_of(cls)}"
        case Typed(cls=cls):
            return f"some {short_name_of(cls)}"
        case Unknown(reason=reason):
            return reason
    symbol = class_of(value)
    return short_name_of(symbol) if symbol else "a value of a library"
