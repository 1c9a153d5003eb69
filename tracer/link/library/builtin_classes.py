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


@cache
def _stub_classes(module: str) -> dict[str, ast.ClassDef]:
    names = typeshed_client.get_stub_names(module)
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
    return name in _stub_classes("builtins") or name in {"OSError", "IOError", "EnvironmentError", "NoneType"}


@cache
def _bases(module: str, name: str) -> tuple[str, ...]:
    node = _stub_classes(module).get(name)
    if node is None:
        return ()
    bases = []
    for base in node.bases:
        head = base.value if isinstance(base, ast.Subscript) else base
        if isinstance(head, ast.Name) and head.id in _stub_classes("builtins"):
            bases.append(head.id)
    return tuple(bases)


@cache
def _attributes(name: str) -> frozenset[str]:
    node = _stub_classes("builtins").get(name)
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
    if module == "builtins":
        names = _bases(module, name)
        bases = tuple(f"builtins:{base}" for base in names if base != "object") or (OBJECT,)
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


def is_registered(symbol: SymbolId, base: SymbolId) -> bool | None:
    """Whether a builtin class counts as a subclass of an abstract collection; None where the base is not abstract."""
    if module_of(base) not in {"typing", "collections.abc", "_collections_abc", "numbers", "os"}:
        return None
    known = _REGISTERED.get(qualname_of(base))
    if known is None:
        return None
    return symbol in known if symbol.startswith(("builtins:", "types:", "collections:")) else None
