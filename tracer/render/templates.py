"""The templates: where they lie and the environment they run in.

A checkout uses the ``templates`` folder beside the package, so that editing one shows at the next run; an installed
wheel carries the same folder as ``tracer/_templates``. Templates hold no logic beyond loops and presence. Whatever a
template prints is escaped unless it is finished ``Markdown``, as HTML engines do with autoescape.
"""

from __future__ import annotations

from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tracer.errors import TargetError
from tracer.render.escape import escape_value

_PACKAGE = Path(__file__).resolve().parent.parent


def find_templates(package: Path = _PACKAGE) -> Path:
    """Find the folder of templates of a checkout or an installed package.

    Raises ``TargetError`` where neither exists, which means a broken installation.
    """
    for folder in (package.parent / "templates", package / "_templates"):
        if (folder / "README.md").is_file() and (folder / "page.md.jinja").is_file():
            return folder
    raise TargetError("the page templates are missing from this installation: install tracer again")


def make_environment(folder: Path) -> ImmutableSandboxedEnvironment:
    """Make the environment pages are rendered in; an undefined name is an error, never an empty string."""
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        finalize=escape_value,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
