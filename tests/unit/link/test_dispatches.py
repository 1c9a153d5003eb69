"""What functions are seen to return, by the classes of the values that a walk finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.link.walking import walk

TOWERS = """
import os
from dataclasses import dataclass
class Tower: ...
class Wide(Tower): ...
class Model:
    def get(self): return getattr(self, "tower", None)
    def made(self): self.tower = Wide(); return self.get()
"""


@pytest.mark.parametrize(
    ("body", "function", "expected"),
    [
        ("def f(): return Wide()", "f", (("app:Wide",), True)),
        ("def f(): ...", "f", (("builtins:NoneType",), True)),
        ("def f(): return 'a', 1", "f", (("builtins:tuple",), True)),
        ("def f(): return Wide() if os.environ.get('x') else None", "f", (("app:Wide", "builtins:NoneType"), True)),
        ("def f(): return Model().get()", "Model.get", (("builtins:NoneType",), True)),
        ("def f(): return Model().made()", "Model.get", (("app:Wide",), True)),
        ("def f(): return str(os.environ)", "f", (("builtins:str",), False)),
        ("def f(): return os.cpu_count", "f", ((), False)),
    ],
)
def test_what_a_function_returns(tmp_path: Path, body: str, function: str, expected: object) -> None:
    found = walk(tmp_path, f"{TOWERS}\n{body}\ndef main(): f()\n").trace.dispatches
    (known,) = (dispatch for dispatch in found if dispatch.function == f"app:{function}")
    assert (known.classes, known.complete) == expected


def test_what_never_returns_returns_nothing(tmp_path: Path) -> None:
    found = walk(tmp_path, "def f(): raise ValueError\ndef main(): f()\n").trace.dispatches
    assert found == ()
