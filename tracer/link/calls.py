"""Access and calls as they stand in an expression: attributes, subscripts, arguments, ``super()``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link import containers, iteration, subscripts
from tracer.link.attributes import load_attribute
from tracer.link.evaluation import UNROLL, evaluate, evaluates
from tracer.link.frames import Arguments, Frame
from tracer.link.iteration import definite_items, iterate
from tracer.link.values import (
    ABSENT,
    NOTHING,
    ClassRef,
    InstanceDict,
    Obj,
    Super,
    Values,
    constant,
    join,
    join_all,
    ordered,
    single,
    unknown,
    without_absent,
)
from tracer.link.variables import lookup
from tracer.model import code
from tracer.model.names import Span

if TYPE_CHECKING:
    from tracer.link.machine import Machine


@evaluates(code.Attribute)
def _attribute(machine: Machine, node: code.Attribute, frame: Frame) -> Values:
    return load_attribute(machine, evaluate(machine, node.value, frame), node.name, frame, node.span)


@evaluates(code.Subscript)
def _subscript(machine: Machine, node: code.Subscript, frame: Frame) -> Values:
    values = evaluate(machine, node.value, frame)
    index = evaluate(machine, node.index, frame)
    return subscripts.load_item(machine, values, index, frame, node.span)


@evaluates(code.Call)
def _call(machine: Machine, node: code.Call, frame: Frame) -> Values:
    is_super = isinstance(node.function, code.Name) and node.function.id == "super" and not node.arguments
    if is_super and single(lookup(machine, "super", frame)) == ClassRef("builtins:super"):
        return _zero_argument_super(frame)
    callees = evaluate(machine, node.function, frame)
    arguments = evaluate_arguments(machine, node.arguments, frame, node.span)
    return machine.call(callees, arguments, frame, node.span)


def _zero_argument_super(frame: Frame) -> Values:
    host: Frame | None = frame
    while host is not None and host.receiver_parameter is None:
        host = host.closure
    if host is None or host.owner is None:
        return unknown("super() outside a method")
    from tracer.link.classes import start_of

    receivers = host.env.get(host.receiver_parameter or "", NOTHING)
    return frozenset(Super(host.owner, value, start_of(value, host.owner)) for value in receivers) or unknown("super()")


def evaluate_arguments(machine: Machine, arguments: tuple[code.Argument, ...], frame: Frame, span: Span) -> Arguments:
    """Evaluate a call's arguments in source order, spreading ``*`` and ``**`` where their content is known."""
    result = Arguments()
    for argument in arguments:
        values = evaluate(machine, argument.value, frame)
        if argument.star == 1:
            known = definite_items(machine, values, UNROLL)
            if known is None:
                result.rest = join(result.rest, iterate(machine, values, frame, span))
            elif result.rest:
                result.rest = join(result.rest, join_all(known))
            else:
                result.positional.extend(known)
        elif argument.star == len("**"):
            _spread_keywords(machine, values, result)
        elif argument.keyword is not None:
            result.keywords[argument.keyword] = values
        elif result.rest:
            result.rest = join(result.rest, values)
        else:
            result.positional.append(values)
    return result


def _spread_keywords(machine: Machine, values: Values, result: Arguments) -> None:
    for value in ordered(values):
        if isinstance(value, Obj) and value.cls in containers.DICTS:
            content = machine.content(value)
            for key, item in content.items:
                if isinstance(key, str):
                    if ABSENT in item:
                        result.optional.add(key)
                    result.keywords[key] = item if len(values) == 1 else join(result.keywords.get(key, NOTHING), item)
            result.rest_keywords = join(result.rest_keywords, content.rest)
        elif isinstance(value, InstanceDict):
            for name in machine.heap.attributes_of(value.owner.number):
                cell = machine.heap.get((value.owner.number, name))
                if isinstance(cell, frozenset):
                    result.keywords[name] = without_absent(cell)
        else:
            result.rest_keywords = join(result.rest_keywords, unknown("items of a mapping that is not known"))


@evaluates(code.Await)
def _await(machine: Machine, node: code.Await, frame: Frame) -> Values:
    return iteration.await_value(machine, evaluate(machine, node.value, frame), frame, node.span)


@evaluates(code.Yield)
def _yield(machine: Machine, node: code.Yield, frame: Frame) -> Values:
    values = constant(None) if node.value is None else evaluate(machine, node.value, frame)
    if node.is_from:
        values = iterate(machine, values, frame, node.span)
    frame.yielded = join(frame.yielded, values)
    if frame.on_yield is not None:
        frame.on_yield(frame, values)
    return unknown("what a generator is sent")
