"""Abstract values: what an expression may evaluate to.

A points-to set is a ``frozenset`` of these. A singleton set with a known constant, function, class or single object is
as good as a run; everything weaker says so in its type, and ``Unknown`` says why. Values are immutable and compare by
content; objects' attributes and containers' contents live in the heap.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, TypeVar, dataclass_transform
from zlib import crc32

if TYPE_CHECKING:
    from tracer.model.names import SymbolId


class _Hashed:
    """Remembers its hash, which is the same in every run."""

    __slots__ = ("_hash",)
    _hash: int


_Made = TypeVar("_Made", bound=_Hashed)


@dataclass_transform(frozen_default=True)
def _value(cls: type[_Made]) -> type[_Made]:
    """A frozen dataclass whose hash does not depend on the interpreter's hash seed.

    A walk follows the order of its sets, and that order follows from the hashes: so every run walks the same way.
    """
    made = dataclass(frozen=True, slots=True)(cls)
    names = tuple(field.name for field in fields(made))  # type: ignore[arg-type]
    salt = _stable(cls.__name__)

    def remembered(self: _Made) -> int:
        try:
            return self._hash
        except AttributeError:
            found = hash((salt, *(_stable(getattr(self, name)) for name in names)))
            object.__setattr__(self, "_hash", found)
            return found

    made.__hash__ = remembered  # type: ignore[method-assign, assignment]
    return made


def _stable(part: object) -> object:
    """What to hash in place of a part whose own hash differs from run to run."""
    if isinstance(part, str):
        return _checksum(part)
    if part is None or part is ... or isinstance(part, range):
        return _checksum(str(part))
    if isinstance(part, bytes):
        return crc32(part)
    return tuple(_stable(each) for each in part) if type(part) is tuple else part


@cache
def _checksum(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogatepass"))


@_value
class Const(_Hashed):
    """A known constant. ``kind`` keeps ``True`` and ``1`` apart; ``origin`` names the datum it was read from."""

    kind: str
    value: object
    origin: str = ""


@_value
class Typed(_Hashed):
    """Some instance of a class, identity and content unknown (``builtins:str``, ``torch:Tensor``)."""

    cls: SymbolId


@_value
class ClassRef(_Hashed):
    """A class."""

    symbol: SymbolId


@_value
class Function(_Hashed):
    """A Python function: scope ``scope`` of ``module``, closing over the frame numbered ``closure`` (-1: none)."""

    module: str
    scope: int
    closure: int = -1


@_value
class Obj(_Hashed):
    """An abstract object: everything allocated at one place for one owner. ``number`` identifies it in the heap."""

    number: int
    cls: SymbolId


@_value
class Bound(_Hashed):
    """A method bound to a receiver."""

    function: Value
    receiver: Value


@_value
class ModuleRef(_Hashed):
    """A module, by its dotted name."""

    name: str


@_value
class TupleValue(_Hashed):
    """A tuple of known length. ``depth`` counts the tuples nested in it."""

    items: tuple[Values, ...]
    depth: int = 1


@_value
class Super(_Hashed):
    """``super()``: attribute look-up for ``receiver`` starts behind ``after`` in the MRO of ``start``."""

    after: SymbolId
    receiver: Value
    start: SymbolId


@_value
class PartialValue(_Hashed):
    """``functools.partial``."""

    function: Value
    positional: tuple[Values, ...]
    keywords: tuple[tuple[str, Values], ...]


@_value
class Builtin(_Hashed):
    """A function or method the engine has a model for, by name (``len``, ``dict.pop``)."""

    name: str


@_value
class External(_Hashed):
    """Something of a library that is not followed, by its dotted name."""

    name: str


@_value
class Unknown(_Hashed):
    """A value nothing is known of, and why."""

    reason: str


@_value
class PropertyValue(_Hashed):
    """A ``property`` (or ``cached_property``) object."""

    getter: Value | None
    setter: Value | None = None
    deleter: Value | None = None


@_value
class MethodWrapper(_Hashed):
    """A ``staticmethod`` or ``classmethod`` (``kind``) object around a function."""

    kind: str
    function: Value


@_value
class Imported(_Hashed):
    """A name bound by an import that has not been looked up yet; ``name`` None is the module itself."""

    module: str
    name: str | None


@_value
class InstanceDict(_Hashed):
    """``x.__dict__``: a dict whose items are the object's attributes."""

    owner: Obj


@_value
class Absent(_Hashed):
    """In a set: the attribute, item or variable may not be there at all."""


Value = (
    Const
    | Typed
    | ClassRef
    | Function
    | Obj
    | Bound
    | ModuleRef
    | TupleValue
    | Super
    | PartialValue
    | Builtin
    | External
    | Unknown
    | PropertyValue
    | MethodWrapper
    | Imported
    | InstanceDict
    | Absent
)
Values = frozenset[Value]

ABSENT = Absent()
NOTHING: Values = frozenset()
NONE: Values = frozenset({Const("NoneType", None)})
TRUE: Values = frozenset({Const("bool", True)})
FALSE: Values = frozenset({Const("bool", False)})
BOOL: Values = frozenset({Typed("builtins:bool")})
STR: Values = frozenset({Typed("builtins:str")})
INT: Values = frozenset({Typed("builtins:int")})
FLOAT: Values = frozenset({Typed("builtins:float")})

NESTING = 4
"""Tuples nested deeper than this keep only their type."""
WIDTH = 24
"""A set larger than this is widened: constants become their types, then everything becomes unknown."""


def constant(value: object, origin: str = "") -> Values:
    """The set holding one constant; not-a-number, which equals nothing, is kept as a float."""
    if isinstance(value, float) and math.isnan(value):
        return FLOAT
    return frozenset({Const(type(value).__name__, value, origin)})


def boolean(value: bool | None) -> Values:
    """A truth value, ``None`` for one that is not known."""
    return BOOL if value is None else TRUE if value else FALSE


def unknown(reason: str) -> Values:
    """The set holding one unknown."""
    return frozenset({Unknown(reason)})


def tuple_values(items: tuple[Values, ...]) -> Values:
    """The set holding one tuple; one nested deeper than ``NESTING`` keeps only its type."""
    depth = 1 + max((value.depth for item in items for value in item if isinstance(value, TupleValue)), default=0)
    return frozenset({TupleValue(items, depth) if depth <= NESTING else Typed("builtins:tuple")})


def order_key(value: Value) -> tuple[str, ...]:
    """A key that orders a set's values the same way in every run, without descending into them."""
    match value:
        case Const(kind=kind, value=constant, origin=origin):
            return ("Const", kind, str(constant)[:80] if not isinstance(constant, Function) else "", origin)
        case TupleValue(items=items, depth=depth):
            inner = sorted(order_key(part) for item in items[:4] for part in item if not isinstance(part, TupleValue))
            return ("TupleValue", str(depth), str(len(items)), *(text for key in inner[:8] for text in key))
        case Bound(function=function, receiver=receiver):
            return ("Bound", *order_key(function), *order_key(receiver))
        case MethodWrapper(kind=kind, function=function):
            return ("MethodWrapper", kind, *order_key(function))
        case PartialValue(function=function, positional=positional):
            return ("PartialValue", *order_key(function), str(len(positional)))
        case Super(after=after, start=start):
            return ("Super", after, start)
        case PropertyValue(getter=getter):
            return ("PropertyValue", *(order_key(getter) if getter is not None else ()))
        case InstanceDict(owner=owner):
            return ("InstanceDict", *order_key(owner))
    return (type(value).__name__, *(f"{part:08}" if isinstance(part, int) else str(part) for part in _fields_of(value)))


def ordered(values: Iterable[Value]) -> Sequence[Value]:
    """A set's values in the order that every run gives them."""
    found = tuple(values)
    return sorted(found, key=order_key) if len(found) > 1 else found


def _fields_of(value: Value) -> tuple[object, ...]:
    return tuple(getattr(value, name) for name in value.__slots__)


def join(first: Values, second: Values) -> Values:
    """Union, widened when it grows beyond ``WIDTH``."""
    if first is second or second <= first:
        return first
    if first <= second:
        return second
    return widen(first | second)


def join_all(sets: list[Values]) -> Values:
    """Union of any number of sets."""
    result = NOTHING
    for values in sets:
        result = join(result, values)
    return result


def widen(values: Values) -> Values:
    """Bound a set's size; what is given up is given up in one step, so that a fixpoint is reached."""
    if len(values) <= WIDTH:
        return values
    coarse = frozenset(
        Typed(f"builtins:{value.kind}") if isinstance(value, Const) and value.kind != "NoneType" else value
        for value in values
    )
    if len(coarse) <= WIDTH:
        return coarse
    classes = frozenset(Typed(value.cls) if isinstance(value, Obj) else value for value in coarse)
    return classes if len(classes) <= WIDTH else classes & {ABSENT} | {Unknown("too many possible values")}


def without_detail(value: Value) -> Value:
    """A constant's or a tuple's type in its place; what has only few values is kept."""
    match value:
        case Const(kind=kind) if kind not in {"NoneType", "bool"}:
            return Typed(f"builtins:{kind}")
        case TupleValue():
            return Typed("builtins:tuple")
    return value


def without_absent(values: Values) -> Values:
    """The values that are there."""
    return values - {ABSENT} if ABSENT in values else values


def single(values: Values) -> Value | None:
    """The only value of a set, None where there are several."""
    if len(values) == 1:
        (value,) = values
        return value
    return None


def known_constant(values: Values) -> Const | None:
    """The constant that a set is certain to be, if it is."""
    value = single(values)
    return value if isinstance(value, Const) else None


def known_text(values: Values) -> str | None:
    """The string that a set is certain to be, if it is."""
    const = known_constant(values)
    return const.value if const is not None and isinstance(const.value, str) else None


def class_of(value: Value) -> SymbolId | None:
    """The class of a value where it has a known one."""
    match value:
        case Const(kind=kind):
            return f"builtins:{kind}"
        case Typed(cls=cls) | Obj(cls=cls):
            return cls
        case Function():
            return "types:FunctionType"
        case Bound():
            return "types:MethodType"
        case Builtin():
            return "types:BuiltinFunctionType"
        case ClassRef():
            return "builtins:type"
        case ModuleRef():
            return "builtins:module"
        case TupleValue():
            return "builtins:tuple"
        case PropertyValue():
            return "builtins:property"
        case PartialValue():
            return "functools:partial"
        case Super(start=start):
            return start
    return None
