"""Which code a command speaks of: the configuration found from here, or a folder named with ``--source``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tracer.errors import ConfigError
from tracer.model.targets import SourceSpec

if TYPE_CHECKING:
    from tracer.config import Config

Command = TypeVar("Command", bound=Callable[..., Any])

config_option = click.option(
    "--config", metavar="FILE", type=click.Path(path_type=Path), help="The configuration; default: the nearest one."
)
source_option = click.option(
    "--source", metavar="PATH", type=click.Path(path_type=Path), help="Ask about this folder, with no configuration."
)
python_option = click.option(
    "--python", metavar="PATH", help="The interpreter whose installed packages the code runs with."
)
target_option = click.option("--target", metavar="NAME", help="Ask about one configured target; default: all.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def source_options(command: Command) -> Command:
    """Give a query the options that say what it asks about and how it answers."""
    for option in (json_option, python_option, source_option, target_option, config_option):
        command = option(command)
    return command


def read_config(path: Path | None) -> Config:
    """Load the configuration at ``path`` or the nearest one; ConfigError says what to do where there is none."""
    from tracer.config import find_config, load_config

    found = path or find_config(Path.cwd())
    if found is None:
        raise ConfigError(f"{_why_not_found()}, and no [tool.tracer] in a pyproject.toml; write one")
    return load_config(found)


def _why_not_found() -> str:
    """Say that there is no configuration; a folder of that name is no file, and probably a mistake."""
    from tracer.config.loading import FILE_NAME

    if any((folder / FILE_NAME).is_dir() for folder in (Path.cwd(), *Path.cwd().parents)):
        return f"{FILE_NAME} is a folder, not a file"
    return f"no {FILE_NAME} here or above"


def read_source(config: Path | None, target: str | None, source: Path | None, python: str | None) -> SourceSpec:
    """Make the source that a query's options name.

    Raises ConfigError if there is neither ``--source`` nor a configuration, UsageError for both at once.
    """
    if source is not None:
        if config is not None or target is not None:
            raise click.UsageError("--source asks about a folder; leave out --config and --target")
        if not source.exists():
            raise click.BadParameter(f"no file or folder {source}", param_hint="--source")
        return SourceSpec(folder=Path.cwd(), path=source, python=python)
    from tracer.config import find_config

    if config is None and find_config(Path.cwd()) is None:
        raise ConfigError(f"{_why_not_found()}; name the code with --source PATH")
    loaded = read_config(config)
    targets = loaded.targets if target is None else (loaded.target_named(target),)
    return SourceSpec(folder=loaded.folder, targets=targets, python=python)
