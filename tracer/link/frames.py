"""Activation records of the walk: frames, calls in flight, and what is remembered of a finished call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from tracer.link.heap import join_cells
from tracer.link.values import NOTHING, Function, Value, Values, join

if TYPE_CHECKING:
    from collections.abc import Callable

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


@dataclass(slots=True)
class Strays:
    """What paths that ended in an exception had written: possible beside what those that went on leave."""

    cells: dict[Location, Cell] = field(default_factory=dict)
    names: dict[str, Values] = field(default_factory=dict)

    def add(self, cells: dict[Location, Cell], names: dict[str, Values]) -> None:
        """Count in what one more path wrote to the heap and to its frame."""
        for location, cell in cells.items():
            known = self.cells.get(location)
            self.cells[location] = cell if known is None else join_cells(known, cell)
        for name, values in names.items():
            self.names[name] = join(self.names.get(name, NOTHING), values)


@dataclass(slots=True, eq=False)
class Frame:
    """One function body (or module or class body) being walked.

    ``env`` maps local names to points-to sets; an ``ABSENT`` in one says that the name may be unbound. ``closure`` is
    the defining frame; ``owner`` the class whose body held the definition, for zero-argument ``super``. ``escapes``
    are exceptions that some paths so far ended in while others went on, ``strays`` what those had written; ``moved``
    names variables that were stored from elsewhere and are cells of the heap since, ``allocated`` numbers the
    containers that this activation made. ``alternatives`` is not 0 while one of several values is acted on.
    ``on_yield`` runs at a generator's ``yield`` in place of waiting: the body of the ``with`` that entered it.
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
    exits: list[tuple[dict[str, Values], dict[Location, Cell]]] = field(default_factory=list)
    escapes: set[SymbolId] = field(default_factory=set)
    strays: Strays = field(default_factory=Strays)
    on_yield: Callable[[Frame, Values], None] | None = None
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
    """What a function value carries beside its code: evaluated defaults, defining class, attributes set on it.

    ``is_cached``: a second call with the same arguments is answered without running it.
    """

    defaults: dict[str, Values]
    owner: SymbolId | None
    frame: Frame | None
    attributes: dict[str, Values] = field(default_factory=dict)
    is_cached: bool = False


@dataclass(slots=True)
class Summary:
    """A finished call, replayed while everything it read is unchanged.

    ``looked_up`` are names of classes' attributes and modules' variables, ``moves`` how many such had moved before.
    ``escaped`` are the objects made by the call that outlive it, ``assumed`` what calls still running around it, which
    it called again, were taken to return.
    """

    reads: dict[Location, Cell | None]
    writes: dict[Location, Cell]
    returned: Values
    raised: AbstractRaiseError | None
    escapes: frozenset[SymbolId]
    looked_up: set[str]
    moves: int
    escaped: frozenset[int]
    assumed: dict[tuple[object, ...], Values]
    record: ContextRecord
    strays: Strays = field(default_factory=Strays)


class AbstractRaiseError(Exception):
    """The walked program raises here on every path; carries what and where.

    ``others`` are exceptions that it may raise instead. Heap and frame stay as they were at the raise.
    """

    def __init__(
        self, exception: SymbolId, message: str, values: Values = NOTHING, others: frozenset[SymbolId] = frozenset()
    ) -> None:
        super().__init__(f"{exception}: {message}")
        self.exception = exception
        self.message = message
        self.values = values
        self.others = others
        self.frame: Frame | None = None
        self.span: object = None
        self.stack: tuple[object, ...] = ()

    @property
    def possible(self) -> frozenset[SymbolId]:
        """Every exception that this may be."""
        return self.others | {self.exception}

    def beside(self, others: frozenset[SymbolId]) -> AbstractRaiseError:
        """The same exception where others may be raised instead of it."""
        if others <= self.possible:
            return self
        error = AbstractRaiseError(self.exception, self.message, self.values, (self.others | others) - {self.exception})
        error.frame, error.span, error.stack = self.frame, self.span, self.stack
        return error


def raise_first(errors: list[AbstractRaiseError]) -> NoReturn:
    """Raise the first of several exceptions, one for each way that the program may go."""
    raise errors[0].beside(frozenset[str]().union(*(error.possible for error in errors)))


class WalkLimitError(Exception):
    """The walk's step budget is used up."""
