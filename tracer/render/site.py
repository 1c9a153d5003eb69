"""All pages, pictures and the navigation as bytes: a pure function of what was found.

The same arguments give the same bytes on every machine, so that a site can be committed and compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment

from tracer.render.contents import CONTENTS, TargetContents, encode_contents
from tracer.render.dossier import TracedTarget, open_dossier
from tracer.render.escape import Markdown
from tracer.render.graphs import draw_graph
from tracer.render.navigation import build_navigation
from tracer.render.pages import Page, list_contents, plan_pages, plan_shared_pages
from tracer.render.templates import find_templates, make_environment

STYLESHEET = "tracer.css"
NAVIGATION = "nav.yml"


def render_site(
    traced: Sequence[TracedTarget],
    ref: str,
    handwritten_nav: str | None = None,
    templates: Path | None = None,
    kept: Sequence[TargetContents] = (),
) -> Mapping[str, bytes]:
    """Render everything below ``docs/generated``; keys are POSIX paths, sorted.

    ``ref`` (a branch or a version) fills the permalinks. ``handwritten_nav`` is the text of ``docs/nav.yml``. ``kept``
    are targets whose pages are there already: they are listed, not rendered. Targets are listed by name.
    """
    folder = templates or find_templates()
    environment = make_environment(folder)
    dossiers = [open_dossier(one, ref) for one in traced]
    planned = [plan_pages(dossier) for dossier in dossiers]
    contents = [*kept, *map(list_contents, dossiers, planned)]
    contents.sort(key=lambda one: one.name)
    shared = plan_shared_pages(contents)
    files = {page.path: render_page(environment, page) for pages in (shared, *planned) for page in pages}
    files[NAVIGATION] = build_navigation(handwritten_nav, shared, [(one.title, one.pages) for one in contents]).encode()
    files[CONTENTS] = encode_contents(contents)
    files[STYLESHEET] = (folder / STYLESHEET).read_bytes()
    return dict(sorted(files.items()))


def render_page(environment: Environment, page: Page) -> bytes:
    """Render one page, drawing its graph if its view has one."""
    drawing, failure = _draw(page.view)
    text = environment.get_template(page.template).render(view=page.view, drawing=drawing, failure=failure)
    return (text.strip() + "\n").encode()


def _draw(view: object) -> tuple[Markdown, str]:
    graph = getattr(view, "graph", None)
    if graph is None:
        return Markdown(""), ""
    drawing, failure = draw_graph(graph)
    return Markdown(drawing), failure
