"""Answers as lines, whole and to the letter."""

from __future__ import annotations

from typing import Any

from tracer.cli.text import align_columns, attr_lines, calls_lines, mro_lines, show_lines, summary_lines


def site(line: int, owner: str, form: str = "attribute", **more: Any) -> dict[str, Any]:
    place = {"path": "p/m.py", "line": line, "column": 4, "end_line": line, "end_column": 9}
    return {**place, "in": owner, "form": form, "receiver": None, "guards": [], "library": None, **more}


def edge(line: int, caller: str, callee: str, **more: Any) -> dict[str, Any]:
    return {"caller": caller, "callee": callee, **site(line, caller, "call"), "via": [], **more}


def test_mro() -> None:
    answer = {
        "schema": 1,
        "class": "p.m:A",
        "mro": ["p.m:A", "lib:Base", "builtins:object"],
        "methods": {"forward": "lib:Base.forward", "run": "p.m:A.run"},
        "libraries": {"lib": "1.2"},
        "unresolved": [{"name": "Mixin", "reason": "no module named gone"}],
    }
    expected = """\
p.m:A
  1  p.m:A
  2  lib:Base
  3  builtins:object

methods
  forward  lib:Base.forward
  run      p.m:A.run

libraries
  lib 1.2

not resolved
  Mixin: no module named gone"""
    assert "\n".join(mro_lines(answer)) == expected


def test_attr() -> None:
    write = site(12, "p.m:A.f", receiver="p.m:B", guards=["x is not None"])
    answer = {
        "schema": 1,
        "attribute": "tower",
        "writes": [write, site(110, "p.m:C.g", "setattr")],
        "generic": [],
        "reads": [site(7, "p.m:A.h", "getattr")],
        "first": [
            {"entry": "train", "site": write, "chain": [site(3, "p.m:main", "call"), site(99, "p.m:A.go", "call")]}
        ],
    }
    expected = """\
tower

first set
  train: p/m.py:12  attribute in p.m:A.f on p.m:B
    p/m.py:3   p.m:main
    p/m.py:99  p.m:A.go

writes (2)
  p/m.py:12   attribute in p.m:A.f on p.m:B
      if x is not None
  p/m.py:110  setattr in p.m:C.g

reads (1)
  p/m.py:7  getattr in p.m:A.h"""
    assert "\n".join(attr_lines(answer)) == expected


def test_calls() -> None:
    edges = [
        edge(3, "p.m:f", "p.m:A.g", receiver="p.m:B"),
        edge(20, "p.m:A.g", "p.m:h", via=["lib:call"], guards=["x"]),
    ]
    assert (
        "\n".join(calls_lines({"schema": 1, "edges": edges, "paths": []}))
        == """\
p/m.py:3   p.m:f -> p.m:A.g on p.m:B
p/m.py:20  p.m:A.g -> p.m:h via lib:call
    if x"""
    )
    assert (
        "\n".join(calls_lines({"schema": 1, "edges": edges, "paths": [[0, 1], [0]]}))
        == """\
path 1
  p/m.py:3   p.m:f -> p.m:A.g on p.m:B
  p/m.py:20  p.m:A.g -> p.m:h via lib:call
      if x

path 2
  p/m.py:3  p.m:f -> p.m:A.g on p.m:B"""
    )
    assert calls_lines({"schema": 1, "edges": [], "paths": []}) == ["no calls found"]


def test_show() -> None:
    answer = {
        "schema": 1,
        "symbol": "p.m:f",
        "doc": None,
        "site": site(1, "p.m", "call"),
        "callers": [edge(3, "p.m:g", "p.m:f"), edge(14, "p.m:h", "p.m:f")],
        "bases": {"A": "p.m:A"},
    }
    expected = """\
symbol  p.m:f
site
  p/m.py:1  call in p.m
callers
  p/m.py:3  p.m:g -> p.m:f
  p/m.py:14  p.m:h -> p.m:f
bases
  A  p.m:A"""
    assert "\n".join(show_lines(answer)) == expected


def test_summary_keeps_the_order_of_outcomes() -> None:
    assert summary_lines({"t": {"refuted": 1, "stale": 0, "confirmed": 10}}) == [
        "            t",
        "refuted     1",
        "confirmed  10",
    ]


def test_nothing_to_align() -> None:
    assert align_columns([]) == []
