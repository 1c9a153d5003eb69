"""Literals, displays and formatted strings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.link import containers
from tracer.link.evaluation import UNROLL, evaluate, evaluates
from tracer.link.frames import Frame
from tracer.link.heap import Content
from tracer.link.iteration import definite_items, iterate
from tracer.link.subscripts import hash_keys
from tracer.link.values import NOTHING, STR, Const, Typed, Values, constant, join, known_constant, tuple_values
from tracer.model import code

if TYPE_CHECKING:
    from tracer.link.machine import Machine


@evaluates(code.Const)
def _const(machine: Machine, node: code.Const, frame: Frame) -> Values:
    return constant(node.value)


@evaluates(code.Opaque)
def _opaque(machine: Machine, node: code.Opaque, frame: Frame) -> Values:
    if node.kind == "ellipsis":
        return constant(...)
    return frozenset({Typed(f"builtins:{node.kind}")})


@evaluates(code.Display)
def _display(machine: Machine, node: code.Display, frame: Frame) -> Values:
    items: list[Values] = []
    rest = NOTHING
    for element in node.elements:
        if isinstance(element, code.Starred):
            values = evaluate(machine, element.value, frame)
            known = definite_items(machine, values, UNROLL)
            if known is not None and not rest:
                items.extend(known)
            else:
                rest = join(rest, iterate(machine, values, frame, node.span))
        elif rest:
            rest = join(rest, evaluate(machine, element, frame))
        else:
            items.append(evaluate(machine, element, frame))
    if node.kind == "tuple" and not rest:
        return tuple_values(tuple(items))
    if node.kind == "set":
        content = Content()
        for item in items:
            hash_keys(machine, item, frame, node.span, "operator")
            const = known_constant(item)
            content = content.put(const.value, item) if const is not None else content.blur(item, item)
        return machine.container("set", node.span, frame, content.blur(rest, rest) if rest else content)
    content = Content(tuple(enumerate(items)), rest)
    return machine.container("list", node.span, frame, content)


@evaluates(code.DictDisplay)
def _dict(machine: Machine, node: code.DictDisplay, frame: Frame) -> Values:
    content = Content()
    for key, value in node.entries:
        if key is None:
            content = containers.update_content(machine, content, evaluate(machine, value, frame))
            continue
        keys = evaluate(machine, key, frame)
        values = evaluate(machine, value, frame)
        hash_keys(machine, keys, frame, node.span, "operator")
        const = containers.key_of(keys)
        content = content.put(const[0], values) if const is not None else content.blur(values, keys)
    return machine.container("dict", node.span, frame, content)


@evaluates(code.Formatted)
def _formatted(machine: Machine, node: code.Formatted, frame: Frame) -> Values:
    parts: list[str] = []
    exact = True
    for value in node.values:
        values = evaluate(machine, value, frame)
        const = known_constant(values)
        if const is not None and isinstance(const.value, str | int) and not isinstance(const.value, bool):
            parts.append(str(const.value))
        else:
            exact = False
    return constant("".join(parts)) if exact else STR


@evaluates(code.Lambda)
def _lambda(machine: Machine, node: code.Lambda, frame: Frame) -> Values:
    defaults = {argument.keyword or "": evaluate(machine, argument.value, frame) for argument in node.defaults}
    return frozenset({machine.define(frame, node.scope, defaults)})


@evaluates(code.Slice)
def _slice(machine: Machine, node: code.Slice, frame: Frame) -> Values:
    parts = [
        constant(None) if part is None else evaluate(machine, part, frame)
        for part in (node.lower, node.upper, node.step)
    ]
    known = [known_constant(part) for part in parts]
    if all(part is not None and isinstance(part.value, int | None) for part in known):
        return frozenset({Const("slice", tuple(part.value for part in known if part is not None))})
    return frozenset({Typed("builtins:slice")})


@evaluates(code.Starred)
def _starred(machine: Machine, node: code.Starred, frame: Frame) -> Values:
    return evaluate(machine, node.value, frame)
