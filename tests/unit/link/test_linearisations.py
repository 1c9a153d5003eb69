"""Who supplies each method of a linked class: the function as written, whatever is wrapped around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.link.walking import classes_of, machine_for
from tracer.link.library import Library
from tracer.link.linearisations import linearisation_of

LOGGED = """
import functools
def logged(function):
    @functools.wraps(function)
    def wrapper(*args): return function(*args)
    return wrapper
"""


@pytest.mark.parametrize(
    ("body", "supplier"),
    [
        ("def forward(self): ...", "app:Model.forward"),
        ("@logged\n    def forward(self): ...", "app:Model.forward"),
        ("@logged\n    @logged\n    def forward(self): ...", "app:Model.forward"),
        ("@staticmethod\n    @logged\n    def forward(): ...", "app:Model.forward"),
        ("@property\n    @logged\n    def forward(self): ...", "app:Model.forward"),
        ("@classmethod\n    def forward(cls): ...", "app:Model.forward"),
    ],
)
def test_the_written_function_supplies_a_method(body: str, supplier: str, tmp_path: Path) -> None:
    assert classes_of(tmp_path, f"{LOGGED}\nclass Model:\n    {body}\n")["app:Model"].methods["forward"] == supplier


def test_a_decorator_without_wraps_closes_over_what_was_written(tmp_path: Path) -> None:
    source = f"{LOGGED}\ndef plain(function):\n    def inner(*args): return function(*args)\n    return inner\n"
    source += "class Model:\n    @plain\n    def forward(self): ...\n"
    assert classes_of(tmp_path, source)["app:Model"].methods["forward"] == "app:Model.forward"


def test_a_patch_names_its_site_and_its_function(tmp_path: Path) -> None:
    source = "class Base:\n    def forward(self): ...\nclass Leaf(Base): ...\n"
    source += "def patched(self): ...\nBase.forward = patched\n"
    leaf = classes_of(tmp_path, source)["app:Leaf"]
    assert leaf.methods == {"forward": "app:patched"}
    assert leaf.patches["forward"].span.line == 5


def test_a_patch_serves_no_class_that_overrides_it(tmp_path: Path) -> None:
    source = "class Base:\n    def forward(self): ...\n    def other(self): ...\n"
    source += "class Leaf(Base):\n    def forward(self): ...\nclass Low(Leaf): ...\n"
    source += "def patched(self): ...\nBase.forward = patched\nBase.other = patched\n"
    classes = classes_of(tmp_path, source)
    assert {name: sorted(known.patches) for name, known in classes.items()} == {
        "app:Base": ["forward", "other"], "app:Leaf": ["other"], "app:Low": ["other"]
    }  # fmt: skip
    assert classes["app:Low"].methods["forward"] == "app:Leaf.forward"


def test_a_method_defined_under_a_condition_is_kept(tmp_path: Path) -> None:
    source = "import os\nclass Model:\n    if os.environ.get('FAST'):\n        def run(self): ...\n"
    source += "    else:\n        def run(self): ...\nclass Leaf(Model): ...\n"
    for known in (classes := classes_of(tmp_path, source))["app:Model"], classes["app:Leaf"]:
        assert known.methods["run"] == "app:Model.run"
        assert known.alternatives == {"run": ("app:Model.run", "app:Model.run#2")}


@pytest.mark.parametrize(
    ("without", "supplier"),
    [(frozenset(), "app:Model.forward"), (frozenset({"functools.wraps"}), "app:logged.wrapper")],
)
def test_the_model_of_wraps_is_what_says_so(without: frozenset[str], supplier: str, tmp_path: Path) -> None:
    # The wrapper reaches the function through a list, so that no variable of its own tells either.
    source = LOGGED.replace("(function):\n", "(function):\n    kept = [function]\n")
    source = source.replace("return function(*args)", "return kept[0](*args)")
    source += "class Model:\n    @logged\n    def forward(self): ...\n"
    machine = machine_for(tmp_path, source, Library(without))
    machine.ensure_module("app")
    found = linearisation_of(machine, "app:Model")
    assert found is not None
    assert found.methods["forward"] == supplier


def test_generated_methods_are_named_after_their_class(tmp_path: Path) -> None:
    source = "from dataclasses import dataclass\n@dataclass\nclass Base:\n    x: int = 0\nclass Leaf(Base): ...\n"
    methods = classes_of(tmp_path, source)["app:Leaf"].methods
    assert methods["__init__"] == "app:Base.__init__"
    assert methods["__eq__"] == "app:Base.__eq__"
