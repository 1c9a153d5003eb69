"""What was seen: one record per run of a scenario, written by ``observe`` and read by ``judge``.

Places are paths with spans, code is named by symbols, classes by symbols. A run names the content hash of every file
it speaks of, so that evidence about other bytes can be told from proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tracer.model.names import Span, SymbolId

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, order=True)
class ObservedEdge:
    """A call that happened: the in-scope caller's site, the in-scope callee, the out-of-scope frames between.

    ``span`` is the caller's instruction range from ``co_positions()``; ``caller_receiver``/``receiver`` are the
    classes of the frames' first arguments where they are methods. ``count`` is how often; ``order`` is when first,
    counted in edges from the start of the run.
    """

    path: str
    span: Span
    caller: SymbolId
    callee: SymbolId
    caller_receiver: SymbolId | None = None
    receiver: SymbolId | None = None
    via: tuple[SymbolId, ...] = ()
    count: int = 1
    order: int = 0


@dataclass(frozen=True, slots=True, order=True)
class ObservedCreation:
    """A place at which a generator function or coroutine was called and gave its object, begun later or never.

    ``count`` is how many objects. Where the body begins is an edge.
    """

    path: str
    span: Span
    caller: SymbolId
    callee: SymbolId
    count: int = 1


@dataclass(frozen=True, slots=True, order=True)
class ObservedFrame:
    """One in-scope frame of a recorded stack and the place in it where the next frame was called."""

    symbol: SymbolId
    receiver: SymbolId | None
    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class ObservedFlow:
    """The in-scope stack when ``symbol`` first started on ``receiver``: outermost first, the callee itself last."""

    symbol: SymbolId
    receiver: SymbolId | None
    stack: tuple[ObservedFrame, ...]


@dataclass(frozen=True, slots=True)
class ObservedWrite:
    """A store to a watched attribute: where, on which class, how, when, and whether it was the class's first.

    ``value`` is a short, safe representation. ``stack`` is recorded for each first per (class, attribute).
    ``object_first``: the first store of this attribute on that object.
    """

    attribute: str
    owner: SymbolId
    path: str
    span: Span
    symbol: SymbolId
    value: str
    order: int
    count: int = 1
    object_first: bool = True
    stack: tuple[ObservedFrame, ...] = ()


@dataclass(frozen=True, slots=True)
class ObservedRead:
    """A load of a watched attribute (``x.a``, ``getattr``, ``hasattr``), whether it was there or not."""

    attribute: str
    owner: SymbolId
    path: str
    span: Span
    symbol: SymbolId
    order: int
    count: int = 1


@dataclass(frozen=True, slots=True)
class ObservedClass:
    """A loaded in-scope class: its real ``__mro__`` and who supplies each of its methods (``object`` left out)."""

    symbol: SymbolId
    # An explicit field: `type.mro` would otherwise be taken for its default.
    mro: tuple[SymbolId, ...] = field()
    methods: Mapping[str, SymbolId]


@dataclass(frozen=True, slots=True)
class ObservedException:
    """How a run ended early: the exception's type and message, and the in-scope stack with the raising frame last."""

    type: str
    message: str
    stack: tuple[ObservedFrame, ...]


@dataclass(frozen=True, slots=True)
class ScenarioRun:
    """The evidence of one scenario on one kind of device.

    ``outcome`` is completed, raised, timeout, memory, killed or failed (the scenario never started; ``reason`` says
    why). ``partial`` marks evidence that stops before the run did. ``executed`` maps a path to the lines that ran in
    the second pass, ``arcs`` to (from, to) line pairs. ``returns`` maps a watched function to the classes it returned.
    ``identical``: outputs with and without the recorder were the same bytes (None: not compared). ``configured`` is
    what the scenario was told to do, part by part (empty: from before evidence said it). ``watched`` are the names
    whose stores and loads were recorded (None: all).
    """

    scenario: str
    target: str
    device: str
    python: str
    outcome: str
    reason: str = ""
    partial: bool = False
    exception: ObservedException | None = None
    libraries: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    edges: tuple[ObservedEdge, ...] = ()
    flows: tuple[ObservedFlow, ...] = ()
    writes: tuple[ObservedWrite, ...] = ()
    classes: tuple[ObservedClass, ...] = ()
    returns: Mapping[SymbolId, tuple[SymbolId, ...]] = field(default_factory=dict)
    executed: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    arcs: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    identical: bool | None = None
    configured: Mapping[str, str] = field(default_factory=dict)
    watched: tuple[str, ...] | None = None
    reads: tuple[ObservedRead, ...] = ()
    created: tuple[ObservedCreation, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """All runs on one kind of device: the content of ``docs/evidence/<device>.json``."""

    device: str
    runs: tuple[ScenarioRun, ...]
    schema: int = SCHEMA_VERSION
