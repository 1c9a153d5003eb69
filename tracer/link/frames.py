"""Activation records of the walk: frames, calls in flight, and what is remembered of a finished call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracer.link.values import NOTHING, Function, Value, Values

if TYPE_CHECKING:
    from tracer.link.heap import Cell, Location
    from tracer.link.modules import Module
    from tracer.link.recording import ContextRecord
    from tracer.model.code import Scope
    from tracer.model.edges import Guard
    from tracer.model.names import SymbolId


@dataclass(slots=True)
class Arguments:
    """The arguments of a call.

    ``rest`` are values that may stand at further positions, ``rest_keywords`` values that may stand under further
    names; both empty when the call's shape is known. ``optional`` are keywords that may be missing.
    """

    positional: list[Values] = field(default_factory=list)
    keywords: dict[str, Values] = field(default_factory=dict)
    rest: Values = NOTHING
    rest_keywords: Values = NOTHING
    optional: set[str] = field(default_factory=set)

    def prepend(self, values: Values) -> Arguments:
        """The same arguments behind a receiver."""
        return Arguments([values, *self.positional], self.keywords, self.rest, self.rest_keywords, self.optional)

    def at(self, index: int, keyword: str | None = None) -> Values | None:
        """The argument at a position or under a name, None where it is not given for certain."""
        if index < len(self.positional):
            return self.positional[index]
        return self.keywords.get(keyword) if keyword else None


@dataclass(slots=True, eq=False)
class Frame:
    """One function body (or module or class body) being walked.

    ``env`` maps local names to points-to sets; an ``ABSENT`` in one says that the name may be unbound. ``closure`` is
    the defining frame; ``owner`` the class whose body held the definition, for zero-argument ``super``. ``escapes``
    are exceptions that some paths so far ended in while others went on; ``moved`` names variables that were stored from
    elsewhere and are cells of the heap since; ``alternatives`` is not 0 while one of several values is acted on.
    """

    number: int
    module: Module
    scope: Scope
    symbol: SymbolId
    env: dict[str, Values]
    closure: Frame | None
    record: ContextRecord
    receiver: Value | None = None
    receiver_parameter: str | None = None
    owner: SymbolId | None = None
    guards: list[Guard] = field(default_factory=list)
    returned: Values = NOTHING
    yielded: Values = NOTHING
    exits: list[dict[Location, Cell]] = field(default_factory=list)
    exit_envs: list[dict[str, Values]] = field(default_factory=list)
    escapes: set[SymbolId] = field(default_factory=set)
    function: Function | None = None
    is_running: bool = False
    moved: set[str] = field(default_factory=set)
    allocated: set[int] = field(default_factory=set)
    level: int = 0
    alternatives: int = 0
    loops: list[LoopExits] = field(default_factory=list)
    nonlocals: frozenset[str] = frozenset()
    globals: frozenset[str] = frozenset()
    bound: frozenset[str] = frozenset()
    overlay: list[dict[str, Values]] = field(default_factory=list)


@dataclass(slots=True)
class LoopExits:
    """States in which a loop was left by ``break`` or an iteration by ``continue``: environment and heap delta."""

    level: int
    breaks: list[tuple[dict[str, Values], dict[Location, Cell]]] = field(default_factory=list)
    continues: list[tuple[dict[str, Values], dict[Location, Cell]]] = field(default_factory=list)


@dataclass(slots=True)
class FunctionState:
    """What a function value carries beside its code: evaluated defaults, defining class, attributes set on it."""

    defaults: dict[str, Values]
    owner: SymbolId | None
    frame: Frame | None
    attributes: dict[str, Values] = field(default_factory=dict)


@dataclass(slots=True)
class Summary:
    """A finished call, replayed while everything it read is unchanged.

    ``looked_up`` are names of classes' attributes and modules' variables, ``moves`` how many such had moved before.
    """

    reads: dict[Location, Cell | None]
    writes: dict[Location, Cell]
    returned: Values
    raised: AbstractRaiseError | None
    escapes: frozenset[SymbolId]
    looked_up: set[str]
    moves: int
    escaped: frozenset[int]
    record: ContextRecord


class AbstractRaiseError(Exception):
    """The walked program raises here on every path; carries what and where."""

    def __init__(self, exception: SymbolId, message: str, values: Values = NOTHING) -> None:
        super().__init__(f"{exception}: {message}")
        self.exception = exception
        self.message = message
        self.values = values
        self.frame: Frame | None = None
        self.span: object = None
        self.stack: tuple[object, ...] = ()


class WalkLimitError(Exception):
    """The walk's step budget is used up."""
