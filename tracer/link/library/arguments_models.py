"""Command lines: ``argparse`` run for real on the scenario's arguments, with the options the code declares.

Only constants ever reach the real parser: flags, the builtin types and actions, names of commands. What is not constant
makes the option's value unknown; a parser that may have options which the walk does not know is open, and so are the
namespaces it makes. Options are declared under conditions: one whose conditions do not all hold where the command line
is parsed may be there or not.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from tracer.link.frames import AbstractRaiseError, Arguments, Frame
from tracer.link.heap import Content
from tracer.link.iteration import definite_items
from tracer.link.values import (
    ABSENT,
    NONE,
    NOTHING,
    STR,
    ClassRef,
    Const,
    Obj,
    TupleValue,
    Typed,
    Value,
    Values,
    constant,
    join,
    join_all,
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
_CLOSED_SETTINGS = {"self", "prog", "usage", "description", "epilog", "formatter_class", "add_help"}
"""What may be said about a parser without changing which words it takes."""
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
    required: bool


@dataclass(frozen=True, slots=True)
class Command:
    """``subparsers.add_parser(name, aliases=...)``."""

    names: tuple[str, ...]
    parser: int


@dataclass(frozen=True, slots=True)
class Declaration:
    """What was declared on a parser, and the open conditions under which it was."""

    what: Option | Default | Commands | Command
    conditions: frozenset[object]


class _Parser(argparse.ArgumentParser):
    """A real parser that says nothing; whatever ends the program raises ``SystemExit``."""

    def error(self, message: str) -> NoReturn:
        raise SystemExit(message)


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
    if not exact:
        _leave_open(machine, parser)
    if (required := known_constant(arguments.keywords.get("required", NOTHING))) is not None:
        keywords["required"] = required.value
    if "type" in arguments.keywords:
        cls = single(arguments.keywords["type"])
        kind = _TYPES.get(cls.symbol) if isinstance(cls, ClassRef) else None
        exact = exact and kind is not None
        keywords["type"] = kind or str
    choices = definite_items(machine, arguments.keywords.get("choices", NOTHING), LONGEST)
    if exact and choices is not None and None not in (known_choices := [known_constant(item) for item in choices]):
        keywords["choices"] = tuple(choice.value for choice in known_choices if choice is not None)
    default = arguments.keywords.get("default", NOTHING)
    _declare(machine, parser, Option(tuple(f for f in flags if f), tuple(keywords.items()), default, exact))
    return NONE


def _declare(machine: Machine, owner: Obj, what: Option | Default | Commands | Command) -> None:
    """Note what is declared here; a place that is walked again declares nothing more."""
    known = machine.options.setdefault(owner.number, [])
    declaration = Declaration(what, _conditions(machine))
    if declaration not in known:
        known.append(declaration)


def _conditions(machine: Machine) -> frozenset[object]:
    """What only a run decides of whether control is here: guards, and the values that stand for one of several."""
    guards = (guard for frame in machine.active for guard in frame.guards if guard.value == "undecided")
    several = ((frame.number, frame.alternatives) for frame in machine.active if frame.alternatives)
    return frozenset([*guards, *several])


def _declared(machine: Machine, number: int) -> list[tuple[Option | Default | Commands | Command, bool]]:
    """What was declared on the object ``number``, each with whether it was for certain."""
    here = _conditions(machine)
    return [(each.what, each.conditions <= here) for each in machine.options.get(number, ())]


def _leave_open(machine: Machine, parser: Obj) -> None:
    machine.open_objects.add(parser.number)


def make_parser(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``ArgumentParser(...)``; one with ``parents`` has options of theirs."""
    parser = single(arguments.positional[0]) if arguments.positional else None
    if isinstance(parser, Obj) and (arguments.rest_keywords or arguments.keywords.keys() - _CLOSED_SETTINGS):
        _leave_open(machine, parser)
    return NONE


def set_defaults(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``parser.set_defaults(name=value)``."""
    parser = single(arguments.positional[0]) if arguments.positional else None
    if isinstance(parser, Obj):
        for name, values in arguments.keywords.items():
            _declare(machine, parser, Default(name, values))
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
    required = known_constant(arguments.keywords.get("required", NOTHING))
    _declare(machine, parser, Commands(known_text(given), made.number, required is not None and bool(required.value)))
    if known_constant(given) is None:
        _leave_open(machine, parser)
    return frozenset({made})


def add_command(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``subparsers.add_parser(name, aliases=...)``: a parser of its own."""
    action = single(arguments.positional[0]) if arguments.positional else None
    made = machine.allocate("argparse:ArgumentParser", (frame.symbol, span), frame)
    aliases = definite_items(machine, arguments.keywords.get("aliases", frozenset({TupleValue(())})), LONGEST)
    names = [known_text(values) for values in (arguments.at(1, "name") or NOTHING, *(aliases or ()))]
    if isinstance(action, Obj):
        _declare(machine, action, Command(tuple(name for name in names if name), made.number))
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
    _declare(machine, parser, Option((f"--{name}",), tuple(keywords.items()), default, exact=True))
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
    """``parser.parse_args()``: a namespace of the command line's values; words that no option takes end the program."""
    namespace, _ = _parse(machine, arguments, frame, span, takes_all=True)
    return namespace


def parse_known_args(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``parser.parse_known_args()``: the namespace and what is left over."""
    namespace, left = _parse(machine, arguments, frame, span, takes_all=False)
    content = Content((), STR) if left is None else Content(tuple(enumerate(map(constant, left))))
    return tuple_values((namespace, machine.container("list", ("rest", span), frame, content)))


def _parse(
    machine: Machine, arguments: Arguments, frame: Frame, span: Span, *, takes_all: bool
) -> tuple[Values, list[str] | None]:
    """The namespace, and the words that no option takes; None where those are not known."""
    parser = single(arguments.positional[0]) if arguments.positional else None
    if not isinstance(parser, Obj):
        return unknown("a namespace of parsed arguments"), None
    namespace = arguments.at(2, "namespace")
    if namespace not in {None, NONE}:
        return _fill(machine, namespace or NOTHING), None
    made = machine.allocate("argparse:Namespace", (frame.symbol, span), frame)
    given = arguments.at(1, "args")
    words, exact = (machine.argv, True) if given in {None, NONE} else _words(machine, given or NOTHING)
    if words is None and given in {None, NONE}:
        return _of_any_command_line(machine, parser, made, frame, span), None
    if words is None:
        machine.blur_attributes(made, unknown("an argument that the call computes"))
        return frozenset({made}), None
    exact = exact and not _is_open(machine, parser.number)
    try:
        real = _Parser(add_help=False)
        _build(machine, parser.number, real)
        known, left = real.parse_known_args(list(words))
        if left and takes_all and exact:
            real.error(f"unrecognized arguments: {' '.join(left)}")
        found = _values(machine, parser.number, vars(known), frame, span)
    except (argparse.ArgumentError, SystemExit, TypeError, ValueError) as error:
        if exact:
            raise AbstractRaiseError("builtins:SystemExit", str(error)) from error
        frame.escapes.add("builtins:SystemExit")
        machine.blur_attributes(made, unknown("an argument that is not known"))
        return frozenset({made}), None
    if not exact:
        machine.blur_attributes(made, unknown("an argument that is not known"))
    for name, values in found.items():
        machine.heap.store(made.number, name, values)
    return frozenset({made}), left if exact else None


def _of_any_command_line(machine: Machine, parser: Obj, made: Obj, frame: Frame, span: Span) -> Values:
    """The namespace where nobody knows the words: each option has its default or something else."""
    given = unknown("an argument of the command line")
    machine.blur_attributes(made, given)
    for name, values in _values(machine, parser.number, {}, frame, span).items():
        machine.heap.store(made.number, name, join(values, given))
    return frozenset({made})


def _fill(machine: Machine, namespace: Values) -> Values:
    """A namespace that the call brings along: any of its attributes may be an argument from now on."""
    argument = unknown("an argument in a namespace that the call brings along")
    for value in namespace:
        if isinstance(value, Obj):
            machine.blur_attributes(value, argument)
            for name in machine.heap.attributes_of(value.number):
                cell = machine.heap.get((value.number, name))
                if isinstance(cell, frozenset):
                    machine.heap.set((value.number, name), join(cell, argument))
    return namespace


def _build(machine: Machine, number: int, real: argparse.ArgumentParser) -> None:
    """Give a real parser the options that the walk saw declared on the object ``number``."""
    for declared, _ in _declared(machine, number):
        match declared:
            case Option(flags=flags, keywords=keywords):
                real.add_argument(*flags, default=argparse.SUPPRESS, **dict(keywords))
            case Commands(dest=dest, action=action, required=required):
                commands = real.add_subparsers(dest=dest or argparse.SUPPRESS, required=required)
                for command, _ in _declared(machine, action):
                    if isinstance(command, Command) and command.names:
                        inner = commands.add_parser(command.names[0], aliases=command.names[1:], add_help=False)
                        inner.set_defaults(**{_chosen(command.parser): True})
                        _build(machine, command.parser, inner)


def _chosen(number: int) -> str:
    """Under which name, which no option can have, the real parser says that a command was given."""
    return f"command {number}"


def _values(machine: Machine, number: int, seen: dict[str, Any], frame: Frame, span: Span) -> dict[str, Values]:
    """The namespace's attributes: what was given, else the defaults, those of the command behind its parser's."""
    found: dict[str, Values] = {}
    later: dict[str, Values] = {}
    kinds: dict[str, Option] = {}
    real = _Parser(add_help=False)
    for declared, is_certain in _declared(machine, number):
        match declared:
            case Option(flags=flags, keywords=keywords, exact=exact):
                name = real.add_argument(*flags, **dict(keywords)).dest
                kinds[name] = declared
                if name in seen:
                    origin = f"argument {flags[0]}"
                    found[name] = _given(machine, seen[name], origin, frame, span) if exact else unknown(origin)
                else:
                    found[name] = _default(declared)
                if not is_certain:
                    found[name] = join(found[name], frozenset({ABSENT}))
            case Default(name=name, values=values) if name not in seen:
                made = _convert(kinds[name], values) if name in kinds else values
                before = later.get(name, found.get(name, frozenset({ABSENT})))
                later[name] = made if is_certain else join(before, made)
            case Commands(dest=dest, action=action):
                if dest is not None:
                    found[dest] = constant(seen.get(dest), f"argument {dest}")
                for command, _ in _declared(machine, action):
                    if isinstance(command, Command) and _chosen(command.parser) in seen:
                        later |= _values(machine, command.parser, seen, frame, span)
    return found | later


def _is_open(machine: Machine, number: int) -> bool:
    """Whether a parser, or one of its commands', may have options that are not known, or lack some that are."""
    if number in machine.open_objects:
        return True
    for declared, is_certain in _declared(machine, number):
        match declared:
            case Option() | Command() | Commands() if not is_certain:
                return True
            case Commands(action=inner) | Command(parser=inner):
                if _is_open(machine, inner):
                    return True
    return False


def _words(machine: Machine, given: Values) -> tuple[tuple[str, ...] | None, bool]:
    """The words to parse, and whether there are no others: a list's, or the scenario's own where the list holds them.

    Words of a file that may be put before the command line do not replace those.
    """
    items = definite_items(machine, given, LONGEST)
    if items is not None and all(known_text(item) is not None for item in items):
        return tuple(known_text(item) or "" for item in items), True
    value = single(given)
    if not isinstance(value, Obj) or value.cls != "builtins:list":
        return None, False
    words = {word.value for word in machine.content(value).everything() if isinstance(word, Const)}
    return machine.argv if machine.argv is not None and set(machine.argv) <= words else None, False


def _given(machine: Machine, value: object, origin: str, frame: Frame, span: Span) -> Values:
    if isinstance(value, list):
        items = tuple((index, constant(item, origin)) for index, item in enumerate(value))
        return machine.container("list", (origin, span), frame, Content(items))
    return constant(value, origin)


def _default(option: Option) -> Values:
    if option.default:
        return _convert(option, option.default)
    action = dict(option.keywords).get("action")
    return constant({"store_true": False, "store_false": True}.get(action)) if action else NONE


def _convert(option: Option, default: Values) -> Values:
    """A default as the namespace holds it: a string goes through the option's type."""
    kind = dict(option.keywords).get("type", str)
    if kind is str and option.exact:
        return default

    def convert(value: Value) -> Values:
        match value:
            case Const(value=str(text)) if option.exact:
                return constant(kind(text), value.origin)
            case Const(kind="str") | Typed(cls="builtins:str"):
                return unknown("a default that the option converts")
        return frozenset({value})

    return join_all([convert(value) for value in default])
