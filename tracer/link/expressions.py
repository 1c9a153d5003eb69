"""Walking expressions: each yields a points-to set, in the order Python evaluates them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tracer.link import constants, protocols
from tracer.link.attributes import load_attribute, store_attribute
from tracer.link.frames import AbstractRaiseError, Arguments, Frame
from tracer.link.heap import Content
from tracer.link.imports import resolve_imported
from tracer.link.narrowing import narrow
from tracer.link.truth import truth_of
from tracer.link.values import (
    ABSENT,
    NOTHING,
    STR,
    ClassRef,
    Const,
    Imported,
    InstanceDict,
    ModuleRef,
    Obj,
    Super,
    Typed,
    Values,
    boolean,
    constant,
    join,
    join_all,
    known_constant,
    order_key,
    ordered,
    single,
    tuple_values,
    unknown,
    without_absent,
)
from tracer.model import code
from tracer.model.names import Span

if TYPE_CHECKING:
    from tracer.link.machine import Machine

NO_SPAN = Span(0, 0, 0, 0)
UNROLL = 2048


def evaluate(machine: Machine, node: code.Expr, frame: Frame) -> Values:
    """The values an expression may have here; raises ``AbstractRaiseError`` where it raises for certain."""
    machine.spend()
    return _EVALUATE[type(node)](machine, node, frame)


# --- names -----------------------------------------------------------------------------------------------------------


def _name(machine: Machine, node: code.Name, frame: Frame) -> Values:
    return lookup(machine, node.id, frame)


def lookup(machine: Machine, name: str, frame: Frame) -> Values:
    """Resolve a name as Python does: comprehension targets, locals, enclosing functions, the module, builtins."""
    for scope in reversed(frame.overlay):
        if name in scope:
            return scope[name]
    if name not in frame.globals:
        values = _local(machine, name, frame)
        if values is not None:
            return values
    return lookup_global(machine, name, frame)


def _local(machine: Machine, name: str, frame: Frame) -> Values | None:
    env = frame.env
    if name in env:
        return _resolved(machine, env, name)
    if name in frame.bound and frame.scope.kind == "function":
        return unknown("a local name that is not bound on this path")
    closure = frame.closure
    while closure is not None:
        for scope in reversed(closure.overlay):
            if name in scope:
                return scope[name]
        if closure.scope.kind != "class" and name in closure.env:
            return _resolved(machine, closure.env, name)
        if closure.scope.kind == "module":
            return None
        if name in closure.bound and closure.scope.kind != "class":
            return unknown("a name of an enclosing function that is bound later")
        closure = closure.closure
    return None


def _resolved(machine: Machine, env: dict[str, Values], name: str) -> Values:
    values = env[name]
    if any(isinstance(value, Imported) for value in values):
        values = join_all(
            [
                resolve_imported(machine, value) if isinstance(value, Imported) else frozenset({value})
                for value in sorted(values, key=order_key)
            ]
        )
        env[name] = values
    return without_absent(values) or unknown("a name that is not bound on this path")


def lookup_global(machine: Machine, name: str, frame: Frame) -> Values:
    """A module-level or builtin name."""
    module_frame = machine.module_frames.get(frame.module.name)
    if module_frame is not None and name in module_frame.env:
        return _resolved(machine, module_frame.env, name)
    if name == "__name__":
        return constant(machine.module_names.get(frame.module.name, frame.module.name))
    if name == "__file__":
        return STR
    found = machine.library.builtin_name(machine, name)
    if found is not None:
        return found
    starred = machine.star_member(frame.module, name)
    return starred if starred is not None else unknown(f"the name {name} is not bound anywhere")


# --- literals and displays -------------------------------------------------------------------------------------------


def _const(machine: Machine, node: code.Const, frame: Frame) -> Values:
    return constant(node.value)


def _opaque(machine: Machine, node: code.Opaque, frame: Frame) -> Values:
    if node.kind == "ellipsis":
        return constant(...)
    return frozenset({Typed(f"builtins:{node.kind}")})


def _display(machine: Machine, node: code.Display, frame: Frame) -> Values:
    items: list[Values] = []
    rest = NOTHING
    for element in node.elements:
        if isinstance(element, code.Starred):
            values = evaluate(machine, element.value, frame)
            known = definite_items(machine, values)
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
            const = known_constant(item)
            content = content.put(const.value, item) if const is not None else content.blur(item, item)
        return machine.container("set", node.span, frame, content.blur(rest, rest) if rest else content)
    content = Content(tuple(enumerate(items)), rest)
    return machine.container("list", node.span, frame, content)


def _dict(machine: Machine, node: code.DictDisplay, frame: Frame) -> Values:
    content = Content()
    for key, value in node.entries:
        if key is None:
            content = protocols.update_content(machine, content, evaluate(machine, value, frame))
            continue
        keys = evaluate(machine, key, frame)
        values = evaluate(machine, value, frame)
        const = protocols.key_of(keys)
        content = content.put(const[0], values) if const is not None else content.blur(values, keys)
    return machine.container("dict", node.span, frame, content)


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


def _lambda(machine: Machine, node: code.Lambda, frame: Frame) -> Values:
    defaults = {argument.keyword or "": evaluate(machine, argument.value, frame) for argument in node.defaults}
    return frozenset({machine.define(frame, node.scope, defaults)})


def _slice(machine: Machine, node: code.Slice, frame: Frame) -> Values:
    parts = [
        constant(None) if part is None else evaluate(machine, part, frame)
        for part in (node.lower, node.upper, node.step)
    ]
    known = [known_constant(part) for part in parts]
    if all(part is not None and isinstance(part.value, int | None) for part in known):
        return frozenset({Const("slice", tuple(part.value for part in known if part is not None))})
    return frozenset({Typed("builtins:slice")})


# --- operators -------------------------------------------------------------------------------------------------------


def _binary(machine: Machine, node: code.Binary, frame: Frame) -> Values:
    left = evaluate(machine, node.left, frame)
    right = evaluate(machine, node.right, frame)
    return protocols.binary(machine, node.operator, left, right, frame, node.span)


def _unary(machine: Machine, node: code.Unary, frame: Frame) -> Values:
    operand = evaluate(machine, node.operand, frame)
    if node.operator == "not":
        value = truth_of(machine, operand)
        return boolean(None if value is None else not value)
    return constants.fold_unary(node.operator, operand)


def _compare(machine: Machine, node: code.Compare, frame: Frame) -> Values:
    left = evaluate(machine, node.left, frame)
    verdict: bool | None = True
    for operator, comparator in zip(node.operators, node.comparators, strict=True):
        right = evaluate(machine, comparator, frame)
        outcome = protocols.compare(machine, operator, left, right, frame, node.span)
        if outcome is False:
            return boolean(False)
        if outcome is None:
            verdict = None
        left = right
    return boolean(verdict)


def _logical(machine: Machine, node: code.Logical, frame: Frame) -> Values:
    stop = node.operator == "or"
    result = NOTHING
    saved: list[tuple[dict[str, Values], object]] = []
    env = frame.env
    depth = len(frame.guards)
    try:
        for index, part in enumerate(node.values):
            values = evaluate(machine, part, frame)
            if index == len(node.values) - 1:
                result = join(result, values)
                break
            value = truth_of(machine, values)
            if value is stop:
                result = join(result, values)
                break
            if value is None:
                result = join(result, protocols.only(machine, values, stop))
                if frame.env is env:
                    saved.append((env, None))
                    frame.env = dict(env)
                if not narrow(machine, part, not stop, frame):
                    break
    finally:
        del frame.guards[depth:]
        if saved:
            after = frame.env
            frame.env = env
            for name, bound in after.items():
                if name not in env:
                    env[name] = bound
    return result


def _conditional(machine: Machine, node: code.Conditional, frame: Frame) -> Values:
    from tracer.link.statements import alternatives, guard_of

    value = truth_of(machine, evaluate(machine, node.test, frame))
    results: list[Values] = []

    def run(branch: bool) -> Callable[[], bool]:
        def walk() -> bool:
            if value is None and not narrow(machine, node.test, branch, frame):
                return False
            frame.guards.append(guard_of(machine, node.text, node.span, branch, value, frame))
            try:
                results.append(evaluate(machine, node.body if branch else node.orelse, frame))
            finally:
                frame.guards.pop()
            return True

        return walk

    if value is not None:
        run(value)()
    else:
        alternatives(machine, frame, [run(True), run(False)])
    return join_all(results)


# --- access and calls ------------------------------------------------------------------------------------------------


def _attribute(machine: Machine, node: code.Attribute, frame: Frame) -> Values:
    return load_attribute(machine, evaluate(machine, node.value, frame), node.name, frame, node.span)


def _subscript(machine: Machine, node: code.Subscript, frame: Frame) -> Values:
    values = evaluate(machine, node.value, frame)
    index = evaluate(machine, node.index, frame)
    return protocols.load_item(machine, values, index, frame, node.span)


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
            known = definite_items(machine, values)
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
        if isinstance(value, Obj) and value.cls in protocols.DICTS:
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


# --- iteration -------------------------------------------------------------------------------------------------------


def definite_items(machine: Machine, values: Values) -> list[Values] | None:
    """The items in order where their number is known (and not too large), else None."""
    return protocols.definite_items(machine, values, UNROLL)


def iterate(machine: Machine, values: Values, frame: Frame, span: Span) -> Values:
    """What iterating over the values may yield."""
    return protocols.iterate(machine, values, frame, span)


def _comprehension(machine: Machine, node: code.Comprehension, frame: Frame) -> Values:
    collector = _Collector(machine, node, frame)
    frame.overlay.append({})
    try:
        _clause(machine, node, frame, 0, True, collector)
    finally:
        frame.overlay.pop()
    return collector.result()


class _Collector:
    """Gathers a comprehension's results."""

    def __init__(self, machine: Machine, node: code.Comprehension, frame: Frame) -> None:
        self.machine, self.node, self.frame = machine, node, frame
        self.pairs: list[tuple[object, Values]] = []
        self.rest = self.keys = NOTHING

    def add(self, certain: bool) -> None:
        """Take the element for the present bindings; ``certain`` when it is known to be produced, in order."""
        node = self.node
        element = evaluate(self.machine, node.element, self.frame)
        if node.kind in {"dict", "set"}:
            value = element if node.value is None else evaluate(self.machine, node.value, self.frame)
            key = protocols.key_of(element)
            if key is None:
                self.rest, self.keys = join(self.rest, value), join(self.keys, element)
            else:
                self.pairs.append((key[0], value if certain else join(value, frozenset({ABSENT}))))
        elif certain and not self.rest:
            self.pairs.append((len(self.pairs), element))
        else:
            self.rest = join(self.rest, element)

    def result(self) -> Values:
        """The finished container."""
        kind = "list" if self.node.kind == "generator" else self.node.kind
        content = Content.of(self.pairs, self.rest, self.keys)
        return self.machine.container(kind, self.node.span, self.frame, content)


def _clause(
    machine: Machine, node: code.Comprehension, frame: Frame, depth: int, certain: bool, collector: _Collector
) -> None:
    if depth == len(node.generators):
        collector.add(certain)
        return
    generator = node.generators[depth]
    iterable = evaluate(machine, generator.iterable, frame)
    items = definite_items(machine, iterable)
    sure = certain and items is not None
    for item in items if items is not None else [iterate(machine, iterable, frame, generator.span)]:
        if not item:
            continue
        bind_target(machine, generator.target, item, frame)
        verdict: bool | None = True
        narrowed = len(frame.overlay)
        frame.overlay.append({})
        try:
            for condition in generator.conditions:
                value = truth_of(machine, evaluate(machine, condition, frame))
                if value is False:
                    verdict = False
                    break
                if value is None:
                    verdict = None
                    if not narrow(machine, condition, True, frame):
                        verdict = False
                        break
            if verdict is not False:
                _clause(machine, node, frame, depth + 1, sure and verdict is True, collector)
        finally:
            del frame.overlay[narrowed:]


def bind_target(machine: Machine, target: code.Expr, values: Values, frame: Frame) -> None:
    """Bind a comprehension's target in its own scope."""
    if isinstance(target, code.Name):
        frame.overlay[-1][target.id] = values
    elif isinstance(target, code.Display):
        for part, item in zip(target.elements, protocols.unpack(machine, values, target, frame), strict=True):
            bind_target(machine, part.value if isinstance(part, code.Starred) else part, item, frame)
    else:
        assign(machine, target, values, frame, NO_SPAN)


# --- yields, walrus --------------------------------------------------------------------------------------------------


def _await(machine: Machine, node: code.Await, frame: Frame) -> Values:
    return protocols.await_value(machine, evaluate(machine, node.value, frame), frame, node.span)


def _yield(machine: Machine, node: code.Yield, frame: Frame) -> Values:
    values = constant(None) if node.value is None else evaluate(machine, node.value, frame)
    if node.is_from:
        values = iterate(machine, values, frame, node.span)
    frame.yielded = join(frame.yielded, values)
    return unknown("what a generator is sent")


def _walrus(machine: Machine, node: code.Walrus, frame: Frame) -> Values:
    values = evaluate(machine, node.value, frame)
    frame.env[node.name] = values
    return values


def _starred(machine: Machine, node: code.Starred, frame: Frame) -> Values:
    return evaluate(machine, node.value, frame)


# --- assignment ------------------------------------------------------------------------------------------------------


def assign(machine: Machine, target: code.Expr, values: Values, frame: Frame, span: Span) -> None:
    """Bind values to a target."""
    match target:
        case code.Name(id=name):
            _bind(machine, name, values, frame)
        case code.Attribute(value=owner, name=name):
            store_attribute(machine, evaluate(machine, owner, frame), name, values, frame, target.span, "attribute")
        case code.Subscript(value=owner, index=index):
            container = evaluate(machine, owner, frame)
            protocols.store_item(machine, container, evaluate(machine, index, frame), values, frame, target.span)
        case code.Display(elements=elements):
            for part, item in zip(elements, protocols.unpack(machine, values, target, frame), strict=True):
                assign(machine, part.value if isinstance(part, code.Starred) else part, item, frame, span)
        case code.Starred(value=inner):
            assign(machine, inner, values, frame, span)


def _bind(machine: Machine, name: str, values: Values, frame: Frame) -> None:
    if name in frame.globals:
        env = machine.module_frames[frame.module.name].env
        env[name] = join(env.get(name, NOTHING), values)
        return
    if name in frame.nonlocals:
        closure = frame.closure
        while closure is not None:
            if name in closure.bound:
                closure.env[name] = join(closure.env.get(name, NOTHING), values)
                return
            closure = closure.closure
    for scope in reversed(frame.overlay):
        if name in scope:
            scope[name] = values
            return
    frame.env[name] = values


def augment(machine: Machine, node: code.Augment, frame: Frame) -> None:
    """``target op= value``: load, combine, store."""
    target = node.target
    right_operator = node.operator
    if isinstance(target, code.Attribute):
        owner = evaluate(machine, target.value, frame)
        left = load_attribute(machine, owner, target.name, frame, target.span)
        result = protocols.augmented(
            machine, right_operator, left, evaluate(machine, node.value, frame), frame, node.span
        )
        store_attribute(machine, owner, target.name, result, frame, target.span, "augmented")
    elif isinstance(target, code.Subscript):
        container = evaluate(machine, target.value, frame)
        index = evaluate(machine, target.index, frame)
        left = protocols.load_item(machine, container, index, frame, target.span)
        result = protocols.augmented(
            machine, right_operator, left, evaluate(machine, node.value, frame), frame, node.span
        )
        protocols.store_item(machine, container, index, result, frame, target.span)
    elif isinstance(target, code.Name):
        left = lookup(machine, target.id, frame)
        result = protocols.augmented(
            machine, right_operator, left, evaluate(machine, node.value, frame), frame, node.span
        )
        _bind(machine, target.id, result, frame)


_EVALUATE: dict[type, Callable[..., Values]] = {
    code.Name: _name,
    code.Const: _const,
    code.Opaque: _opaque,
    code.Attribute: _attribute,
    code.Subscript: _subscript,
    code.Call: _call,
    code.Binary: _binary,
    code.Unary: _unary,
    code.Compare: _compare,
    code.Logical: _logical,
    code.Conditional: _conditional,
    code.Display: _display,
    code.DictDisplay: _dict,
    code.Starred: _starred,
    code.Lambda: _lambda,
    code.Comprehension: _comprehension,
    code.Formatted: _formatted,
    code.Await: _await,
    code.Yield: _yield,
    code.Walrus: _walrus,
    code.Slice: _slice,
}

__all__ = ["AbstractRaiseError", "ModuleRef", "assign", "augment", "evaluate", "evaluate_arguments"]
