"""Builtin classes: linearisations and attribute names from typeshed's stubs.

A stub names protocols and abstract collections as bases where C code has none, so only bases defined in the same stub
as real classes count. Nothing is read from the running interpreter.
"""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING

import typeshed_client

from tracer.link.classes import ClassState
from tracer.link.mro import OBJECT, linearise
from tracer.model.names import module_of, qualname_of

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import SymbolId

OBJECT_SLOTS = frozenset({
    "__init__", "__new__", "__setattr__", "__getattribute__", "__delattr__", "__repr__", "__str__", "__eq__", "__ne__",
    "__hash__", "__init_subclass__", "__subclasshook__", "__reduce__", "__reduce_ex__", "__format__", "__sizeof__",
    "__dir__", "__getstate__",
})  # fmt: skip
_TYPE_MODULES = {"builtins", "types", "functools", "collections", "_collections", "itertools", "_thread", "re"}
_REGISTERED = {
    "Mapping": {"builtins:dict", "collections:OrderedDict", "collections:defaultdict"},
    "MutableMapping": {"builtins:dict", "collections:OrderedDict", "collections:defaultdict"},
    "Sequence": {"builtins:list", "builtins:tuple", "builtins:str", "builtins:range", "builtins:bytes"},
    "MutableSequence": {"builtins:list"},
    "Iterable": {"builtins:list", "builtins:tuple", "builtins:str", "builtins:dict", "builtins:set", "builtins:range"},
    "Set": {"builtins:set", "builtins:frozenset"},
    "Collection": {"builtins:list", "builtins:tuple", "builtins:str", "builtins:dict", "builtins:set"},
    "Sized": {"builtins:list", "builtins:tuple", "builtins:str", "builtins:dict", "builtins:set"},
    "Callable": {"types:FunctionType", "types:MethodType", "types:BuiltinFunctionType", "functools:partial"},
    "Hashable": {"builtins:str", "builtins:int", "builtins:tuple"},
    "Number": {"builtins:int", "builtins:float", "builtins:bool"},
    "Integral": {"builtins:int", "builtins:bool"},
    "PathLike": {"pathlib:Path"},
}


_STANDARD = typeshed_client.get_search_context(search_path=[])
_RENAMED = {"types:ModuleType": "builtins:module"}
"""Classes that call themselves otherwise than the name under which they are found."""
_WITHOUT_CLASS = {"types", "typing", "typing_extensions", "_typeshed", "collections.abc"}
"""Stubs whose classes are not, or not under these names, what a run has."""


@cache
def find_stub_class(dotted: str) -> SymbolId | None:
    """The C class behind a dotted name, under the module whose stub defines it; None where no stub says."""
    module, _, name = dotted.rpartition(".")
    for _ in range(8):
        names = typeshed_client.get_stub_names(module, search_context=_STANDARD) if module else None
        found = names.get(name) if names is not None else None
        match found.ast if found is not None else None:
            case typeshed_client.ImportedName(module_name=source, name=str(origin)):
                module, name = ".".join(source), origin
            case ast.Assign(value=ast.Name(id=origin)):
                module, name = module if origin in (names or ()) else "builtins", origin
            case ast.Assign(value=ast.Attribute(value=ast.Name(id=source), attr=origin)):
                module, name = source, origin
            case ast.ClassDef():
                symbol = f"{module}:{name}"
                return _RENAMED.get(symbol) or (symbol if module not in _WITHOUT_CLASS else None)
            case _:
                return None
    return None


_METHODS = {
    "Iterable": ("__iter__",), "Iterator": ("__iter__", "__next__"), "Sized": ("__len__",),
    "Container": ("__contains__",), "Collection": ("__len__", "__iter__", "__contains__"), "Callable": ("__call__",),
    "Reversible": ("__reversed__", "__iter__"), "Awaitable": ("__await__",), "AsyncIterable": ("__aiter__",),
    "AsyncIterator": ("__anext__", "__aiter__"), "AbstractContextManager": ("__enter__", "__exit__"),
    "PathLike": ("__fspath__",),
}  # fmt: skip
"""Abstract classes whose ``__subclasshook__`` asks for methods."""


@cache
def _stub_classes(module: str) -> dict[str, ast.ClassDef]:
    names = typeshed_client.get_stub_names(module, search_context=_STANDARD)
    if names is None:
        return {}
    found: dict[str, ast.ClassDef] = {}
    for name, item in names.items():
        node = item.ast
        if isinstance(node, typeshed_client.OverloadedName):
            continue
        if isinstance(node, ast.ClassDef):
            found[name] = node
    return found


@cache
def is_builtin_class(name: str) -> bool:
    """Whether the builtins module has a class of this name."""
    return name in _stub_classes("builtins") or name == "NoneType"


@cache
def _bases(module: str, name: str) -> tuple[SymbolId, ...]:
    node = _stub_classes(module).get(name)
    if node is None:
        return ()
    bases = []
    for base in node.bases:
        head = base.value if isinstance(base, ast.Subscript) else base
        home = next((home for home in (module, "builtins") if _name_in(head, home)), None)
        if isinstance(head, ast.Name) and home is not None:
            bases.append(f"{home}:{head.id}")
    return tuple(bases)


def _name_in(node: ast.expr, module: str) -> bool:
    return isinstance(node, ast.Name) and node.id in _stub_classes(module)


@cache
def _attributes(name: str) -> frozenset[str]:
    node = _stub_classes("types")["ModuleType"] if name == "module" else _stub_classes("builtins").get(name)
    if node is None:
        return frozenset()
    found: set[str] = set()
    pending: list[ast.stmt] = list(node.body)
    while pending:
        item = pending.pop()
        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(item.name)
        elif isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            found.add(item.target.id)
        elif isinstance(item, ast.Assign):
            found.update(target.id for target in item.targets if isinstance(target, ast.Name))
        elif isinstance(item, ast.If):
            pending.extend([*item.body, *item.orelse])
    for base in node.bases:
        head = base.value if isinstance(base, ast.Subscript) else base
        if isinstance(head, ast.Name):
            found |= _attributes(head.id) if head.id in _stub_classes("builtins") else _abstract(head.id)
    return frozenset(found)


@cache
def _abstract(name: str) -> frozenset[str]:
    node = _stub_classes("typing").get(name)
    if node is None:
        return frozenset()
    found = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
    for base in node.bases:
        head = base.value if isinstance(base, ast.Subscript) else base
        if isinstance(head, ast.Name):
            found |= _abstract(head.id)
    return frozenset(found)


def has_attribute(kind: str, name: str) -> bool:
    """Whether a builtin class has an attribute of its own or inherited, by its stub (``object``'s slots included)."""
    known = _attributes(kind)
    return not known or name in known or name in OBJECT_SLOTS or name in {"__class__", "__doc__"}


def read_builtin_class(machine: Machine, symbol: SymbolId) -> ClassState | None:
    """The class's linearisation from its stub; None for a class that has none."""
    module, name = module_of(symbol), qualname_of(symbol)
    if symbol == OBJECT:
        return ClassState(symbol, mro=(OBJECT,))
    if module == "builtins" or _is_c_class(machine, symbol):
        bases = tuple(base for base in _bases(module, name) if base != OBJECT) or (OBJECT,)
    elif module in {"collections", "_collections"} and name in {"OrderedDict", "defaultdict", "Counter"}:
        bases = ("builtins:dict",)
    elif module in {"types", "functools", "torch._C"} or (
        module in _TYPE_MODULES and machine.modules.find(module) is None
    ):
        bases = (OBJECT,)
    else:
        return None
    mros = [machine.mro_of(base) if base != OBJECT else (OBJECT,) for base in bases]
    return ClassState(symbol, bases, linearise(symbol, bases, mros))


def _is_c_class(machine: Machine, symbol: SymbolId) -> bool:
    """Whether a stub defines the class and no source does."""
    module, name = module_of(symbol), qualname_of(symbol)
    if "." in name or find_stub_class(f"{module}.{name}") != symbol:
        return False
    source = machine.modules.module(module)
    return source is None or name not in source.last_definitions


def is_registered(machine: Machine, symbol: SymbolId, base: SymbolId) -> bool | None:
    """Whether a class counts as a subclass of an abstract one without inheriting from it; None where that is no matter.

    The collections' one-method classes ask for that method alone, so any class may be one of theirs.
    """
    if module_of(base) not in {"typing", "collections.abc", "_collections_abc", "contextlib", "numbers", "os"}:
        return None
    known = _REGISTERED.get(qualname_of(base), set())
    if symbol in known:
        return True
    wanted = _METHODS.get(qualname_of(base))
    if wanted is None:
        is_plain = symbol.startswith(("builtins:", "types:", "collections:"))
        return False if is_plain and known else None
    if symbol.startswith("builtins:"):
        return all(name in _attributes(qualname_of(symbol)) for name in wanted)
    if symbol.startswith(("types:", "collections:")):
        return None if not known else False
    if all(machine.find_in_class(symbol, name) is not None for name in wanted):
        return True
    builtin = [qualname_of(cls) for cls in machine.mro_of(symbol) if cls.startswith("builtins:") and cls != OBJECT]
    if all(any(name in _attributes(kind) for kind in builtin) for name in wanted):
        return True
    return None if machine.is_open(None, symbol) else False
