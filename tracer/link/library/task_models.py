"""Event loops: coroutines that are given to one, run from where the loop runs.

A task may run at once, later or never: its effects are joined with the state without them, and what awaits it gets what
its coroutine returns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link.branches import alternatives
from tracer.link.frames import Arguments, Frame
from tracer.link.heap import Content
from tracer.link.iteration import await_value
from tracer.link.values import NONE, NOTHING, Obj, Typed, Values, unknown

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import Span

TASK = "asyncio.tasks:Task"
_RESULT = "result of the coroutine"


def run(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``asyncio.run(coroutine)``."""
    return await_value(machine, arguments.at(0, "main") or NOTHING, frame, span)


def run_in(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``loop.run_until_complete(coroutine)`` and ``runner.run(coroutine)``."""
    return await_value(machine, arguments.at(1, "future") or arguments.at(1, "coro") or NOTHING, frame, span)


def begin(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``asyncio.create_task(coroutine)``."""
    return _begin(machine, arguments.at(0, "coro") or arguments.at(0, "coro_or_future") or NOTHING, frame, span)


def begin_in(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``loop.create_task(coroutine)`` and ``group.create_task(coroutine)``."""
    return _begin(machine, arguments.at(1, "coro") or NOTHING, frame, span)


def wait_for(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``asyncio.wait_for(coroutine, timeout)``: a task, but for a timeout that there is not."""
    waited = arguments.at(0, "fut") or NOTHING
    if arguments.at(1, "timeout") == NONE:
        return await_value(machine, waited, frame, span)
    return _begin(machine, waited, frame, span)


def gather(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``asyncio.gather(*coroutines)``: what awaits it gets a list of what they return."""
    results = [_result(machine, _begin(machine, each, frame, span)) for each in arguments.positional]
    rest = _result(machine, _begin(machine, arguments.rest, frame, span)) if arguments.rest else NOTHING
    made = machine.container("list", ("gathered", span), frame, Content(tuple(enumerate(results)), rest))
    return _task(machine, made, frame, span)


def await_task(machine: Machine, task: Obj) -> Values:
    """What awaiting a task gives."""
    return _result(machine, frozenset({task}))


def _begin(machine: Machine, coroutines: Values, frame: Frame, span: Span) -> Values:
    if all(isinstance(value, Obj) and value.cls == TASK for value in coroutines):
        return coroutines
    loop, place = _loop(machine, frame, span)
    returned: list[Values] = []

    def go() -> bool:
        returned.append(await_value(machine, coroutines, loop, place))
        return True

    loop.alternatives += 1
    try:
        alternatives(machine, frame, [go, lambda: True])
    finally:
        loop.alternatives -= 1
    result = returned[0] if returned else unknown("the result of a task that fails")
    return _task(machine, result, frame, span)


def _loop(machine: Machine, frame: Frame, span: Span) -> tuple[Frame, Span]:
    """Where the loop runs that will run a task begun here: the call that awaits the outermost coroutine."""
    outermost = next((call for call in machine.stack if call.site.form == "await"), None)
    if outermost is None:
        return frame, span
    loop = next((each for each in reversed(machine.active) if each.symbol == outermost.site.owner), frame)
    return loop, outermost.site.span


def _task(machine: Machine, result: Values, frame: Frame, span: Span) -> Values:
    made = machine.allocate(TASK, (frame.symbol, span), frame)
    machine.heap.store(made.number, _RESULT, result)
    return frozenset({made})


def _result(machine: Machine, tasks: Values) -> Values:
    cells = [machine.heap.get((task.number, _RESULT)) for task in tasks if isinstance(task, Obj)]
    results: Values = frozenset().union(*(cell for cell in cells if isinstance(cell, frozenset)))
    return results or unknown("the result of a task")


def loop_of(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``asyncio.get_event_loop()`` and the like."""
    return frozenset({Typed("asyncio.base_events:BaseEventLoop")})
