"""One ``[targets.NAME]`` table as a Target, with all that its keys must mean beyond having the right type."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from string import Formatter
from typing import Any

from tracer.config.document import Document, Key, find_value
from tracer.errors import ConfigError
from tracer.model.targets import Documented, Scenario, Target

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
FUNCTION = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
PERMALINK_FIELDS = ("ref", "path", "line", "end_line")


def read_target(document: Document, folder: Path, name: str) -> Target:
    """Read the checked table of target ``name``; paths in it are relative to ``folder``.

    Raises ConfigError for a name, path, function, permalink or reference to a scenario that cannot be meant.
    """
    reader = _Reader(document, folder, ("targets", name))
    reader.check_name()
    if not reader.values["packages"]:
        raise reader.error("packages", message="is empty; name the packages to document")
    scenarios = tuple(read_scenario(reader.below("scenarios", it), name) for it in reader.get("scenarios", {}))
    return Target(
        name=name,
        root=reader.folder_at("root", default="."),
        packages=reader.packages_at("packages"),
        follow=reader.packages_at("follow"),
        environment=reader.file_at("environment"),
        title=reader.get("title", ""),
        permalink=reader.permalink_at("permalink", PERMALINK_FIELDS),
        library_permalinks=tuple(
            (library, reader.below("library_permalinks").permalink_at(library, (*PERMALINK_FIELDS, "version")) or "")
            for library in sorted(reader.get("library_permalinks", {}))
        ),
        scenarios=scenarios,
        ref=reader.ref_at("ref"),
        documented=read_documented(reader.below("document"), {scenario.name for scenario in scenarios}),
    )


def read_scenario(reader: _Reader, target: str) -> Scenario:
    """Read one scenario of ``target``."""
    reader.check_name()
    if ("entry" in reader.values) == ("script" in reader.values):
        raise reader.error(message="needs exactly one of entry (package.module:function) and script (a file)")
    return Scenario(
        name=str(reader.key[-1]),
        target=target,
        entry=reader.function_at("entry"),
        script=reader.file_at("script"),
        argv=tuple(reader.get("argv", ())),
        setup=reader.function_at("setup"),
        data=tuple((it, reader.below("data").file_at(it) or "") for it in sorted(reader.get("data", {}))),
        title=reader.get("title", ""),
        timeout=reader.number_at("timeout", 300, least=1),
        memory=reader.number_at("memory", 8192, least=1),
        seed=reader.number_at("seed", 0, least=0),
    )


def read_documented(reader: _Reader, scenarios: set[str]) -> Documented:
    """Read what the pages answer; flows and sequences must run in one of ``scenarios``."""
    for part in ("flows", "sequences"):
        for index, row in enumerate(reader.get(part, ())):
            if row["in"] not in scenarios:
                known = ", ".join(sorted(scenarios)) or "none"
                raise reader.error(part, index, "in", message=f"no scenario {row['in']}; this target has: {known}")
    return Documented(
        attributes=tuple(reader.get("attributes", ())),
        flows=tuple((row["to"], row["in"]) for row in reader.get("flows", ())),
        classes=tuple(reader.get("classes", ())),
        sequences=tuple((row["title"], row["in"], row["root"]) for row in reader.get("sequences", ())),
    )


class _Reader:
    """A table of the document that has the right shape, read value by value."""

    def __init__(self, document: Document, folder: Path, key: Key) -> None:
        self.document = document
        self.folder = folder
        self.key = key
        self.values: dict[str, Any] = find_value(document.values, key) or {}

    def below(self, *key: str) -> _Reader:
        """Return the reader of a table further down, empty if absent."""
        return _Reader(self.document, self.folder, (*self.key, *key))

    def get(self, key: str, default: Any) -> Any:
        """Return a value as it stands."""
        return self.values.get(key, default)

    def error(self, *key: str | int, message: str) -> ConfigError:
        """Make the error about a key of this table."""
        return self.document.error((*self.key, *key), message)

    def check_name(self) -> None:
        """Raise ConfigError unless this table's name can name a folder of pages."""
        if not NAME.fullmatch(str(self.key[-1])):
            raise self.error(message="a name is made of letters, digits, dots, dashes and underscores")

    def packages_at(self, key: str) -> tuple[str, ...]:
        """Read dotted module names."""
        names = tuple(self.get(key, ()))
        for index, name in enumerate(names):
            if not DOTTED.fullmatch(name):
                raise self.error(key, index, message=f"{name!r} is not a dotted package name")
        return names

    def function_at(self, key: str) -> str | None:
        """Read the name of a function to call."""
        name: str | None = self.get(key, None)
        if name is not None and not FUNCTION.fullmatch(name):
            raise self.error(key, message=f"{name!r} is not of the form package.module:function")
        return name

    def file_at(self, key: str) -> str | None:
        """Read the path of a file that exists."""
        path: str | None = self.get(key, None)
        if path is None:
            return None
        if not (self.folder / path).is_file():
            raise self.error(key, message=f"no file {path} (paths are relative to {self.document.name})")
        return str(PurePosixPath(path))

    def folder_at(self, key: str, default: str) -> str:
        """Read the path of a folder that exists."""
        path = str(PurePosixPath(self.get(key, default)))
        if not (self.folder / path).is_dir():
            raise self.error(key, message=f"no folder {path} (paths are relative to {self.document.name})")
        return path

    def number_at(self, key: str, default: int, *, least: int) -> int:
        """Read an integer that is at least ``least``."""
        number: int = self.get(key, default)
        if number < least:
            raise self.error(key, message=f"must be at least {least}, is {number}")
        return number

    def ref_at(self, key: str) -> str:
        """Read a branch or tag, empty for none; a name that means another commit tomorrow is refused."""
        ref: str = self.get(key, "")
        if ref.upper() == "HEAD":
            raise self.error(key, message="HEAD is whatever is checked out; name a branch or a tag")
        return ref

    def permalink_at(self, key: str, fields: tuple[str, ...]) -> str | None:
        """Read a link template that uses no placeholders but ``fields``."""
        template: str | None = self.get(key, None)
        if template is None:
            return None
        try:
            used = [field for _, field, _, _ in Formatter().parse(template) if field is not None]
        except ValueError as error:
            raise self.error(key, message="not a link template: a brace is not paired") from error
        for field in used:
            if field not in fields:
                allowed = ", ".join(f"{{{name}}}" for name in fields)
                raise self.error(key, message=f"unknown placeholder {{{field}}}; known: {allowed}")
        return template
