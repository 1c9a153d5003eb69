"""The lowered form of a function's, class's or module's body: what link interprets instead of source text.

One frozen value per syntax node, in program order, with positions and without formatting, comments or annotations that
no analysis reads. The values are ``msgspec.Struct``: tagged unions decode natively and stay out of the garbage
collector (docs/decisions/0001). A scope's nested functions, classes and lambdas are scopes of their own, named by their
index in the file, so that a body can be decoded without its neighbours.
"""

from __future__ import annotations

import msgspec

from tracer.model.names import Span


class _Node(msgspec.Struct, frozen=True, array_like=True, gc=False, tag_field="node"):
    """Base of all lowered nodes."""


# --- expressions -----------------------------------------------------------------------------------------------------


class Name(_Node, frozen=True, tag=1):
    """A reference to a variable; which scope binds it is decided by the ``Scope`` tables."""

    id: str


class Const(_Node, frozen=True, tag=2):
    """A literal. Bytes, complex numbers and integers beyond 64 bits are ``Opaque``."""

    value: bool | int | float | str | None


class Opaque(_Node, frozen=True, tag=3):
    """A literal whose value is not kept; ``kind`` is its builtin type's name (``int``, ``bytes``, ``ellipsis``)."""

    kind: str


class Attribute(_Node, frozen=True, tag=4):
    """``value.name``."""

    value: Expr
    name: str
    span: Span


class Subscript(_Node, frozen=True, tag=5):
    """``value[index]``."""

    value: Expr
    index: Expr
    span: Span


class Argument(_Node, frozen=True, tag=6):
    """One argument of a call: positional, ``keyword=``, ``*`` (``star == 1``) or ``**`` (``star == 2``)."""

    value: Expr
    keyword: str | None = None
    star: int = 0


class Call(_Node, frozen=True, tag=7):
    """``function(arguments)``; its span ends where the closing parenthesis does."""

    function: Expr
    arguments: tuple[Argument, ...]
    span: Span


class Binary(_Node, frozen=True, tag=8):
    """``left operator right``; ``operator`` is the source token (``+``, ``@``, ``**``)."""

    left: Expr
    operator: str
    right: Expr
    span: Span


class Unary(_Node, frozen=True, tag=9):
    """``operator operand`` with ``-``, ``+``, ``~`` or ``not``."""

    operator: str
    operand: Expr
    span: Span


class Compare(_Node, frozen=True, tag=10):
    """``left op0 c0 op1 c1 ...`` with source tokens (``==``, ``is not``, ``not in``)."""

    left: Expr
    operators: tuple[str, ...]
    comparators: tuple[Expr, ...]
    span: Span


class Logical(_Node, frozen=True, tag=11):
    """``and`` / ``or`` over two or more values."""

    operator: str
    values: tuple[Expr, ...]
    span: Span


class Conditional(_Node, frozen=True, tag=12):
    """``body if test else orelse``; ``text`` is the test as one line of source."""

    test: Expr
    body: Expr
    orelse: Expr
    text: str
    span: Span


class Display(_Node, frozen=True, tag=13):
    """A tuple, list or set display; ``kind`` is ``tuple``, ``list`` or ``set``. Elements may be ``Starred``."""

    kind: str
    elements: tuple[Expr, ...]
    span: Span


class DictDisplay(_Node, frozen=True, tag=14):
    """A dict display; a ``None`` key stands for ``**value``."""

    entries: tuple[tuple[Expr | None, Expr], ...]
    span: Span


class Starred(_Node, frozen=True, tag=15):
    """``*value`` inside a display or an assignment target."""

    value: Expr


class Lambda(_Node, frozen=True, tag=16):
    """A lambda; its parameters and body are scope number ``scope`` of the file."""

    scope: int
    defaults: tuple[Argument, ...]
    span: Span


class Generator(_Node, frozen=True, tag=17):
    """One ``for target in iterable if conditions`` clause of a comprehension."""

    target: Expr
    iterable: Expr
    conditions: tuple[Expr, ...]
    span: Span
    is_async: bool = False


class Comprehension(_Node, frozen=True, tag=18):
    """A comprehension of ``kind`` list, set, dict or generator. Its frame on 3.11 is folded into the enclosing one."""

    kind: str
    element: Expr
    value: Expr | None
    generators: tuple[Generator, ...]
    span: Span


class Formatted(_Node, frozen=True, tag=19):
    """An f-string; ``values`` are its literal parts (``Const``) and replacement fields in order."""

    values: tuple[Expr, ...]
    span: Span


class Await(_Node, frozen=True, tag=20):
    """``await value``."""

    value: Expr
    span: Span


class Yield(_Node, frozen=True, tag=21):
    """``yield value`` or, with ``is_from``, ``yield from value``."""

    value: Expr | None
    is_from: bool
    span: Span


class Walrus(_Node, frozen=True, tag=22):
    """``name := value``."""

    name: str
    value: Expr


class Slice(_Node, frozen=True, tag=23):
    """``lower:upper:step`` inside a subscript."""

    lower: Expr | None
    upper: Expr | None
    step: Expr | None


# --- statements ------------------------------------------------------------------------------------------------------


class Evaluate(_Node, frozen=True, tag=40):
    """An expression statement."""

    value: Expr
    span: Span


class Assign(_Node, frozen=True, tag=41):
    """``targets = value``; an annotated assignment has one target, its annotation and perhaps no value."""

    targets: tuple[Expr, ...]
    value: Expr | None
    span: Span
    annotation: Expr | None = None


class Augment(_Node, frozen=True, tag=42):
    """``target operator= value``; ``operator`` without the equals sign."""

    target: Expr
    operator: str
    value: Expr
    span: Span


class Delete(_Node, frozen=True, tag=43):
    """``del targets``."""

    targets: tuple[Expr, ...]
    span: Span


class Return(_Node, frozen=True, tag=44):
    """``return value``."""

    value: Expr | None
    span: Span


class Raise(_Node, frozen=True, tag=45):
    """``raise exception from cause``."""

    exception: Expr | None
    cause: Expr | None
    span: Span


class If(_Node, frozen=True, tag=46):
    """An ``if`` (an ``elif`` is an ``If`` alone in ``orelse``); ``span`` and ``text`` are the test's."""

    test: Expr
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]
    text: str
    span: Span


class While(_Node, frozen=True, tag=47):
    """A ``while`` loop; ``span`` and ``text`` are the test's."""

    test: Expr
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]
    text: str
    span: Span


class For(_Node, frozen=True, tag=48):
    """A ``for`` loop; ``span`` is the iterable's, ``text`` reads ``target in iterable``."""

    target: Expr
    iterable: Expr
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]
    text: str
    span: Span
    is_async: bool = False


class WithItem(_Node, frozen=True, tag=49):
    """``manager as target``; ``span`` is the manager expression's."""

    manager: Expr
    target: Expr | None
    span: Span


class With(_Node, frozen=True, tag=50):
    """A ``with`` statement; ``span`` covers the whole statement."""

    items: tuple[WithItem, ...]
    body: tuple[Statement, ...]
    span: Span
    is_async: bool = False


class Handler(_Node, frozen=True, tag=51):
    """``except type as name``."""

    type: Expr | None
    name: str | None
    body: tuple[Statement, ...]
    span: Span


class Try(_Node, frozen=True, tag=52):
    """``try`` with its handlers, ``else`` and ``finally``."""

    body: tuple[Statement, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Statement, ...]
    final: tuple[Statement, ...]
    span: Span


class Assert(_Node, frozen=True, tag=53):
    """``assert test, message``; ``text`` is the test's source."""

    test: Expr
    message: Expr | None
    text: str
    span: Span


class ImportModule(_Node, frozen=True, tag=54):
    """``import module as alias``; without an alias the first part of ``module`` is bound."""

    module: str
    alias: str | None
    span: Span


class ImportFrom(_Node, frozen=True, tag=55):
    """``from module import names``, ``level`` leading dots, ``("*", None)`` for a star; names are (name, alias)."""

    module: str
    level: int
    names: tuple[tuple[str, str | None], ...]
    span: Span


class DefineFunction(_Node, frozen=True, tag=56):
    """A ``def``: binds ``name`` to scope number ``scope`` wrapped by ``decorators`` (outermost first)."""

    name: str
    scope: int
    decorators: tuple[tuple[Expr, Span], ...]
    defaults: tuple[Argument, ...]
    span: Span


class DefineClass(_Node, frozen=True, tag=57):
    """A ``class``: ``arguments`` are its bases and keywords."""

    name: str
    scope: int
    decorators: tuple[tuple[Expr, Span], ...]
    arguments: tuple[Argument, ...]
    span: Span


class Jump(_Node, frozen=True, tag=58):
    """``break``, ``continue`` or ``pass``."""

    kind: str


class Pattern(_Node, frozen=True, tag=59):
    """A ``case`` pattern: ``kind`` is value, sequence, mapping, class, or, as, star or any."""

    kind: str
    value: Expr | None
    patterns: tuple[Pattern, ...]
    names: tuple[str, ...]


class Case(_Node, frozen=True, tag=60):
    """One ``case pattern if guard`` of a ``match``."""

    pattern: Pattern
    guard: Expr | None
    body: tuple[Statement, ...]
    text: str
    span: Span


class Match(_Node, frozen=True, tag=61):
    """``match subject``."""

    subject: Expr
    cases: tuple[Case, ...]
    span: Span


Expr = (
    Name
    | Const
    | Opaque
    | Attribute
    | Subscript
    | Call
    | Binary
    | Unary
    | Compare
    | Logical
    | Conditional
    | Display
    | DictDisplay
    | Starred
    | Lambda
    | Comprehension
    | Formatted
    | Await
    | Yield
    | Walrus
    | Slice
)
Statement = (
    Evaluate
    | Assign
    | Augment
    | Delete
    | Return
    | Raise
    | If
    | While
    | For
    | With
    | Try
    | Assert
    | ImportModule
    | ImportFrom
    | DefineFunction
    | DefineClass
    | Jump
    | Match
)


class Parameter(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A parameter: ``kind`` is positional, normal, vararg, keyword or kwarg; ``default`` says whether it has one.

    The defaults' expressions belong to the ``DefineFunction`` (or ``Lambda``) that evaluates them, as arguments whose
    ``keyword`` is the parameter's name.
    """

    name: str
    kind: str
    default: bool
    annotation: Expr | None = None


class Scope(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A body and its name tables.

    ``kind`` is module, class, function or lambda. ``bound`` are the names this scope binds (parameters included),
    without those declared ``global`` or ``nonlocal``. ``parent`` is the index of the enclosing scope, -1 for the
    module, which is scope 0. A lambda's body is one ``Return``. ``annotations`` of a class are Assigns in its body.
    """

    kind: str
    qualname: str
    parent: int
    parameters: tuple[Parameter, ...]
    bound: tuple[str, ...]
    globals: tuple[str, ...]
    nonlocals: tuple[str, ...]
    body: tuple[Statement, ...]
    span: Span
    is_generator: bool = False
    is_async: bool = False
    returns: Expr | None = None
