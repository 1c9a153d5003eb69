"""Command lines: ``argparse`` run for real on the scenario's arguments, with the options the code declares.

Only constants ever reach the real parser: flags, defaults, the builtin types and actions. What is not constant makes
the option's value unknown.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracer.link.frames import AbstractRaiseError, Arguments, Frame
from tracer.link.heap import Content
from tracer.link.values import (
    NONE,
    NOTHING,
    ClassRef,
    Const,
    Obj,
    Values,
    constant,
    known_constant,
    known_text,
    single,
    tuple_values,
    unknown,
)
from tracer.model import code

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import Span

_TYPES: dict[str, type] = {"builtins:str": str, "builtins:int": int, "builtins:float": float}
_ACTIONS = {"store", "store_true", "store_false", "append", "count"}


@dataclass(frozen=True, slots=True)
class Option:
    """One declared option: what the real parser is given, and whether its value can be known."""

    flags: tuple[str, ...]
    keywords: tuple[tuple[str, Any], ...]
    default: Values
    exact: bool


def add_argument(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``parser.add_argument(...)``."""
    parser = single(arguments.positional[0]) if arguments.positional else None
    flags = [known_text(values) for values in arguments.positional[1:]]
    if not isinstance(parser, Obj) or not flags or any(flag is None for flag in flags):
        return unknown("an option whose name is not known")
    keywords: dict[str, Any] = {}
    exact = True
    for name in ("action", "nargs", "dest"):
        const = known_constant(arguments.keywords[name]) if name in arguments.keywords else None
        if const is not None:
            keywords[name] = const.value
    if keywords.get("action", "store") not in _ACTIONS:
        return NONE
    if "type" in arguments.keywords:
        cls = single(arguments.keywords["type"])
        kind = _TYPES.get(cls.symbol) if isinstance(cls, ClassRef) else None
        exact = kind is not None
        keywords["type"] = kind or str
    default = arguments.keywords.get("default", NOTHING)
    _options(machine, parser).append(Option(tuple(f for f in flags if f), tuple(keywords.items()), default, exact))
    return NONE


def _options(machine: Machine, parser: Obj) -> list[Option]:
    return machine.options.setdefault(parser.number, [])


def add_group(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """An argument group adds to its parser."""
    return arguments.positional[0]


def parse_dataclass_field(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """The parser of transformers declares an option per dataclass field, by the field's type at run time."""
    parser = single(arguments.at(0, "parser") or NOTHING)
    field = single(arguments.at(1, "field") or NOTHING)
    if not isinstance(parser, Obj) or not isinstance(field, Obj):
        return NONE
    name = known_text(_cell(machine, field, "name"))
    default = _cell(machine, field, "default")
    factory = _cell(machine, field, "default_factory")
    owner = single(_cell(machine, field, "owner"))
    if name is None:
        return NONE
    if default == frozenset({Const("MISSING", "dataclasses.MISSING")}):
        default = NOTHING if factory == default else machine.call(factory, Arguments(), frame, span)
    keywords: dict[str, Any] = {"type": _field_type(machine, owner, name)}
    if keywords["type"] is bool:
        keywords = {"type": _to_bool, "nargs": "?", "const": True}
    _options(machine, parser).append(Option((f"--{name}",), tuple(keywords.items()), default, exact=True))
    return NONE


def _cell(machine: Machine, owner: Obj, name: str) -> Values:
    cell = machine.heap.get((owner.number, name))
    return cell if isinstance(cell, frozenset) else NOTHING


def _field_type(machine: Machine, owner: object, name: str) -> type:
    from tracer.link.library.dataclass_models import annotation_of

    node = annotation_of(machine, owner.symbol, name) if isinstance(owner, ClassRef) else None
    found = {part.id for part in _names(node)}
    for text, kind in (("bool", bool), ("int", int), ("float", float)):
        if text in found and "str" not in found:
            return kind
    return str


def _names(node: code.Expr | None) -> list[code.Name]:
    match node:
        case code.Name():
            return [node]
        case code.Subscript(value=value, index=index):
            return [*_names(value), *_names(index)]
        case code.Binary(left=left, right=right):
            return [*_names(left), *_names(right)]
        case code.Display(elements=elements):
            return [name for element in elements for name in _names(element)]
    return []


def _to_bool(text: str) -> bool:
    return text.lower() in {"yes", "true", "t", "y", "1"}


def parse_args(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``parser.parse_args()``: a namespace of the command line's values."""
    return _namespace(machine, arguments, frame, span)


def parse_known_args(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``parser.parse_known_args()``: the namespace and what is left over."""
    rest = machine.container("list", ("rest", span), frame, Content())
    return tuple_values((_namespace(machine, arguments, frame, span), rest))


def _namespace(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    parser = single(arguments.positional[0]) if arguments.positional else None
    if not isinstance(parser, Obj):
        return unknown("a namespace of parsed arguments")
    made = machine.allocate("argparse:Namespace", (frame.symbol, span), frame)
    given = arguments.at(1, "args")
    if given is not None and given != NONE and not _holds_command_line(machine, given):
        machine.blur_attributes(made, unknown("an argument that the call computes"))
        return frozenset({made})
    options = _options(machine, parser)
    real = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    defaults: dict[str, Option] = {}
    for option in options:
        action = real.add_argument(*option.flags, default=argparse.SUPPRESS, **dict(option.keywords))
        defaults[action.dest] = option
    try:
        seen, _ = real.parse_known_args(list(machine.argv))
    except (argparse.ArgumentError, argparse.ArgumentTypeError, ValueError) as error:
        raise AbstractRaiseError("builtins:SystemExit", str(error)) from error
    for name, option in defaults.items():
        if hasattr(seen, name):
            value = getattr(seen, name)
            flag = option.flags[0]
            values = (
                _given(machine, value, f"argument {flag}", frame, span) if option.exact else unknown(f"argument {flag}")
            )
        else:
            values = _default(option)
        machine.note_write(frame, span, "keyword", name, "argparse:Namespace", values, generic=True)
        machine.heap.store(made.number, name, values)
    return frozenset({made})


def _holds_command_line(machine: Machine, given: Values) -> bool:
    """Whether the words are the scenario's own; words of a file that may be put before them do not replace those."""
    value = single(given)
    if not isinstance(value, Obj) or value.cls != "builtins:list":
        return False
    words = {word.value for word in machine.content(value).everything() if isinstance(word, Const)}
    return set(machine.argv) <= words


def _given(machine: Machine, value: object, origin: str, frame: Frame, span: Span) -> Values:
    if isinstance(value, list):
        items = tuple((index, constant(item, origin)) for index, item in enumerate(value))
        return machine.container("list", (origin, span), frame, Content(items))
    return constant(value, origin)


def _default(option: Option) -> Values:
    if option.default:
        return option.default
    action = dict(option.keywords).get("action")
    return constant({"store_true": False, "store_false": True}.get(action)) if action else NONE
