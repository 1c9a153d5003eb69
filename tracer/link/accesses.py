"""Every place in a source tree that stores or loads an attribute by a given name, reached or not.

Only syntax is asked: attribute targets, constant names in ``setattr`` and its relatives, class-level defaults and
fields. A commented-out line is not code and a string that merely holds the name is neither store nor load.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tracer.model import code
from tracer.model.edges import Access, Site

if TYPE_CHECKING:
    from tracer.link.modules import Module
    from tracer.model.names import Span

_REFLECTION = {"setattr": "setattr", "getattr": "getattr", "hasattr": "hasattr", "delattr": "delete"}
WRITE_FORMS = frozenset({"attribute", "augmented", "delete", "setattr", "class-default", "field", "keyword", "dict"})


def find_accesses(module: Module, attribute: str) -> tuple[Access, ...]:
    """The accesses of ``attribute`` in one module, in source order."""
    if attribute not in module.facts.header.attributes and not any(
        attribute in module.scope(d.scope).bound for d in module.facts.header.definitions if d.kind == "class"
    ):
        return ()
    found: list[Access] = []
    for index in (0, *(definition.scope for definition in module.facts.header.definitions)):
        scope = module.scope(index)
        owner = module.symbol_of(index)
        for form, span in _accesses_in(scope, attribute):
            site = Site(module.place.path, span, owner, form, module.place.library)
            found.append(Access(attribute, owner if scope.kind == "class" else None, site))
    return tuple(sorted(set(found), key=lambda access: access.site))


def _accesses_in(scope: code.Scope, attribute: str) -> Iterator[tuple[str, Span]]:
    for statement in scope.body:
        if scope.kind == "class" and isinstance(statement, code.Assign):
            yield from _class_default(statement, attribute)
        yield from _walk(statement, attribute)


def _class_default(statement: code.Assign, attribute: str) -> Iterator[tuple[str, Span]]:
    for target in statement.targets:
        if isinstance(target, code.Name) and target.id == attribute:
            yield ("class-default" if statement.annotation is None else "field"), statement.span


def _walk(node: object, attribute: str, form: str = "load") -> Iterator[tuple[str, Span]]:
    match node:
        case code.Attribute(value=value, name=name, span=span):
            if name == attribute:
                yield form, span
            yield from _walk(value, attribute)
        case code.Assign(targets=targets, value=value):
            for target in targets:
                yield from _target(target, attribute, "attribute")
            yield from _walk(value, attribute)
        case code.Augment(target=target, value=value):
            yield from _target(target, attribute, "augmented")
            yield from _walk(value, attribute)
        case code.Delete(targets=targets):
            for target in targets:
                yield from _target(target, attribute, "delete")
        case code.For(target=target, iterable=iterable, body=body, orelse=orelse):
            yield from _target(target, attribute, "attribute")
            for part in (iterable, *body, *orelse):
                yield from _walk(part, attribute)
        case code.Call(function=function, arguments=arguments, span=span):
            reflected = _reflected(function, arguments, attribute)
            if reflected is not None:
                yield reflected, span
            yield from _walk(function, attribute)
            for argument in arguments:
                yield from _walk(argument.value, attribute)
        case tuple():
            for part in node:
                yield from _walk(part, attribute)
        case _:
            for field in getattr(node, "__struct_fields__", ()):
                yield from _walk(getattr(node, field), attribute)


def _target(node: object, attribute: str, form: str) -> Iterator[tuple[str, Span]]:
    match node:
        case code.Attribute():
            yield from _walk(node, attribute, form)
        case code.Display(elements=elements):
            for element in elements:
                yield from _target(element, attribute, form)
        case code.Starred(value=value):
            yield from _target(value, attribute, form)
        case _:
            yield from _walk(node, attribute)


def _reflected(function: code.Expr, arguments: tuple[code.Argument, ...], attribute: str) -> str | None:
    if not isinstance(function, code.Name) or function.id not in _REFLECTION or len(arguments) <= 1:
        return None
    name = arguments[1].value
    if isinstance(name, code.Const) and name.value == attribute:
        return _REFLECTION[function.id]
    return None
