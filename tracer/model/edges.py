"""What a program does, place by place: call sites, call edges, attribute writes and reads, and the guards over them."""

from __future__ import annotations

from dataclasses import dataclass

from tracer.model.names import Span, SymbolId


@dataclass(frozen=True, slots=True, order=True)
class Site:
    """A place in a file. ``path`` is POSIX and relative to the source root, or to site-packages for library files.

    ``owner`` is the symbol whose body holds the place (``in`` in JSON). ``form`` says what stands there: ``call``,
    ``attribute`` (``x.a = v``), ``augmented``, ``delete``, ``setattr``, ``getattr``, ``hasattr``, ``load``,
    ``class-default``, ``field``, ``dict`` (``x.__dict__``), ``keyword``, ``json``, or an implicit call's kind
    (``with``, ``for``, ``operator``, ``property``, ``decorator``, ``subscript``).
    ``library`` is None for the project's own files, else the distribution's import name.
    """

    path: str
    span: Span
    owner: SymbolId
    form: str
    library: str | None = None

    @property
    def key(self) -> tuple[str, int, int]:
        """Path, end line and end column: what a bytecode position and a syntax node agree on."""
        return (self.path, self.span.end_line, self.span.end_column)


@dataclass(frozen=True, slots=True, order=True)
class Guard:
    """A condition that dominates a place: it is reached only where ``text`` came out as ``branch``.

    ``value`` is what code and known data decide: ``true``, ``false`` or ``undecided`` (with ``reason``). A loop's
    guard reads ``for target in iterable``, a handler's ``except ...``. ``path`` and ``span`` are the test's own.
    """

    path: str
    span: Span
    text: str
    branch: bool
    value: str
    reason: str = ""

    @property
    def is_condition(self) -> bool:
        """Whether the text is an expression that is true or false; else it is the head of a loop, handler or case."""
        return not self.text.startswith(("for ", "except", "case "))

    @property
    def key(self) -> tuple[str, bool]:
        """What identifies a guard when lines move: its text and the branch taken."""
        return (self.text, self.branch)


@dataclass(frozen=True, slots=True, order=True)
class CallEdge:
    """A call from one in-scope function into another, through the out-of-scope frames in ``via``.

    ``receiver`` is the concrete class the callee runs on (None for a plain function). ``must``: the only callee of its
    site there, and unguarded within the caller. ``caller`` is ``site.owner``.
    """

    site: Site
    callee: SymbolId
    receiver: SymbolId | None = None
    caller_receiver: SymbolId | None = None
    via: tuple[SymbolId, ...] = ()
    guards: tuple[Guard, ...] = ()
    must: bool = False

    @property
    def caller(self) -> SymbolId:
        """The symbol that holds the call site."""
        return self.site.owner


@dataclass(frozen=True, slots=True, order=True)
class Access:
    """A write or read of ``attribute`` on an object of class ``owner`` (None where only the name is known).

    ``generic``: the attribute's name is only known at run time (``setattr(self, key, value)``). ``sources`` describe
    where a written value comes from, in program terms (``argument dataclass field vision_tower``, ``config.json``).
    """

    attribute: str
    owner: SymbolId | None
    site: Site
    generic: bool = False
    guards: tuple[Guard, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Unresolved:
    """A call or name the analysis could not follow, with the reason."""

    site: Site
    name: str
    reason: str
