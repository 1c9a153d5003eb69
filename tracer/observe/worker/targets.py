"""Noticing stores by rewriting the statements that make them, for objects of classes without a ``__setattr__``.

In a module in scope, ``x.name = v`` becomes ``STORE(x).name = v``, where STORE returns a stand-in that stores into
``x`` and files it; ``x.__dict__`` that is stored into or updated becomes a stand-in for that dictionary, and so does
``object`` in ``object.__setattr__(x, name, v)``, the way round a class's own ``__setattr__``. Nothing is evaluated
twice, in another order or under another name, and every syntax node keeps its position, so that the bytecode's
positions stay those of the source. Modules that mention no watched name are left alone.
"""

from __future__ import annotations

import ast
import builtins
import sys
from contextlib import ExitStack
from types import CodeType
from typing import Any, ClassVar

from .writes import DELETED, Writes

STORE = "__tracer_store__"
NAMESPACE = "__tracer_namespace__"
OBJECT = "__tracer_object__"
_DICT_METHODS = frozenset({"update", "setdefault", "__setitem__"})


def install(writes: Writes) -> None:
    """Make the stand-ins available to rewritten modules."""
    _Target.writes = writes
    _Namespace.writes = writes
    vars(builtins)[STORE] = _Target
    vars(builtins)[NAMESPACE] = _Namespace
    vars(builtins)[OBJECT] = _stand_in_for_object


def compile_watched(source: bytes, file: str, watched: frozenset[str] | None) -> CodeType | None:
    """Compile a module with its watched stores rewritten; None if it has none or cannot be rewritten."""
    if not _mentions(source, watched):
        return None
    try:
        tree = _Rewriter(watched).visit(ast.parse(source, file))
        code: CodeType = compile(tree, file, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # the import itself reports what is wrong with the file
    return code


def _mentions(source: bytes, watched: frozenset[str] | None) -> bool:
    if watched is None:
        return True
    if not watched:
        return False
    return b"__dict__" in source or b"__setattr__" in source or any(name.encode() in source for name in watched)


class _Rewriter(ast.NodeTransformer):
    """Replaces what is stored into; the nodes around keep their identity and positions."""

    def __init__(self, watched: frozenset[str] | None) -> None:
        self._watched = watched

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        is_stored = isinstance(node.ctx, ast.Store | ast.Del)
        if is_stored and (self._watched is None or node.attr in self._watched):
            node.value = _call(STORE, node.value, node.value)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        owner = _owner_of_namespace(node.value)
        if isinstance(node.ctx, ast.Store | ast.Del) and owner is not None:
            node.value = _call(NAMESPACE, owner, node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        function = node.func
        if not isinstance(function, ast.Attribute):
            return node
        owner = _owner_of_namespace(function.value)
        if function.attr in _DICT_METHODS and owner is not None:
            function.value = _call(NAMESPACE, owner, function.value)
        elif function.attr == "__setattr__" and _is_object(function.value):
            function.value = _call(OBJECT, function.value, function.value)
        return node


def _owner_of_namespace(node: ast.expr) -> ast.expr | None:
    """``x`` of ``x.__dict__``."""
    return node.value if isinstance(node, ast.Attribute) and node.attr == "__dict__" else None


def _is_object(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "object"


def _call(name: str, argument: ast.expr, replaced: ast.expr) -> ast.expr:
    """``name(argument)`` in the place of ``replaced``."""
    function = ast.copy_location(ast.Name(name, ast.Load()), replaced)
    return ast.copy_location(ast.Call(function, [argument], []), replaced)


class _Target:
    """Stands for an object while one of its attributes is stored, augmented or deleted."""

    __slots__ = ("object",)
    writes: ClassVar[Writes]

    def __init__(self, target: Any) -> None:
        object.__setattr__(self, "object", target)

    def __getattribute__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "object"), name)

    def __setattr__(self, name: str, value: Any) -> None:
        target = object.__getattribute__(self, "object")
        with _Target.writes.store(target, name, value, sys._getframe(1)):
            _set(target, name, value)

    def __delattr__(self, name: str) -> None:
        target = object.__getattribute__(self, "object")
        with _Target.writes.store(target, name, DELETED, sys._getframe(1)):
            delattr(target, name)


_set = builtins.setattr


class _Namespace:
    """Stands for an object's ``__dict__`` while an item of it is stored or it is updated."""

    __slots__ = ("_items", "_target")
    writes: ClassVar[Writes]

    def __init__(self, target: Any) -> None:
        self._target = target
        self._items = target.__dict__

    def __getattr__(self, name: str) -> Any:
        return getattr(self._items, name)

    def __getitem__(self, key: Any) -> Any:
        return self._items[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        if not self.writes.wants(key):
            self._items[key] = value
            return
        with self.writes.store(self._target, key, value, sys._getframe(1)):
            self._items[key] = value

    def __delitem__(self, key: Any) -> None:
        if not self.writes.wants(key):
            del self._items[key]
            return
        with self.writes.store(self._target, key, DELETED, sys._getframe(1)):
            del self._items[key]

    def setdefault(self, key: Any, default: Any = None) -> Any:
        if key not in self._items:
            self[key] = default
        return self._items[key]

    def update(self, *arguments: Any, **keywords: Any) -> None:
        given = dict(*arguments, **keywords)
        with ExitStack() as stores:
            for name, value in given.items():
                if self.writes.wants(name):
                    stores.enter_context(self.writes.store(self._target, name, value, sys._getframe(1)))
            self._items.update(given)


class _ObjectSetter:
    """Stands for ``object`` where ``object.__setattr__`` is called on something."""

    def __getattribute__(self, _name: str) -> Any:
        return _set_plainly


def _set_plainly(target: Any, name: str, value: Any) -> None:
    if not _Target.writes.wants(name):
        object.__setattr__(target, name, value)
        return
    with _Target.writes.store(target, name, value, sys._getframe(1)):
        object.__setattr__(target, name, value)


def _stand_in_for_object(value: Any) -> Any:
    """The stand-in, unless the program calls something else ``object``."""
    return _ObjectSetter() if value is object else value
