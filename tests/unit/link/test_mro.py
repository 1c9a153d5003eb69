"""Linearisations against the interpreter's own, on random hierarchies and on whole linked modules."""

from __future__ import annotations

import http
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.link.walking import classes_of, executed, machine_for
from tracer.link.library import Library
from tracer.link.mro import OBJECT, linearise

Hierarchy = tuple[tuple[int, ...], ...]
"""The bases of each class, as indices of earlier classes."""


@st.composite
def hierarchies(draw: st.DrawFn) -> Hierarchy:
    bases: list[tuple[int, ...]] = []
    for index in range(draw(st.integers(1, 9))):
        earlier = st.integers(0, index - 1) if index else st.nothing()
        bases.append(tuple(draw(st.lists(earlier, unique=True, max_size=4))) if index else ())
    return tuple(bases)


def spell_class(cls: type) -> str:
    return OBJECT if cls is object else cls.__name__


def real_mros(hierarchy: Hierarchy) -> list[tuple[str, ...] | None]:
    """The interpreter's linearisations; None where it refuses the class or one of its bases."""
    classes: list[type | None] = []
    for index, numbers in enumerate(hierarchy):
        bases = [classes[number] for number in numbers]
        try:
            made = None if None in bases else type(f"C{index}", tuple(base for base in bases if base), {})
        except TypeError:
            made = None
        classes.append(made)
    return [None if cls is None else tuple(map(spell_class, cls.__mro__)) for cls in classes]


def computed_mros(hierarchy: Hierarchy) -> list[tuple[str, ...] | None]:
    found: list[tuple[str, ...] | None] = []
    for index, numbers in enumerate(hierarchy):
        mros = [mro for number in numbers if (mro := found[number]) is not None]
        if len(mros) < len(numbers):
            found.append(None)
            continue
        bases = [f"C{number}" for number in numbers] or [OBJECT]
        try:
            found.append(linearise(f"C{index}", bases, mros or [(OBJECT,)]))
        except ValueError:
            found.append(None)
    return found


@given(hierarchies())
def test_linearise_agrees_with_the_interpreter(hierarchy: Hierarchy) -> None:
    assert computed_mros(hierarchy) == real_mros(hierarchy)


def test_a_contradiction_names_its_classes() -> None:
    with pytest.raises(ValueError, match="no consistent method resolution order for Z over A, B"):
        linearise("Z", ["X", "Y"], [("X", "A", "B", OBJECT), ("Y", "B", "A", OBJECT)])


MODULES = {
    "diamond": """
class A: ...
class B(A): ...
class C(A): ...
class D(B, C): ...
""",
    "mixin before a library class": """
import collections
class Meta: ...
class Table(Meta, collections.OrderedDict): ...
""",
    "abstract and generic bases": """
from abc import ABC
from typing import Generic, TypeVar
T = TypeVar("T")
class Model(ABC): ...
class Typed(Generic[T]): ...
class Both(Model, Typed[int]): ...
""",
    "a protocol": """
from typing import Protocol
class Sized(Protocol):
    def size(self): ...
class Box(Sized): ...
""",
    "an enumeration": """
import enum
class Colour(enum.Enum):
    RED = 1
class Level(enum.IntEnum):
    LOW = 1
class Word(str, enum.Enum):
    A = "a"
""",
    "exceptions": """
class Broken(RuntimeError): ...
class Missing(KeyError, Broken): ...
""",
    "builtins": """
class Words(list): ...
class Flags(int): ...
class Names(dict): ...
""",
    "a namespace and an option parser": """
import argparse, types
class Options(argparse.ArgumentParser): ...
class Bag(types.SimpleNamespace): ...
""",
    "collections.abc": """
from collections.abc import Mapping, MutableSequence
class Table(Mapping): ...
class Row(MutableSequence): ...
""",
    "user containers": """
from collections import UserDict, UserList
class Table(UserDict): ...
class Row(UserList): ...
""",
    "a base chosen by a try": """
try:
    from missing_module_of_nobody import Base
except ImportError:
    class Base: ...
class Leaf(Base): ...
""",
    "a nested class": """
class Outer:
    class Inner: ...
    class Other(Inner): ...
class Leaf(Outer.Other): ...
""",
    "a metaclass": """
class Meta(type): ...
class Base(metaclass=Meta): ...
class Leaf(Base): ...
""",
    "aliases of typing": """
import typing
from typing import *
T = TypeVar("T")
class Words(List[int]): ...
class Bare(List): ...
class Names(Dict[str, int]): ...
class Plain(list[int]): ...
class Own(Generic[T], List[T]): ...
class Table(typing.Mapping[str, int]):
    def __getitem__(self, key): ...
    def __iter__(self): ...
    def __len__(self): ...
class Both(Words, Iterable[int]): ...
class Counts(Counter[str]): ...
class Ends(Deque[int]): ...
class Missing(DefaultDict[str, int]): ...
class Manager(ContextManager[int]):
    def __exit__(self, *details): ...
class Shape(Protocol[T]): ...
class Square(Shape[int], Protocol): ...
class Text2(Text): ...
""",
    "tuples and dicts with fields": """
from collections import namedtuple
from typing import Generic, NamedTuple, TypedDict, TypeVar
T = TypeVar("T")
class Point(NamedTuple):
    x: int
class Pair(NamedTuple, Generic[T]):
    x: T
class Options(TypedDict):
    x: int
class More(Options, total=False):
    y: int
Made = namedtuple("Made", "x y")
class Leaf(Made): ...
class Other(NamedTuple("Unseen", [("x", int)])): ...
""",
    "classes of C": """
import ast, collections, enum, functools, io, itertools, random, socket, types
class Buffer(io.BytesIO): ...
class Text(io.StringIO): ...
class File(io.TextIOWrapper): ...
class Raw(io.RawIOBase): ...
class Module(types.ModuleType): ...
class Ends(collections.deque): ...
class Chain(itertools.chain): ...
class Part(functools.partial): ...
class Dice(random.Random): ...
class Node(ast.expr): ...
class Lost(IOError): ...
class Gone(EnvironmentError): ...
class Off(socket.error): ...
class Bits(enum.IntFlag): ...
""",
    "a class made by a call": """
class Base: ...
class Leaf(type("Middle", (Base,), {})): ...
""",
    "an alias of a class": """
class Model: ...
Old = Model
class Leaf(Old): ...
""",
    "a dataclass": """
from dataclasses import dataclass
@dataclass
class Point:
    x: int = 0
@dataclass
class Solid(Point):
    y: int = 0
""",
}


def real_symbol(cls: type) -> str:
    return f"{cls.__module__}:{cls.__qualname__}"


def classes_in(holder: dict[str, Any]) -> list[type]:
    found = [value for value in holder.values() if isinstance(value, type) and value.__module__ == "app"]
    return [*found, *(inner for cls in found for inner in classes_in(dict(vars(cls))))]


@pytest.mark.parametrize("source", MODULES.values(), ids=MODULES)
def test_linked_modules_have_the_interpreters_mros(source: str, tmp_path: Path) -> None:
    linked = classes_of(tmp_path, source)
    with executed(source) as namespace:
        real = {real_symbol(cls): tuple(map(real_symbol, cls.__mro__)) for cls in classes_in(namespace)}
    # A class that a call makes has no statement that a page could show.
    written = {symbol: mro for symbol, mro in real.items() if symbol in linked}
    assert {symbol: linked[symbol].mro for symbol in written} == written
    assert len(written) == source.count("\nclass ") + source.count("    class ")


def test_a_name_bound_to_two_classes_keeps_them_apart(tmp_path: Path) -> None:
    linked = classes_of(tmp_path, "class Base: ...\nOld = Base\nclass Base(Old): ...\nclass Leaf(Base): ...\n")
    assert linked["app:Leaf"].mro == ("app:Leaf", "app:Base#2", "app:Base", OBJECT)


def test_a_base_named_twice_says_so(tmp_path: Path) -> None:
    linked = classes_of(tmp_path, "class A: ...\nclass B(A, A): ...\n")
    assert linked["app:B"].unresolved == (("A", "duplicate base class app:A"),)


def test_an_enumeration_made_without_its_metaclass(tmp_path: Path) -> None:
    machine = machine_for(tmp_path, "", Library())
    assert machine.mro_of("http:HTTPStatus") == tuple(map(real_symbol, http.HTTPStatus.__mro__))


def test_a_renamed_class_of_a_library(tmp_path: Path) -> None:
    (tmp_path / "base.py").write_text("class PreTrained: ...\nPretrained = PreTrained\n")
    linked = classes_of(tmp_path, "from base import Pretrained\nclass Leaf(Pretrained): ...\n")
    assert linked["app:Leaf"].mro == ("app:Leaf", "base:PreTrained", OBJECT)


def test_a_hierarchy_that_the_interpreter_refuses_says_so(tmp_path: Path) -> None:
    linked = classes_of(tmp_path, "class A: ...\nclass B(A): ...\nclass C(A, B): ...\n")
    ((name, reason),) = linked["app:C"].unresolved
    assert name == "C"
    assert reason.startswith("no consistent method resolution order for app:C over app:A, app:B")
