from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tracer.render import graphs
from tracer.render.graphs import NODE_LIMIT, Graph, GraphEdge, GraphNode, build_dot, draw_graph

GRAPH = Graph(
    'A "title" <b>',
    (GraphNode("n0", ("f.<lambda>", 'on "B" \\n & c'), "page.html#a", "tip"), GraphNode("n1", ("B",), style="library")),
    (GraphEdge("n0", "n1"),),
)


@pytest.fixture(scope="module")
def drawing() -> str:
    drawn, failure = draw_graph(GRAPH)
    assert failure == ""
    return drawn


def test_labels_are_text(drawing: str) -> None:
    texts = [element.text for element in ET.fromstring(drawing).iter("text")]  # noqa: S314 - our own drawing
    assert texts == ["f.<lambda>", 'on "B" \\n & c', "B"]


def test_nodes_link_and_colours_are_the_pages(drawing: str) -> None:
    root = ET.fromstring(drawing)  # noqa: S314 - our own drawing
    assert [anchor.get("href") for anchor in root.iter("a")] == ["page.html#a"]
    assert "black" not in drawing
    assert root.get("aria-label") == GRAPH.title


def test_a_drawing_holds_no_ids_comments_or_blank_lines(drawing: str) -> None:
    assert " id=" not in drawing
    assert "<!--" not in drawing
    assert "\n\n" not in drawing


def test_the_same_graph_gives_the_same_bytes(drawing: str) -> None:
    assert draw_graph(GRAPH)[0] == drawing


def test_too_many_nodes_are_refused_in_words() -> None:
    nodes = tuple(GraphNode(f"n{number}", ("x",)) for number in range(NODE_LIMIT + 1))
    assert draw_graph(Graph("big", nodes, ())) == ("", "41 nodes are more than a picture can show")
    assert draw_graph(Graph("empty", (), ()))[1]


def test_a_failing_layout_costs_the_picture_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> bytes:
        raise MemoryError("trap")

    monkeypatch.setattr(graphs, "_lay_out", fail)
    assert draw_graph(GRAPH) == ("", "the layout engine failed (MemoryError)")


def test_labels_never_become_markup_for_the_engine() -> None:
    assert "<<" not in build_dot(Graph("x", (GraphNode("n0", ("<b>x</b>",)),), ()))
