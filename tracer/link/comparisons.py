"""Comparisons, membership and ``isinstance``: true, false, or None where the walk cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link import constants
from tracer.link.attributes import class_now, class_property, load_from, own_method
from tracer.link.classes import is_subclass
from tracer.link.containers import CONTAINERS, DICTS, SETS, key_of
from tracer.link.frames import Arguments, Frame
from tracer.link.heap import Content
from tracer.link.iteration import definite_items, iterate
from tracer.link.operators import ask_operands
from tracer.link.truth import truth_of_value
from tracer.link.values import (
    ABSENT,
    NOTHING,
    Bound,
    Builtin,
    ClassRef,
    Const,
    External,
    Function,
    InstanceDict,
    MethodWrapper,
    ModuleRef,
    Obj,
    PartialValue,
    PropertyValue,
    Super,
    TupleValue,
    Typed,
    Unknown,
    Value,
    Values,
    class_of,
    known_constant,
    single,
    unknown,
)

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import Span, SymbolId

_REFLECTED = {"==": "__eq__", "!=": "__ne__", "<": "__gt__", "<=": "__ge__", ">": "__lt__", ">=": "__le__"}
_MADE_ANEW = (Bound, Super, TupleValue, PartialValue, MethodWrapper, PropertyValue)
"""Values that stand for a new object wherever they are evaluated."""
_PROTOCOLS = {"typing:Protocol", "typing_extensions:Protocol"}
_NO_MEMBERS = {"__module__", "__qualname__", "__doc__", "__slots__", "__annotations__"}
_COMPARISONS = {"==": "__eq__", "!=": "__ne__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}


def compare(machine: Machine, token: str, left: Values, right: Values, frame: Frame, span: Span) -> bool | None:
    """One comparison; None where it is not known."""
    match token:
        case "is":
            return _is_same(machine, left, right)
        case "is not":
            same = _is_same(machine, left, right)
            return None if same is None else not same
        case "in":
            return contains(machine, right, left, frame, span)
        case "not in":
            inside = contains(machine, right, left, frame, span)
            return None if inside is None else not inside
    if _ask_operands(machine, token, left, right, frame, span):
        return None
    first, second = known_constant(left), known_constant(right)
    if first is not None and second is not None:
        return constants.fold_compare(token, first, second)
    if token in {"==", "!="}:
        same = _is_equal(machine, left, right)
        return None if same is None else same is (token == "==")
    return None


def _ask_operands(machine: Machine, token: str, left: Values, right: Values, frame: Frame, span: Span) -> bool:
    """Call what the operands' classes have for a comparison, and say whether they have; ``!=`` may ask ``__eq__``."""

    def otherwise(one: Values, two: Values) -> Values:
        return NOTHING

    return any(
        ask_operands(machine, left, right, names, otherwise, frame, span, of_comparison=True) is not None
        for names in ((_COMPARISONS[each], _REFLECTED[each]) for each in (token, *(["=="] if token == "!=" else [])))
    )


def is_plain(token: str, left: Values, right: Values) -> bool:
    """Whether the comparison yields a bool; arrays, and what is not known, may yield something else."""
    if token not in _COMPARISONS:
        return True
    kinds = [class_of(value) for value in (*left, *right)]
    return all(kind is not None and kind.startswith(("builtins:", "types:")) for kind in kinds)


def _is_equal(machine: Machine, left: Values, right: Values) -> bool | None:
    verdicts = {_equal_values(machine, one, two) for one in left for two in right}
    return verdicts.pop() if len(verdicts) == 1 else None


def _equal_values(machine: Machine, one: Value, two: Value) -> bool | None:
    if isinstance(one, Const) and isinstance(two, Const):
        return one.value == two.value
    if isinstance(one, Obj) and isinstance(two, Obj) and one.cls in CONTAINERS and two.cls in CONTAINERS:
        return _equal_contents(machine, one, two)
    if isinstance(one, ClassRef | Function | ModuleRef | Builtin) or isinstance(
        two, ClassRef | Function | ModuleRef | Builtin
    ):
        if isinstance(one, Unknown | External | Typed | Obj) or isinstance(two, Unknown | External | Typed | Obj):
            return None
        return one == two
    if isinstance(one, Const) and one.value is None and isinstance(two, Typed | Obj | TupleValue):
        return False if not _has_own_eq(machine, two) else None
    if isinstance(two, Const) and two.value is None and isinstance(one, Typed | Obj | TupleValue):
        return False if not _has_own_eq(machine, one) else None
    return None


def _equal_contents(machine: Machine, one: Obj, two: Obj) -> bool | None:
    first, second = machine.content(one), machine.content(two)
    if not first.is_exact or not second.is_exact:
        return None
    keys = [key for key, _ in first.items]
    if len(keys) != len(second.items) or any(second.get(key) is None for key in keys):
        return False
    if one.cls in SETS:
        return True
    verdicts = [_is_equal(machine, values, second.get(key) or NOTHING) for key, values in first.items]
    return False if False in verdicts else None if None in verdicts else True


def _has_own_eq(machine: Machine, value: Value) -> bool:
    cls = class_of(value)
    return cls is not None and machine.find_in_class(cls, "__eq__") is not None


def _is_same(machine: Machine, left: Values, right: Values) -> bool | None:
    verdicts = {_same_values(machine, one, two) for one in left for two in right}
    return verdicts.pop() if len(verdicts) == 1 else None


def _same_values(machine: Machine, one: Value, two: Value) -> bool | None:
    if isinstance(one, Unknown) or isinstance(two, Unknown):
        return None
    if isinstance(one, External) or isinstance(two, External):
        return True if one == two else None
    if isinstance(one, Const) and isinstance(two, Const):
        if one.kind != two.kind:
            return False
        if one.kind in {"str", "int", "float", "bytes"} and one.value == two.value:
            return None
        return one.value == two.value
    if isinstance(one, Obj) and one == two:
        return None if one.number in machine.heap.summaries else True
    if one == two and (isinstance(one, _MADE_ANEW) or (isinstance(one, Function) and one.closure != -1)):
        return None
    if isinstance(one, Typed) or isinstance(two, Typed):
        first, second = class_of(one), class_of(two)
        if isinstance(one, Typed) and isinstance(two, Typed):
            return None
        if {first, second} & {"builtins:NoneType"} and "builtins:NoneType" not in {first} & {second}:
            return False
        return None if first == second or "builtins:object" in {first, second} else False
    return one == two


def contains(machine: Machine, owners: Values, items: Values, frame: Frame, span: Span) -> bool | None:
    """``items in owners``."""
    verdicts: set[bool | None] = set()

    def ask(owner: Value) -> Values:
        verdicts.add(_contains_value(machine, owner, items, frame, span))
        return NOTHING

    machine.for_each(owners, ask, frame)
    return verdicts.pop() if len(verdicts) == 1 else None


def _contains_value(machine: Machine, owner: Value, items: Values, frame: Frame, span: Span) -> bool | None:
    key = key_of(items)
    if isinstance(owner, InstanceDict):
        if key is None:
            return None
        cell = machine.heap.get((owner.owner.number, str(key[0])))
        return False if cell is None else None if isinstance(cell, frozenset) and ABSENT in cell else True
    if isinstance(owner, Const) and isinstance(owner.value, str):
        return key[0] in owner.value if key is not None and isinstance(key[0], str) else None
    if isinstance(owner, Obj) and owner.cls in DICTS | SETS:
        return _contains_key(machine.content(owner), key)
    members = definite_items(machine, frozenset({owner}), 4096)
    if members is not None:
        return _is_member(machine, members, items, frame, span)
    if isinstance(owner, Obj | Typed) and owner.cls in machine.classes:
        method = own_method(machine, owner, "__contains__")
        if method:
            result = machine.call(method, Arguments([items]), frame, span, "operator")
            value = single(result)
            return truth_of_value(machine, value) if value is not None else None
        if own_method(machine, owner, "__iter__") or own_method(machine, owner, "__getitem__"):
            each = iterate(machine, frozenset({owner}), frame, span)
            _is_member(machine, [each | unknown("no item")], items, frame, span)
    return None


def _is_member(machine: Machine, members: list[Values], items: Values, frame: Frame, span: Span) -> bool | None:
    """Whether one of the members is or equals the items; those behind one that may be are only possibly asked."""
    verdict: bool | None = False
    alternatives = frame.alternatives
    try:
        for member in members:
            same = _is_same(machine, member, items) or compare(machine, "==", member, items, frame, span)
            if same is True:
                return True
            if same is None:
                verdict, frame.alternatives = None, alternatives + 1
    finally:
        frame.alternatives = alternatives
    return verdict


def _contains_key(content: Content, key: tuple[object] | None) -> bool | None:
    if not content.items and not content.rest:
        return False
    if key is None:
        return None
    found = content.get(key[0])
    if found is None:
        return None if content.rest else False
    return None if ABSENT in found else True


def only(machine: Machine, values: Values, truth: bool) -> Values:
    """The values that may have this truth."""
    return frozenset(value for value in values if truth_of_value(machine, value) is not (not truth))


def is_instance(machine: Machine, value: Value, classes: Values) -> bool | None:
    """``isinstance(value, classes)``; None where it is not known."""
    cls = class_of(value)
    verdict = _is_any(machine, value, classes)
    return None if verdict is False and cls is not None and class_property(machine, cls) else verdict


def _is_any(machine: Machine, value: Value, classes: Values) -> bool | None:
    """What an object's type answers."""
    cls = class_of(value)
    if cls is None or not classes or (isinstance(value, PartialValue) and isinstance(value.function, Builtin)):
        return None
    verdicts = {_is_instance_of(machine, value, cls, wanted) for wanted in classes}
    return verdicts.pop() if len(verdicts) == 1 else None


def ask_instance(machine: Machine, values: Values, classes: Values, frame: Frame, span: Span) -> bool | None:
    """``isinstance`` as code calls it: an object whose type does not answer it is asked for its ``__class__``."""
    verdicts: set[bool | None] = set()

    def ask(value: Value) -> Values:
        cls = class_now(machine, value)
        by_type = _is_any(machine, value, classes)
        answers = cls is not None and (own_method(machine, value, "__getattribute__") or class_property(machine, cls))
        if not answers or by_type is True or not isinstance(value, Obj | Typed):
            verdicts.add(by_type)
            return NOTHING
        answer = load_from(machine, value, "__class__", frame, span, "attribute")
        found = {_is_class_among(machine, item, classes) for item in answer}
        verdicts.add(found.pop() if len(found) == 1 and (by_type is False or True in found) else None)
        return NOTHING

    machine.for_each(values, ask, frame)
    return verdicts.pop() if len(verdicts) == 1 else None


def _is_class_among(machine: Machine, answer: Value, classes: Values) -> bool | None:
    """Whether what an object calls its class is one of these or derives from one."""
    wanted = [values for each in classes for values in (each.items if isinstance(each, TupleValue) else [{each}])]
    symbols = [machine.base_symbol(value) for values in wanted for value in values]
    if not isinstance(answer, ClassRef) or len(classes) != 1:
        return None
    verdicts = [None if symbol is None else is_subclass(machine, answer.symbol, symbol) for symbol in symbols]
    return True if True in verdicts else None if None in verdicts else False


def has_instance_check(machine: Machine, symbol: str) -> bool:
    """Whether the class's metaclass answers ``isinstance`` itself."""
    return any(
        isinstance(value, Function) and machine.is_followed(value.module)
        for meta in machine.metaclasses_of(symbol)
        for value in machine.find_in_class(meta, "__instancecheck__") or ()
    )


def _is_instance_of(machine: Machine, value: Value, cls: str, wanted: Value) -> bool | None:
    if isinstance(wanted, TupleValue):
        parts = [is_instance(machine, value, item) for item in wanted.items]
        if True in parts:
            return True
        return None if None in parts or not parts else False
    symbol = machine.base_symbol(wanted)
    if symbol is None:
        return None if not cls.startswith("builtins:") else (False if isinstance(wanted, External) else None)
    if isinstance(value, ClassRef):
        return symbol in {"builtins:type", "builtins:object"}
    if has_instance_check(machine, symbol):
        return None
    verdict = is_subclass(machine, class_now(machine, value) or cls, symbol)
    if verdict is False and isinstance(value, Typed) and cls in machine.mro_of(symbol):
        return None
    if verdict is False and _PROTOCOLS & set(machine.bases_of(symbol)):
        return True if _has_members_of(machine, value, symbol) else None
    return verdict


def _has_members_of(machine: Machine, value: Value, protocol: SymbolId) -> bool:
    """Whether an object is sure to have what a protocol asks for."""
    cls, state = class_of(value), machine.class_state(protocol)
    if cls is None or state is None or len(machine.bases_of(protocol)) > 1:
        return False
    members = {*state.namespace, *state.annotations} - _NO_MEMBERS
    found = [machine.find_in_class(cls, name) for name in members]
    return bool(members) and all(values and ABSENT not in values for values in found)
