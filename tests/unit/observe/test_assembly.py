"""Rows of the recorder's log become evidence: names resolved, places merged, the torn last row dropped."""

from __future__ import annotations

import json
import struct

import pytest

from tracer.model.names import Span
from tracer.observe.assembly import Assembly, local_name_of
from tracer.observe.rows import Rows, read_rows

CODES = [
    [0, "m.py", "/x/m.py", 1, "<module>", "__main__", True],
    [1, "m.py", "/x/m.py", 5, "f.<locals>.<lambda>", "__main__", True],
    [2, "lib.py", "/y/lib.py", 9, "Wrapper.<locals>.go", "lib", False],
]


@pytest.mark.parametrize(
    ("qualname", "expected"),
    [
        ("f", "f"),
        ("A.m.<locals>.g", "A.m.g"),
        ("f.<locals>.<lambda>", "f.<lambda>#?"),
        ("f.<locals>.<genexpr>", "f"),
        ("f.<locals>.<listcomp>.<dictcomp>", "f"),
        ("__create_fn__.<locals>.__init__", "__init__"),
        ("<module>", ""),
    ],
)
def test_local_names(qualname, expected):
    assert local_name_of(qualname) == expected


def _assembly(symbols=lambda *_: None, **rows):
    return Assembly(Rows({"code": CODES, "class": [[0, "__main__", "A"]], **rows}, [2, 3]), symbols, "tools.m")


def test_two_instructions_at_one_place_are_one_edge():
    rows = [[0, 0, [1, 2, 3, 4, ""], -1, 1, 0, [2]], [1, 0, [1, 2, 3, 4, ""], -1, 1, 0, [2]]]
    (edge,) = _assembly(edge=rows).edges()
    assert (edge.caller, edge.callee, edge.receiver, edge.via) == (
        "tools.m", "tools.m:f.<lambda>#?", "tools.m:A", ("lib:Wrapper.go",),
    )  # fmt: skip
    assert (edge.span, edge.count, edge.order) == (Span(1, 2, 3, 4), 5, 0)


def test_the_lookup_names_code_in_scope_only():
    asked = []
    rows = [[0, 0, [1, 2, 3, 4, ""], -1, 1, -1, [2]]]
    (edge,) = _assembly(lambda *place: asked.append(place) or "named", edge=rows).edges()
    assert asked == [("m.py", 1, "<module>"), ("m.py", 5, "f.<locals>.<lambda>")]
    assert (edge.caller, edge.callee, edge.via) == ("named", "named", ("lib:Wrapper.go",))


def test_methods_are_inherited_hidden_and_named():
    rows = {
        "class": [[0, "m", "A"], [1, "m", "B"]],
        "mro": [[0, [0], {"f": 1, "g": "m:A.g"}], [1, [1, 0], {"g": None}]],
    }
    a, b = _assembly(**rows).classes()
    assert (a.methods, b.methods) == ({"f": "tools.m:f.<lambda>#?", "g": "m:A.g"}, {"f": "tools.m:f.<lambda>#?"})


def test_a_torn_last_row_is_dropped(tmp_path):
    log, counts = tmp_path / "log", tmp_path / "counts"
    log.write_text(json.dumps(["start", "3.12.1"]) + "\n" + json.dumps(["edge", 0]) + '\n["edge", 1, [2')
    counts.write_bytes(struct.pack("QQ", 7, 0))
    rows = read_rows(log, counts)
    assert (rows.find("start"), rows.of("edge"), list(rows.counts)) == (["3.12.1"], [[0]], [7])


def test_a_run_that_wrote_nothing_has_no_rows(tmp_path):
    rows = read_rows(tmp_path / "log", tmp_path / "counts")
    assert (rows.find("start"), list(rows.of("edge")), list(rows.counts)) == (None, [], [])
