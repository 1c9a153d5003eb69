"""The abstract interpreter: state of one walk and the calling convention.

A walk starts at an entry point and goes through the lowered bodies in program order. A call is remembered by callee,
closure and abstract arguments, together with what it read and wrote, and replayed while that still holds; recursion
ends in what the call is known to return so far. Statements, expressions, attributes, classes and imports have modules
of their own; they all work on this state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from tracer.link import (  # noqa: F401 - the kinds of nodes register themselves
    assignment,
    blocks,
    branches,
    calls,
    comprehensions,
    contexts,
    displays,
    handlers,
    loops,
    operations,
    statements,
    variables,
)
from tracer.link.binding import bind_arguments
from tracer.link.classes import ClassState, ClassTable, construct
from tracer.link.frames import (
    AbstractRaiseError,
    Arguments,
    Frame,
    FunctionState,
    Summary,
    WalkLimitError,
    raise_first,
)
from tracer.link.heap import Captured, Heap
from tracer.link.imports import ModuleTable, base_symbol_of
from tracer.link.objects import APART, ObjectTable, find_escaped
from tracer.link.receivers import receiver_of
from tracer.link.recording import CallRecord, ContextRecord, Recorder
from tracer.link.shared import SharedState
from tracer.link.values import (
    ABSENT,
    NOTHING,
    Bound,
    Builtin,
    ClassRef,
    Const,
    External,
    Function,
    MethodWrapper,
    ModuleRef,
    Obj,
    PartialValue,
    TupleValue,
    Typed,
    Unknown,
    Value,
    Values,
    class_of,
    join,
    ordered,
    single,
    unknown,
    without_absent,
)
from tracer.link.variables import captured_variable
from tracer.model.edges import Access, Site, Unresolved
from tracer.model.names import Span, SymbolId, symbol_id

if TYPE_CHECKING:
    from tracer.link.library import Library
    from tracer.link.library.arguments_models import Declaration
    from tracer.link.modules import Module, ModuleIndex

DEPTH = 90
SUMMARIES_PER_KEY = 6
STEPS = 3_000_000
RECURSION_ROUNDS = 4
STEPS_PER_FUNCTION = 150_000
UNFOLLOWED = "?"
"""Noted among the classes a function returns where it may return what could not be followed."""


class Machine(ClassTable, ModuleTable, ObjectTable):
    """One walk over one program.

    ``in_scope`` decides which modules' functions are recorded, ``is_followed`` which modules' bodies are walked at all;
    ``data`` maps names of files in the work folder to their committed content.
    """

    def __init__(
        self,
        modules: ModuleIndex,
        library: Library,
        *,
        in_scope: Callable[[str], bool],
        is_followed: Callable[[str], bool],
        is_own: Callable[[str], bool],
        data: dict[str, bytes],
        argv: tuple[str, ...] | None = None,
        steps: int = STEPS,
    ) -> None:
        self.modules = modules
        self.library = library
        self.in_scope = in_scope
        self.is_followed = is_followed
        self.is_own = is_own
        self.data = data
        self.argv = argv
        self.heap = Heap()
        self.heap.captured = self._captured
        self.shared = SharedState(self.heap)
        self.escaped: set[int] = set()
        self.recorder = Recorder()
        self.classes: dict[SymbolId, ClassState] = {}
        self.functions: dict[Function, FunctionState] = {}
        self.module_frames: dict[str, Frame] = {}
        self.module_names: dict[str, str] = {}
        self.import_failures: dict[str, str] = {}
        self.classes_in_progress: list[ClassState] = []
        self.options: dict[int, list[Declaration]] = {}
        self.open_objects: set[int] = set()
        self.receivers: dict[tuple[SymbolId, int], bool] = {}
        self.reached: set[SymbolId] = set()
        self.stand_ins: dict[str, Function | None] = {}
        self.asked_of_stand_ins: set[tuple[str, str]] = set()
        self.literal_names: dict[str, frozenset[Span]] = {}
        self.stack: list[CallRecord] = []
        self.active: list[Frame] = []
        self.steps = steps
        self.objects: dict[tuple[SymbolId, object, int], list[Obj]] = {}
        self.owners: list[int] = [0]
        self._memo: dict[tuple[object, ...], list[Summary]] = {}
        self._walked: dict[tuple[object, ...], int] = {}
        self._records: dict[tuple[object, ...], ContextRecord] = {}
        self._running: dict[tuple[object, ...], Values] = {}
        self._results: dict[SymbolId, Values] = {}
        self._spent: dict[SymbolId, int] = {}
        self._inner: list[int] = []
        self._assumed: list[dict[tuple[object, ...], Values]] = [{}]
        self._frame_numbers: dict[tuple[object, ...], int] = {}

    # --- places ------------------------------------------------------------------------------------------------------

    def site(self, frame: Frame, span: Span, form: str) -> Site:
        """The place of a node in a frame's body."""
        place = frame.module.place
        return Site(place.path, span, frame.symbol, form, place.library)

    def unresolved(self, frame: Frame, span: Span, name: str, reason: str) -> None:
        """Note a place that could not be followed."""
        if self.in_scope(frame.module.name):
            site = self.site(frame, span, "call")
            self.recorder.unresolved.setdefault((site, name), Unresolved(site, name, reason))

    def spend(self) -> None:
        """Count a step; raises ``WalkLimitError`` when the budget is used up."""
        self.steps -= 1
        if self.steps < 0:
            raise WalkLimitError

    def is_literal_name(self, frame: Frame, span: Span) -> bool:
        """Whether the call at ``span`` names its attribute by a literal."""
        return span in self.literal_names.get(frame.module.name, frozenset())

    def base_symbol(self, value: Value) -> SymbolId | None:
        """The class that a value stands for as a base or in ``isinstance``."""
        return base_symbol_of(self, value)

    # --- calls -------------------------------------------------------------------------------------------------------

    def call(self, callees: Values, arguments: Arguments, frame: Frame, span: Span, form: str = "call") -> Values:
        """Call every possible callee; several are alternatives whose effects are joined."""
        callees = callees - {Unknown("")}
        self.spend()
        if len(callees) == 1:
            (callee,) = callees
            return self.call_value(callee, arguments, frame, span, form)
        for callee in ordered(callees):
            if isinstance(callee, Unknown):
                self.unresolved(frame, span, "", callee.reason)

        def call_one(callee: Value) -> Values:
            if isinstance(callee, Unknown | External):
                return unknown("result of a call that could not be followed")
            return self.call_value(callee, arguments, frame, span, form)

        return self.for_each(callees, call_one, frame)

    def for_each(self, values: Values, act: Callable[[Value], Values], frame: Frame) -> Values:
        """What ``act`` yields for one of these values, nobody knows which: alternatives whose effects are joined.

        Raises ``AbstractRaiseError`` where every alternative does; what only some raise becomes one of the frame's
        ``escapes``.
        """
        if len(values) == 1:
            (value,) = values
            return act(value)
        result = NOTHING
        deltas = []
        errors: list[AbstractRaiseError] = []
        ended = []
        frame.alternatives += 1
        try:
            for value in ordered(values):
                level = self.heap.begin()
                try:
                    result = join(result, act(value))
                    deltas.append(self.heap.delta_since(level))
                except AbstractRaiseError as error:
                    errors.append(error)
                    ended.append(self.heap.delta_since(level))
                finally:
                    self.heap.undo_to(level)
        finally:
            frame.alternatives -= 1
        if errors and not deltas:
            self.heap.merge(ended)
            raise_first(errors)
        for failed, delta in zip(errors, ended, strict=True):
            frame.escapes |= failed.possible
            frame.strays.add(delta, {})
        self.heap.merge(deltas)
        return result

    def call_value(self, callee: Value, arguments: Arguments, frame: Frame, span: Span, form: str) -> Values:
        """Call one value."""
        match callee:
            case Function():
                model = self.library.function_model(self, callee)
                if model is not None:
                    self._note_modelled(callee, arguments, frame, span, form)
                    return model(self, arguments, frame, span)
                return self.call_function(callee, arguments, frame, span, form)
            case Bound(function=function, receiver=receiver):
                return self._call_bound(function, receiver, arguments, frame, span, form)
            case ClassRef():
                return construct(self, callee, arguments, frame, span)
            case Builtin(name=name):
                return self.library.call_builtin(self, name, arguments, frame, span)
            case PartialValue(function=function, positional=positional, keywords=keywords):
                merged = Arguments(
                    [*positional, *arguments.positional],
                    {**dict(keywords), **arguments.keywords},
                    arguments.rest,
                    arguments.rest_keywords,
                )
                return self.call_value(function, merged, frame, span, form)
            case MethodWrapper(function=function):
                return self.call_value(function, arguments, frame, span, form)
            case Obj() | Typed():
                return self._call_instance(callee, arguments, frame, span, form)
            case External(name=name):
                return self.library.call_external(self, name, arguments, frame, span)
            case Const(kind="NoneType"):
                raise AbstractRaiseError("builtins:TypeError", "'NoneType' object is not callable")
            case Unknown(reason=reason):
                self.unresolved(frame, span, "", reason)
                return unknown(reason)
        return unknown(f"a {class_of(callee) or type(callee).__name__} was called")

    def _note_modelled(self, function: Function, arguments: Arguments, frame: Frame, span: Span, form: str) -> None:
        """Record the call of a function whose body a model stands in for."""
        module = self.modules.module(function.module)
        if module is not None and self.in_scope(function.module):
            record = self.record_of((function, "modelled"), module, function, None)
            frame.record.add(self._record_call(frame, span, form, record))

    def _record_call(self, frame: Frame, span: Span, form: str, callee: ContextRecord) -> CallRecord:
        return CallRecord(self.site(frame, span, form), callee, tuple(frame.guards), not frame.alternatives)

    def _call_bound(
        self,
        function: Value,
        receiver: Value,
        arguments: Arguments,
        frame: Frame,
        span: Span,
        form: str,
    ) -> Values:
        if isinstance(function, Builtin):
            return self.library.call_method(self, function.name, receiver, arguments, frame, span)
        return self.call_value(function, arguments.prepend(frozenset({receiver})), frame, span, form)

    def _call_instance(self, callee: Value, arguments: Arguments, frame: Frame, span: Span, form: str) -> Values:
        from tracer.link.attributes import find_special

        method = find_special(self, callee, "__call__")
        if not method:
            return unknown(f"calling a {class_of(callee)}")
        return self.call(method, arguments, frame, span, form)

    def call_function(
        self,
        function: Function,
        arguments: Arguments,
        frame: Frame,
        span: Span,
        form: str,
        on_yield: Callable[[Frame, Values], None] | None = None,
    ) -> Values:
        """Walk a Python function for these arguments, or replay what is known of it.

        With ``on_yield`` the walk is that of one ``with`` statement, which nothing remembers.
        """
        module = self.modules.module(function.module)
        if module is None or not self.is_followed(function.module):
            return self.library.call_external(
                self, module.symbol_of(function.scope) if module else "", arguments, frame, span
            )
        scope = module.scope(function.scope)
        if (scope.is_generator or scope.is_async) and form not in {"iterate", "await"}:
            kind = "types:GeneratorType" if scope.is_generator else "types:CoroutineType"
            return self._suspend(kind, function, arguments, frame, span)
        state = self.functions[function]
        env = bind_arguments(self, function, scope, state, arguments, frame, span)
        receiver = receiver_of(self, scope, state, env)
        key: tuple[object, ...] = (function, frozenset(env.items()))
        record = self.record_of(key, module, function, receiver)
        if on_yield is not None:
            key = (*key, "with", len(self.stack))
        call = self._record_call(frame, span, form, record)
        if not state.is_cached or not all(map(self._is_the_same_again, env.values())):
            return self._replay_or_walk(module, function, env, receiver, key, call, frame, on_yield)
        number = self.shared.number_of(("cached", key))
        known = self.heap.get((number, "result"))
        if isinstance(known, frozenset) and ABSENT not in known:
            return known
        call = replace(call, certain=call.certain and known is None)
        returned = self._replay_or_walk(module, function, env, receiver, key, call, frame, on_yield)
        self.heap.store(number, "result", returned)
        return join(returned, without_absent(known)) if isinstance(known, frozenset) else returned

    def _is_the_same_again(self, values: Values) -> bool:
        """Whether an argument that looks the same is the same for a cache."""
        value = single(values)
        return isinstance(value, Const | ClassRef | Function | ModuleRef) or (
            isinstance(value, Obj) and value.number not in self.heap.summaries
        )

    def _replay_or_walk(
        self,
        module: Module,
        function: Function,
        env: dict[str, Values],
        receiver: Value | None,
        key: tuple[object, ...],
        call: CallRecord,
        frame: Frame,
        on_yield: Callable[[Frame, Values], None] | None,
    ) -> Values:
        frame.record.add(call)
        if key in self._running:
            self._assumed[-1][key] = self._running[key]
            return self._running[key] or unknown("recursion")
        for summary in self._memo.get(key, ()):
            if self._is_current(summary) and self.heap.replay_reads(summary.reads):
                self._assumed[-1].update(summary.assumed)
                if summary.escaped and self._walked[key] <= APART and self.is_own(function.module):
                    break
                self.heap.summaries |= summary.escaped
                self.shared.looked_up[-1] |= summary.looked_up
                self.heap.replay_writes(summary.writes)
                frame.escapes |= summary.escapes
                frame.strays.add(summary.strays.cells, {})
                if summary.raised is not None:
                    raise summary.raised
                return summary.returned
        if len(self.stack) >= DEPTH:
            return self._give_up(call, "the walk's call depth ends here")
        if self._spent.get(call.callee.symbol, 0) > STEPS_PER_FUNCTION and not self.is_own(function.module):
            return self._give_up(call, "this library function took too many steps; its earlier results stand for it")
        return self._walk(module, function, env, receiver, key, call, frame, on_yield)

    def _is_current(self, summary: Summary) -> bool:
        """Whether what the call took for granted still holds: what it looked up, and of calls that ran around it."""
        if any(self._running.get(key) != values for key, values in summary.assumed.items()):
            return False
        if any(name in summary.looked_up for name in self.shared.moves[summary.moves :]):
            return False
        summary.moves = len(self.shared.moves)
        return True

    def _captured(self, location: Captured) -> Values | None:
        """What a function reads now under a name of the functions around it."""
        function, name = location
        closure = self.functions[function].frame
        while closure is not None:
            found = captured_variable(self, closure, name)
            if found is not None:
                return found
            closure = closure.closure
        return None

    def _give_up(self, call: CallRecord, reason: str) -> Values:
        """Note a bound that was hit, and answer with what the function returned so far."""
        symbol = call.callee.symbol
        self.recorder.bounds.setdefault((call.site, symbol), Unresolved(call.site, symbol, reason))
        return self._results.get(symbol, NOTHING) | unknown(reason)

    def _walk(
        self,
        module: Module,
        function: Function,
        env: dict[str, Values],
        receiver: Value | None,
        key: tuple[object, ...],
        call: CallRecord,
        caller: Frame,
        on_yield: Callable[[Frame, Values], None] | None = None,
    ) -> Values:
        scope, state = module.scope(function.scope), self.functions[function]
        number = self._frame_numbers.setdefault(key, len(self._frame_numbers) + 1)
        body = Frame(
            number, module, scope, call.callee.symbol, env, state.frame, call.callee, receiver, owner=state.owner,
            receiver_parameter=scope.parameters[0].name if scope.parameters else None,
            nonlocals=frozenset(scope.nonlocals), globals=frozenset(scope.globals), bound=frozenset(scope.bound),
            function=function, on_yield=on_yield,
        )  # fmt: skip
        self._walked[key] = self._walked.get(key, 0) + 1
        first = len(self.owners)
        moves = len(self.shared.moves)
        self.shared.looked_up.append(set())
        self.stack.append(call)
        self._running[key] = NOTHING
        self.heap.begin_reads()
        outer_level = self.heap.begin()
        raised: AbstractRaiseError | None = None
        returned = NOTHING
        before = self.steps
        self._inner.append(0)
        self._assumed.append({})
        try:
            for _ in range(RECURSION_ROUNDS):
                returned = blocks.run_body(self, body, dict(env))
                if self._assumed[-1].pop(key, returned) >= returned:
                    break
                self._running[key] = join(self._running[key], returned)
            else:
                returned = self._give_up(call, "what this recursion returns does not settle") | returned
        except AbstractRaiseError as error:
            if error.frame is None:
                error.frame, error.stack = body, tuple(self.stack)
            raised = error
        finally:
            self.stack.pop()
            del self._running[key]
            assumed = self._assumed.pop()
            assumed.pop(key, None)
            self._assumed[-1].update(assumed)
            self._account(call.callee.symbol, before - self.steps)
            writes = self.heap.delta_since(outer_level)
            self.heap.commit()
            reads = self.heap.end_reads()
            looked_up = self.shared.looked_up.pop()
            self.shared.looked_up[-1] |= looked_up
        summaries = self._memo.setdefault(key, []) if on_yield is None else []
        escapes = frozenset(body.escapes)
        is_told_apart = self.is_own(function.module) and len(self.owners) > first
        escaped = find_escaped(first, returned, writes) if is_told_apart else frozenset()
        self.escaped |= escaped
        summary = Summary(
            reads, writes, returned, raised, escapes, looked_up, moves, escaped, assumed, call.callee, body.strays
        )
        summaries.insert(0, summary)
        caller.escapes |= body.escapes
        caller.strays.add(body.strays.cells, {})
        del summaries[SUMMARIES_PER_KEY:]
        if raised is not None:
            raise raised
        self._note_return(call.callee, returned, body)
        self._results[call.callee.symbol] = join(self._results.get(call.callee.symbol, NOTHING), returned)
        return returned or unknown("a call that does not return")

    def _account(self, symbol: SymbolId, spent: int) -> None:
        """Book a finished call's own steps on its function."""
        inner = self._inner.pop()
        self._spent[symbol] = self._spent.get(symbol, 0) + spent - inner
        if self._inner:
            self._inner[-1] += spent

    def record_of(
        self, key: tuple[object, ...], module: Module, function: Function, receiver: Value | None
    ) -> ContextRecord:
        """The record of one callee with one kind of arguments."""
        record = self._records.get(key)
        if record is None:
            cls = None
            if receiver is not None:
                cls = receiver.symbol if isinstance(receiver, ClassRef) else class_of(receiver)
            record = ContextRecord(module.symbol_of(function.scope), cls, self.in_scope(function.module))
            self._records[key] = record
            self.reached.add(record.symbol)
        return record

    def _note_return(self, record: ContextRecord, returned: Values, body: Frame) -> None:
        if record.in_scope and returned:
            known, _ = self.recorder.returns.setdefault(record.symbol, (set(), tuple(body.guards)))
            known.update(cls for value in returned for cls in self._classes_of(value))

    def _classes_of(self, value: Value) -> tuple[SymbolId, ...]:
        """The class of a returned value; of an instance known by its type alone it may be a subclass."""
        match value:
            case Obj(cls=cls) if cls in self.classes:
                return (cls,)
            case Const(kind=kind):
                return (f"builtins:{kind}",)
            case TupleValue():
                return ("builtins:tuple",)
            case Typed(cls=cls):
                return (cls, UNFOLLOWED)
        return (UNFOLLOWED,)

    def _suspend(self, kind: SymbolId, function: Function, arguments: Arguments, frame: Frame, span: Span) -> Values:
        obj = self.allocate(kind, (function, frame.symbol, span), frame)
        call = PartialValue(function, tuple(arguments.positional), tuple(arguments.keywords.items()))
        self.heap.store(obj.number, "generator", frozenset({call}))
        self.heap.store(obj.number, "rest", arguments.rest)
        self.heap.store(obj.number, "rest keywords", arguments.rest_keywords)
        return frozenset({obj})

    def resume_generator(
        self, obj: Obj, frame: Frame, span: Span, on_yield: Callable[[Frame, Values], None] | None = None
    ) -> Values:
        """Walk a generator's body where its first item is asked for, or a coroutine's where it is awaited.

        Returns what it yields, or what the coroutine returns.
        """
        cell = self.heap.get((obj.number, "generator"))
        rest, keywords = (self.heap.get((obj.number, name)) for name in ("rest", "rest keywords"))
        form = "await" if obj.cls == "types:CoroutineType" else "iterate"

        def resume(value: Value) -> Values:
            if not isinstance(value, PartialValue) or not isinstance(value.function, Function):
                return NOTHING
            arguments = Arguments(
                list(value.positional),
                dict(value.keywords),
                rest if isinstance(rest, frozenset) else NOTHING,
                keywords if isinstance(keywords, frozenset) else NOTHING,
            )
            return self.call_function(value.function, arguments, frame, span, form, on_yield=on_yield)

        result = self.for_each(cell, resume, frame) if isinstance(cell, frozenset) else NOTHING
        return result or unknown("items of a generator")

    # --- functions and names -----------------------------------------------------------------------------------------

    def define(self, frame: Frame, scope: int, defaults: dict[str, Values]) -> Function:
        """Make the function value of a ``def`` or lambda walked in ``frame``."""
        is_top = frame.scope.kind in {"module", "class"} and frame.closure is None
        function = Function(frame.module.name, scope, -1 if is_top else frame.number)
        owner = symbol_id(frame.module.name, frame.scope.qualname) if frame.scope.kind == "class" else frame.owner
        closure = frame.closure if frame.scope.kind == "class" else (None if frame.scope.kind == "module" else frame)
        self.functions[function] = FunctionState(defaults, owner, closure)
        return function

    # --- accesses ----------------------------------------------------------------------------------------------------

    def note_write(
        self,
        frame: Frame,
        span: Span,
        form: str,
        attribute: str,
        owner: SymbolId | None,
        values: Values,
        *,
        generic: bool,
    ) -> None:
        """Record a store, with the chain of calls that led to it first."""
        from tracer.link.recording import WriteRecord
        from tracer.link.sources import describe_sources

        site = self.site(frame, span, form)
        key = (attribute, owner, site)
        if key in self.recorder.writes or not self.in_scope(frame.module.name):
            return
        access = Access(attribute, owner, site, generic, tuple(frame.guards), describe_sources(values))
        self.recorder.writes[key] = WriteRecord(access, tuple(self.stack), values, certain=not frame.alternatives)

    def note_read(self, frame: Frame, span: Span, form: str, attribute: str, owner: SymbolId | None) -> None:
        """Record a load of an attribute."""
        if not self.in_scope(frame.module.name):
            return
        site = self.site(frame, span, form)
        self.recorder.reads.setdefault(
            (attribute, owner, site), Access(attribute, owner, site, attribute == "*", tuple(frame.guards))
        )
