"""Every loaded class in scope as the interpreter has it: its linearisation, and whose code each method runs.

Read when the run is over, so patches made on the way are in it. Only a class's *own* methods are written down; what it
inherits follows from the linearisation. An own attribute that is no method but hides one is written as null.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import metadata
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    FunctionType,
    MethodDescriptorType,
    WrapperDescriptorType,
)
from typing import Any

from .class_table import ClassTable, functions_of, mro_of, name_of, namespace_of
from .codes import CodeTable
from .log import Log
from .request import Request
from .setters import all_classes

_METHOD_KINDS = frozenset({
    FunctionType, staticmethod, classmethod, property, BuiltinFunctionType, ClassMethodDescriptorType,
    MethodDescriptorType, WrapperDescriptorType,
})  # fmt: skip
_WRAPPING_KINDS = frozenset(("functools", name) for name in ("partial", "partialmethod", "cached_property"))


def write_classes(request: Request, codes: CodeTable, classes: ClassTable, log: Log) -> None:
    """Write every class of the packages, every class in scope that records refer to, and all their bases."""
    packages = [root.module for root in request.roots if not root.followed]
    everything = [root.module for root in request.roots]
    if request.script is not None:
        packages.append("__main__")
        everything.append("__main__")
    chosen = [cls for cls in all_classes() if _lies_in(cls, packages)]
    chosen += [cls for cls in list(classes.classes) if _lies_in(cls, everything)]
    written: dict[int, type] = {id(base): base for cls in chosen for base in mro_of(cls)}
    for cls in written.values():
        linearisation = mro_of(cls)
        rows = [classes.row_of(base) for base in linearisation]
        log.write("mro", classes.row_of(cls), rows, _own_methods(cls, codes))


def _lies_in(cls: type, modules: Iterable[str]) -> bool:
    name = name_of(cls)[0]
    return any(name == module or name.startswith(module + ".") for module in modules)


def _own_methods(cls: type, codes: CodeTable) -> dict[str, int | str | None]:
    inherited = {name for base in mro_of(cls)[1:-1] for name, value in namespace_of(base).items() if _is_method(value)}
    own: dict[str, int | str | None] = {}
    if cls is object:
        return own
    for name, value in list(namespace_of(cls).items()):
        if _is_method(value):
            own[str(name)] = _supplier_of(cls, name, value, codes)
        elif name in inherited:
            own[str(name)] = None
    return own


def _is_method(value: object) -> bool:
    kind = type(value)
    return kind in _METHOD_KINDS or name_of(kind) in _WRAPPING_KINDS


def _supplier_of(cls: type, name: str, value: Any, codes: CodeTable) -> int | str:
    """The code that runs, as a row of the code table, or a name where there is none to show (C, generated code)."""
    if type(value) is property:
        value = value.fget or value.fset
    functions = list(functions_of(value, name))
    if functions and not functions[-1].__code__.co_filename.startswith("<"):
        return codes.row_of(codes.file(functions[-1].__code__, functions[-1].__globals__))
    module, qualname = name_of(cls)
    return f"{module}:{qualname}.{name}"


def write_libraries(codes: CodeTable, classes: ClassTable, log: Log) -> None:
    """Write the versions of the libraries that records refer to."""
    modules = {entry.globals_name for entry in codes.known.values() if entry.row >= 0}
    modules |= {name_of(cls)[0] for cls in classes.classes}
    for name in sorted({module.partition(".")[0] for module in modules} - set(sys.stdlib_module_names)):
        write_library(name, log)


def write_library(name: str, log: Log) -> None:
    """Write the version of a loaded top-level package: the one it names, else that of the distribution of its name."""
    module = sys.modules.get(name)
    if module is None:
        return
    version = vars(module).get("__version__")
    if not isinstance(version, str):
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            return
    log.write("library", name, str.__str__(version))
