from __future__ import annotations

from tracer.model.edges import Site
from tracer.model.names import Span
from tracer.render.permalinks import Permalinks

OWN = Site("pkg/a file.py", Span(3, 0, 5, 1), "pkg.a", "call")
LIBRARY = Site("torch/nn.py", Span(1, 0, 1, 1), "torch.nn", "call", "torch")
LINKS = Permalinks(
    "main",
    "https://example.org/{ref}/{path}#L{line}-L{end_line}",
    {"torch": "https://example.org/torch/v{version}/{path}#L{line}"},
    {"torch": "2.13.0"},
)


def test_a_template_is_filled_and_its_path_quoted() -> None:
    assert LINKS.url_of(OWN) == "https://example.org/main/pkg/a%20file.py#L3-L5"


def test_a_library_has_its_own_template_and_version() -> None:
    assert LINKS.url_of(LIBRARY) == "https://example.org/torch/v2.13.0/torch/nn.py#L1"


def test_without_a_template_or_a_version_there_is_no_link() -> None:
    assert Permalinks("main").url_of(OWN) is None
    assert Permalinks("main", LINKS.template).url_of(LIBRARY) is None
    assert Permalinks("main", None, LINKS.libraries).url_of(LIBRARY) is None
