"""Names of ``typing`` as base classes: what ``__mro_entries__`` puts in their place (PEP 560).

``List[int]`` stands for ``list`` and, unless a later base is generic too, for ``Generic`` behind it; ``NamedTuple`` and
``TypedDict`` are functions whose metaclasses make plain ``tuple`` and ``dict`` subclasses.
"""

from __future__ import annotations

from tracer.link.values import Builtin, External, Value
from tracer.model.names import SymbolId

GENERIC = "typing:Generic"
_MODULES = {"typing", "typing_extensions"}
_COLLECTIONS_ABC = {
    "Awaitable", "Coroutine", "AsyncIterable", "AsyncIterator", "Iterable", "Iterator", "Reversible", "Container",
    "Collection", "Callable", "MutableSet", "Mapping", "MutableMapping", "Sequence", "MutableSequence", "ByteString",
    "MappingView", "KeysView", "ItemsView", "ValuesView", "Generator", "AsyncGenerator", "Hashable", "Sized",
}  # fmt: skip
_ALIASES: dict[str, SymbolId] = {
    **{name: f"collections.abc:{name}" for name in _COLLECTIONS_ABC},
    **{name.capitalize(): f"builtins:{name}" for name in ("list", "dict", "set", "tuple", "type")},
    **{name: f"collections:{name}" for name in ("OrderedDict", "Counter", "ChainMap")},
    "FrozenSet": "builtins:frozenset",
    "DefaultDict": "collections:defaultdict",
    "Deque": "collections:deque",
    "AbstractSet": "collections.abc:Set",
    "ContextManager": "contextlib:AbstractContextManager",
    "AsyncContextManager": "contextlib:AbstractAsyncContextManager",
    "Pattern": "re:Pattern",
    "Match": "re:Match",
}
_FORMS = {"NamedTuple": "namedtuple", "TypedDict": "typeddict"}
_PLAIN: dict[str, SymbolId] = {"NamedTuple": "builtins:tuple", "TypedDict": "builtins:dict", "Text": "builtins:str"}


def _name_of(value: Value) -> str:
    """The name within ``typing``, empty for anything else."""
    if not isinstance(value, External | Builtin):
        return ""
    module, _, name = value.name.rpartition(".")
    return name if module in _MODULES else ""


def class_behind(value: Value) -> SymbolId | None:
    """The class that a name of ``typing`` stands for among bases, None for any other value."""
    name = _name_of(value)
    return _ALIASES.get(name) or _PLAIN.get(name)


def is_generic_alias(value: Value) -> bool:
    """Whether the value is an alias that brings ``Generic`` along."""
    return _name_of(value) in _ALIASES


def form_of(value: Value) -> str:
    """``namedtuple`` or ``typeddict`` for the bases that make such classes, else empty."""
    return _FORMS.get(_name_of(value), "")
