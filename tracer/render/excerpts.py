"""A few lines of a file around a place, the place highlighted: what the reader would open an editor for."""

from __future__ import annotations

from pathlib import PurePosixPath

from tracer.model.edges import Site
from tracer.render.dossier import FindLines
from tracer.render.escape import Markdown, fence

CONTEXT_LINES = 2
LONGEST_PLACE = 12
_LANGUAGES = {".py": "python", ".json": "json", ".toml": "toml", ".yaml": "yaml", ".yml": "yaml"}


def cut_excerpt(lines_of: FindLines, site: Site, context: int = CONTEXT_LINES) -> Markdown:
    """Fence the lines of a place and ``context`` lines around it; empty where the file or the line is missing.

    Blank lines at either end are dropped, and a place longer than a dozen lines is cut.
    """
    lines = lines_of(site.path)
    if lines is None or not 1 <= site.span.line <= len(lines):
        return Markdown("")
    last_marked = min(site.span.end_line, site.span.line + LONGEST_PLACE - 1, len(lines))
    first = max(1, site.span.line - context)
    last = min(len(lines), last_marked + context)
    while not lines[first - 1].strip() and first < site.span.line:
        first += 1
    while not lines[last - 1].strip() and last > last_marked:
        last -= 1
    language = _LANGUAGES.get(PurePosixPath(site.path).suffix, "text")
    return fence(language, tuple(lines[first - 1 : last]), first, tuple(range(site.span.line, last_marked + 1)))
