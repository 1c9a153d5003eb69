"""How deep a source nests, against the plain recursive answer."""

from __future__ import annotations

import ast

import pytest

from tracer.parse.depth import nests_deeper_than

SOURCES = [
    "x = 1",
    "f(g(h(1)))",
    "a.b.c.d.e",
    "a + b + c + d",
    "if a:\n    if b:\n        c",
    "if a: pass\nelif b: pass\nelif c: pass\nelif d: pass",
    "def f(x=[[[1]]]):\n    return -(-(-1))",
    "try:\n    a\nexcept B:\n    for c in d: e[f[g]]",
    "match a:\n    case [b, [c, [d]]] if e(f(g)): pass",
]


@pytest.mark.parametrize("source", SOURCES)
def test_exact_depth(source: str) -> None:
    tree = ast.parse(source)
    depth = depth_of(tree) - 1
    assert not nests_deeper_than(depth, tree)
    assert nests_deeper_than(depth - 1, tree)


def depth_of(node: ast.AST) -> int:
    return 1 + max((depth_of(child) for child in ast.iter_child_nodes(node)), default=0)
