"""Links from a place in a file to the same lines in a repository's web view.

Templates come from the configuration and the revision from the caller, so that a committed page names a branch or a
version and never whatever happens to be checked out. A place without a template gets no link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from tracer.model.edges import Site
from tracer.model.targets import Target


@dataclass(frozen=True, slots=True)
class Permalinks:
    """The project's template, those of libraries by import name, and what fills them."""

    ref: str
    template: str | None = None
    libraries: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    def url_of(self, site: Site) -> str | None:
        """The web address of a place, or None where no template covers its file.

        A target that is itself an installed library needs no template of its own: that of the library covers it.
        """
        package = site.library or site.path.partition("/")[0]
        own = None if site.library else self.template
        template = own or self.libraries.get(package)
        version = self.versions.get(package, "")
        if not template or ("{version}" in template and not version):
            return None
        fields = {
            "{ref}": quote(self.ref, safe="/"),
            "{version}": quote(version),
            "{path}": quote(site.path, safe="/"),
            "{line}": str(site.span.line),
            "{end_line}": str(site.span.end_line),
        }
        for name, value in fields.items():
            template = template.replace(name, value)
        return template


def permalinks_of(target: Target, versions: Mapping[str, str], ref: str) -> Permalinks:
    """Collect a target's templates; ``versions`` are its libraries' as linked."""
    return Permalinks(ref, target.permalink, dict(target.library_permalinks), versions)
