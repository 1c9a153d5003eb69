"""Noticing stores and loads by rewriting them: stores into objects of classes without a ``__setattr__``, and all loads.

In a module in scope, ``x.name = v`` becomes ``STORE(x).name = v``, where STORE returns a stand-in that stores into
``x`` and files it; ``x.__dict__`` and ``vars(x)`` that are stored into, updated or replaced become a stand-in for that
dictionary. ``object.__setattr__(x, name, v)`` and ``super().__setattr__(name, v)``, the ways round a class's own
``__setattr__``, go through SETTER, and calls that may fill a ``SimpleNamespace`` through MAKER; what loads become is
said in ``reads``. Nothing is evaluated twice, in another order or under another name, and every syntax node keeps its
position, so that the bytecode's positions stay those of the source. Annotations and patterns stay as they are: the
former may be kept as text, the latter may hold no call. Modules that mention no watched name are left alone.

Not seen: a store through another name for the dictionary (``d = x.__dict__; d["a"] = 1``), and what C code outside
``SimpleNamespace`` puts into one.
"""

from __future__ import annotations

import ast
import builtins
import sys
from contextlib import ExitStack
from types import CodeType, FrameType, MethodWrapperType, SimpleNamespace, WrapperDescriptorType
from typing import Any, ClassVar, Self

from .class_table import has_base, is_class, is_one_of, mro_of, namespace_of
from .reads import GETTER, GETTERS, LOAD, Reads
from .writes import DELETED, Writes

STORE = "__tracer_store__"
NAMESPACE = "__tracer_namespace__"
VARS = "__tracer_vars__"
SETTER = "__tracer_setter__"
MAKER = "__tracer_maker__"
_DICT_METHODS = frozenset({"update", "setdefault", "pop", "clear", "__setitem__", "__delitem__"})
_SETTERS = frozenset({"__setattr__", "__delattr__"})


def install(writes: Writes, reads: Reads) -> None:
    """Make the stand-ins available to rewritten modules."""
    _Target.writes = writes
    _Target.reads = reads
    _Namespace.writes = writes
    _PlainSetter.writes = writes
    _Maker.writes = writes
    vars(builtins)[STORE] = _Target
    vars(builtins)[NAMESPACE] = _Namespace
    vars(builtins)[VARS] = _stand_in_for_vars
    vars(builtins)[SETTER] = _stand_in_for_setter
    vars(builtins)[MAKER] = _stand_in_for_maker


def compile_watched(source: bytes, file: str, watched: frozenset[str] | None) -> CodeType | None:
    """Compile a module with its watched stores and loads rewritten; None if it has none or cannot be rewritten."""
    if not _mentions(source, watched):
        return None
    try:
        tree = _Rewriter(watched, fills_namespaces=_NAMESPACE_CLASS in source).visit(ast.parse(source, file))
        code: CodeType = compile(tree, file, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # the import itself reports what is wrong with the file
    return code


def _mentions(source: bytes, watched: frozenset[str] | None) -> bool:
    if watched is None:
        return True
    if not watched:
        return False
    return any(word in source for word in (*_ALWAYS, *(name.encode() for name in watched)))


_NAMESPACE_CLASS = b"Namespace"
_ALWAYS = (b"__dict__", b"__setattr__", b"__delattr__", b"vars(", _NAMESPACE_CLASS)
"""Words in a module's source that may store an attribute without naming it."""


class _Rewriter(ast.NodeTransformer):
    """Replaces what is stored into; the nodes around keep their identity and positions."""

    def __init__(self, watched: frozenset[str] | None, *, fills_namespaces: bool) -> None:
        self._watched = watched
        self._fills_namespaces = fills_namespaces

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load):
            if self._is_watched(node.attr):
                name = ast.copy_location(ast.Constant(node.attr), node.value)
                node.value = _call(LOAD, [node.value, name], node)
        elif self._is_watched(node.attr) or node.attr == "__dict__":
            node.value = _call(STORE, [node.value], node.value)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._visit_function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._visit_function(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.target = self.visit(node.target)
        node.value = None if node.value is None else self.visit(node.value)
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        pattern, node.pattern = node.pattern, ast.MatchAs()
        self.generic_visit(node)
        node.pattern = pattern
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Store | ast.Del):
            node.value = _namespace_in_place_of(node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        function = node.func
        if self._fills_namespaces and any(self._may_fill(keyword) for keyword in node.keywords):
            node.func = _call(MAKER, [function], function)
        elif isinstance(function, ast.Attribute) and function.attr in _DICT_METHODS:
            function.value = _namespace_in_place_of(function.value)
        elif isinstance(function, ast.Attribute) and function.attr in _SETTERS:
            node.func = _call(SETTER, [function], function)
        elif isinstance(function, ast.Name) and function.id in GETTERS and self._may_read(node.args):
            node.func = _call(GETTER, [function], function)
        return node

    def _visit_function(self, node: Any) -> ast.AST:
        returns, node.returns = node.returns, None
        self.generic_visit(node)
        node.returns = returns
        return node  # type: ignore[no-any-return]

    def _is_watched(self, name: str) -> bool:
        return self._watched is None or name in self._watched

    def _may_read(self, arguments: list[ast.expr]) -> bool:
        name = arguments[1] if len(arguments) > 1 else None
        return not (isinstance(name, ast.Constant) and isinstance(name.value, str)) or self._is_watched(name.value)

    def _may_fill(self, keyword: ast.keyword) -> bool:
        return keyword.arg is None or self._is_watched(keyword.arg)


def _namespace_in_place_of(node: ast.expr) -> ast.expr:
    """A stand-in for ``x.__dict__`` or ``vars(x)``; any other expression stays as it is."""
    if isinstance(node, ast.Attribute) and node.attr == "__dict__":
        return _call(NAMESPACE, [node.value], node)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "vars"
        and len(node.args) == 1
    ):
        return _call(VARS, [node.func, *node.args], node)
    return node


def _call(name: str, arguments: list[ast.expr], replaced: ast.expr) -> ast.expr:
    """``name(arguments)`` in the place of ``replaced``."""
    function = ast.copy_location(ast.Name(name, ast.Load()), replaced)
    return ast.copy_location(ast.Call(function, arguments, []), replaced)


class _Target:
    """Stands for an object while one of its attributes is stored, augmented or deleted."""

    __slots__ = ("object",)
    writes: ClassVar[Writes]
    reads: ClassVar[Reads]

    def __init__(self, target: Any) -> None:
        object.__setattr__(self, "object", target)

    def __getattribute__(self, name: str) -> Any:
        target = object.__getattribute__(self, "object")
        if name == "__dict__":
            return _Namespace(target)
        if _Target.reads.wants(name):
            _Target.reads.file(target, name, sys._getframe(1))
        return getattr(target, name)

    def __setattr__(self, name: str, value: Any) -> None:
        target = object.__getattribute__(self, "object")
        if name == "__dict__":
            _replace_namespace(target, value, sys._getframe(1))
            return
        with _Target.writes.store(target, name, value, sys._getframe(1)):
            _set(target, name, value)

    def __delattr__(self, name: str) -> None:
        target = object.__getattribute__(self, "object")
        with _Target.writes.store(target, name, DELETED, sys._getframe(1)):
            delattr(target, name)


_set = builtins.setattr


def _replace_namespace(target: Any, value: Any, frame: FrameType) -> None:
    """``target.__dict__ = value``: a store of every watched name in it."""
    if type(value) is _Namespace:
        return  # the end of `target.__dict__ |= ...`, which has been filed
    writes = _Target.writes
    with ExitStack() as stores:
        for name in list(value) if type(value) is dict else ():
            if writes.wants(name):
                stores.enter_context(writes.store(target, name, value[name], frame))
        _set(target, "__dict__", value)


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

    def pop(self, key: Any, *default: Any) -> Any:
        if key not in self._items or not self.writes.wants(key):
            return self._items.pop(key, *default)
        with self.writes.store(self._target, key, DELETED, sys._getframe(1)):
            return self._items.pop(key)

    def clear(self) -> None:
        with ExitStack() as stores:
            for name in list(self._items):
                if self.writes.wants(name):
                    stores.enter_context(self.writes.store(self._target, name, DELETED, sys._getframe(1)))
            self._items.clear()

    def update(self, *arguments: Any, **keywords: Any) -> None:
        self._update(dict(*arguments, **keywords), sys._getframe(1))

    def __ior__(self, other: Any) -> Self:
        self._update(dict(other), sys._getframe(1))
        return self

    def _update(self, given: dict[Any, Any], frame: FrameType) -> None:
        with ExitStack() as stores:
            for name, value in given.items():
                if self.writes.wants(name):
                    stores.enter_context(self.writes.store(self._target, name, value, frame))
            self._items.update(given)


def _stand_in_for_vars(function: Any, target: Any) -> Any:
    """The stand-in for ``vars(target)``, unless the program calls something else ``vars``."""
    items = function(target)
    is_plain = function is builtins.vars and type(items) is dict and type(target).__dict__.get("__dict__") is not None
    return _Namespace(target) if is_plain and not is_class(target) else items


class _PlainSetter:
    """Stands for ``object.__setattr__`` or ``__delattr__``, bound to an object or not, while it is called."""

    __slots__ = ("_function",)
    writes: ClassVar[Writes]

    def __init__(self, function: Any) -> None:
        self._function = function

    def __call__(self, *arguments: Any) -> None:
        function = self._function
        is_bound = type(function) is MethodWrapperType
        target, *rest = (function.__self__, *arguments) if is_bound else arguments or (None,)
        if not rest or not self.writes.wants(rest[0]):
            function(*arguments)
            return
        value = rest[1] if function.__name__ == "__setattr__" and len(rest) > 1 else DELETED
        with self.writes.store(target, rest[0], value, sys._getframe(1)):
            function(*arguments)


def _stand_in_for_setter(function: Any) -> Any:
    """The stand-in for a setter written in C; one written in Python tells of itself."""
    return _PlainSetter(function) if is_one_of(type(function), (MethodWrapperType, WrapperDescriptorType)) else function


class _Maker:
    """Stands for a class of namespaces (``SimpleNamespace``) while an object of it is made."""

    __slots__ = ("_cls",)
    writes: ClassVar[Writes]

    def __init__(self, cls: Any) -> None:
        self._cls = cls

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        made = self._cls(*arguments, **keywords)
        for name, value in vars(made).items():
            if self.writes.wants(name):
                self.writes.made(made, name, value, sys._getframe(1))
        return made


def _stand_in_for_maker(function: Any) -> Any:
    """The stand-in for a class whose objects C code fills from keywords; anything else stays itself."""
    if not is_class(function) or not has_base(function, SimpleNamespace):
        return function
    initialiser = next(namespace_of(base)["__init__"] for base in mro_of(function) if "__init__" in namespace_of(base))
    return _Maker(function) if initialiser is SimpleNamespace.__init__ else function
