"""Command lines: ``argparse`` run for real on the scenario's arguments, with the options the code declares.

Only constants ever reach the real parser: flags, the builtin types and actions, names of commands. What is not constant
makes the option's value unknown; a parser that may have options which the walk does not know is open, and so are the
namespaces it makes.
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
    TupleValue,
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
_ACTIONS = {"store", "store_true", "store_false", "store_const", "append", "append_const", "extend", "count"}
_WITHOUT_VALUE = {"help", "version"}
_SETTINGS = ("action", "nargs", "dest", "const")
LONGEST = 64
_COMMANDS = "argparse:_SubParsersAction"


@dataclass(frozen=True, slots=True)
class Option:
    """One declared option: what the real parser is given, and whether its value can be known."""

    flags: tuple[str, ...]
    keywords: tuple[tuple[str, Any], ...]
    default: Values
    exact: bool


@dataclass(frozen=True, slots=True)
class Default:
    """One name of ``parser.set_defaults(name=value)``."""

    name: str
    values: Values


@dataclass(frozen=True, slots=True)
class Commands:
    """``parser.add_subparsers(dest=...)``; its ``Command`` declarations are the action object's own."""

    dest: str | None
    action: int


@dataclass(frozen=True, slots=True)
class Command:
    """``subparsers.add_parser(name, aliases=...)``."""

    names: tuple[str, ...]
    parser: int


Declaration = Option | Default | Commands | Command


def add_argument(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``parser.add_argument(...)``."""
    parser = single(arguments.positional[0]) if arguments.positional else None
    flags = [known_text(values) for values in arguments.positional[1:]]
    if not isinstance(parser, Obj):
        return unknown("an option of a parser that is not known")
    known = {name: known_constant(arguments.keywords[name]) for name in _SETTINGS if name in arguments.keywords}
    keywords: dict[str, Any] = {name: const.value for name, const in known.items() if const is not None}
    if arguments.keywords.get("action") == frozenset({ClassRef("argparse:BooleanOptionalAction")}):
        keywords["action"] = argparse.BooleanOptionalAction
    action = keywords.get("action", "store")
    if action in _WITHOUT_VALUE:
        return NONE
    is_known = action in _ACTIONS or action is argparse.BooleanOptionalAction
    if not flags or any(flag is None for flag in flags) or not is_known or (known.get("dest", NONE) is None):
        _leave_open(machine, parser)
        return unknown("an option of which not all is known")
    exact = all(const is not None or name == "action" for name, const in known.items())
    if "type" in arguments.keywords:
        cls = single(arguments.keywords["type"])
        kind = _TYPES.get(cls.symbol) if isinstance(cls, ClassRef) else None
        exact = kind is not None
        keywords["type"] = kind or str
    default = arguments.keywords.get("default", NOTHING)
    _options(machine, parser).append(Option(tuple(f for f in flags if f), tuple(keywords.items()), default, exact))
    return NONE


def _options(machine: Machine, parser: Obj) -> list[Declaration]:
    return machine.options.setdefault(parser.number, [])


def _leave_open(machine: Machine, parser: Obj) -> None:
    machine.open_objects.add(parser.number)


def make_parser(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``ArgumentParser(...)``; one with ``parents`` has options of theirs."""
    parser = single(arguments.positional[0]) if arguments.positional else None
    if isinstance(parser, Obj) and "parents" in arguments.keywords:
        _leave_open(machine, parser)
    return NONE


def set_defaults(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``parser.set_defaults(name=value)``."""
    parser = single(arguments.positional[0]) if arguments.positional else None
    if isinstance(parser, Obj):
        _options(machine, parser).extend(Default(name, values) for name, values in arguments.keywords.items())
        if arguments.rest_keywords:
            _leave_open(machine, parser)
    return NONE


def add_subparsers(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``parser.add_subparsers(dest=...)``."""
    parser = single(arguments.positional[0]) if arguments.positional else None
    if not isinstance(parser, Obj):
        return unknown("commands of a parser that is not known")
    made = machine.allocate(_COMMANDS, (frame.symbol, span), frame)
    given = arguments.keywords.get("dest", NONE)
    _options(machine, parser).append(Commands(known_text(given), made.number))
    if known_constant(given) is None:
        _leave_open(machine, parser)
    return frozenset({made})


def add_command(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``subparsers.add_parser(name, aliases=...)``: a parser of its own."""
    from tracer.link.iteration import definite_items

    action = single(arguments.positional[0]) if arguments.positional else None
    made = machine.allocate("argparse:ArgumentParser", (frame.symbol, span), frame)
    aliases = definite_items(machine, arguments.keywords.get("aliases", frozenset({TupleValue(())})), LONGEST)
    names = [known_text(values) for values in (arguments.at(1, "name") or NOTHING, *(aliases or ()))]
    if isinstance(action, Obj):
        _options(machine, action).append(Command(tuple(name for name in names if name), made.number))
        if aliases is None or None in names:
            _leave_open(machine, action)
    return frozenset({made})


def end_program(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``parser.error(...)`` and ``parser.exit()``."""
    raise AbstractRaiseError("builtins:SystemExit", "")


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
    words = machine.argv if given in {None, NONE} else _words(machine, given or NOTHING)
    if words is None:
        machine.blur_attributes(made, unknown("an argument that the call computes"))
        return frozenset({made})
    if arguments.at(2, "namespace") not in {None, NONE}:
        return unknown("a namespace that the call brings along")
    real = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    try:
        _declare(machine, parser.number, real)
        seen = vars(real.parse_known_args(list(words))[0])
    except (argparse.ArgumentError, argparse.ArgumentTypeError, ValueError) as error:
        raise AbstractRaiseError("builtins:SystemExit", str(error)) from error
    if _is_open(machine, parser.number):
        machine.blur_attributes(made, unknown("an argument that is not known"))
    for name, values in _values(machine, parser.number, seen, frame, span).items():
        machine.note_write(frame, span, "keyword", name, "argparse:Namespace", values, generic=True)
        machine.heap.store(made.number, name, values)
    return frozenset({made})


def _declare(machine: Machine, number: int, real: argparse.ArgumentParser) -> None:
    """Give a real parser the options that the walk saw declared on the object ``number``."""
    for declared in machine.options.get(number, ()):
        match declared:
            case Option(flags=flags, keywords=keywords):
                real.add_argument(*flags, default=argparse.SUPPRESS, **dict(keywords))
            case Commands(dest=dest, action=action):
                commands = real.add_subparsers(dest=dest or argparse.SUPPRESS)
                for command in machine.options.get(action, ()):
                    if isinstance(command, Command) and command.names:
                        inner = commands.add_parser(command.names[0], aliases=command.names[1:], add_help=False)
                        inner.set_defaults(**{_chosen(command.parser): True})
                        _declare(machine, command.parser, inner)


def _chosen(number: int) -> str:
    """Under which name, which no option can have, the real parser says that a command was given."""
    return f"command {number}"


def _values(machine: Machine, number: int, seen: dict[str, Any], frame: Frame, span: Span) -> dict[str, Values]:
    """The namespace's attributes: what was given, else the defaults, those of the command behind its parser's."""
    found: dict[str, Values] = {}
    later: dict[str, Values] = {}
    real = argparse.ArgumentParser(add_help=False)
    for declared in machine.options.get(number, ()):
        match declared:
            case Option(flags=flags, keywords=keywords, exact=exact):
                name = real.add_argument(*flags, **dict(keywords)).dest
                if name in seen:
                    origin = f"argument {flags[0]}"
                    found[name] = _given(machine, seen[name], origin, frame, span) if exact else unknown(origin)
                else:
                    found[name] = _default(declared)
            case Default(name=name, values=values) if name not in seen:
                later[name] = values
            case Commands(dest=dest, action=action):
                if dest is not None:
                    found[dest] = constant(seen.get(dest), f"argument {dest}")
                for command in machine.options.get(action, ()):
                    if isinstance(command, Command) and _chosen(command.parser) in seen:
                        later |= _values(machine, command.parser, seen, frame, span)
    return found | later


def _is_open(machine: Machine, number: int) -> bool:
    """Whether a parser, or one of its commands', may have options that are not known."""
    if number in machine.open_objects:
        return True
    inner = (each for each in machine.options.get(number, ()) if isinstance(each, Commands | Command))
    return any(_is_open(machine, each.action if isinstance(each, Commands) else each.parser) for each in inner)


def _words(machine: Machine, given: Values) -> tuple[str, ...] | None:
    """The words to parse: those of a list that is known, or the scenario's own where the list holds them.

    Words of a file that may be put before the command line do not replace those.
    """
    from tracer.link.iteration import definite_items

    items = definite_items(machine, given, LONGEST)
    if items is not None and all(known_text(item) is not None for item in items):
        return tuple(known_text(item) or "" for item in items)
    value = single(given)
    if not isinstance(value, Obj) or value.cls != "builtins:list":
        return None
    words = {word.value for word in machine.content(value).everything() if isinstance(word, Const)}
    return machine.argv if set(machine.argv) <= words else None


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
