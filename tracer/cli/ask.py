"""The commands that answer: ``mro``, ``attr``, ``calls`` and ``show``. They write no file and run no scenario."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from tracer.cli.source import read_source, source_options

Answer = Mapping[str, Any]
MOST_NOTES = 20


@click.command()
@click.argument("class_name", metavar="CLASS")
@source_options
def mro(class_name: str, *, as_json: bool, **source: Any) -> None:  # noqa: ANN401 - read_source's own options
    """Show the full method resolution order of CLASS and which class supplies each method."""
    spec = read_source(**source)
    from tracer import queries
    from tracer.cli import text

    with print_notes() as notes:
        answer = queries.mro(spec, class_name, note=notes)
    print_answer(answer, text.mro_lines, as_json=as_json)


@click.command()
@click.argument("name", metavar="[CLASS.]NAME")
@source_options
def attr(name: str, *, as_json: bool, **source: Any) -> None:  # noqa: ANN401 - read_source's own options
    """Show where attribute NAME is written and read, and where each entry point first sets it."""
    spec = read_source(**source)
    from tracer import queries
    from tracer.cli import text

    with print_notes() as notes:
        answer = queries.attr(spec, name, note=notes)
    print_answer(answer, text.attr_lines, as_json=as_json)


@click.command()
@click.argument("start", metavar="[FROM]", required=False)
@click.option("--to", "goal", metavar="SYMBOL", help="Show only the chains of calls from FROM that reach SYMBOL.")
@click.option("--all", "everything", is_flag=True, help="Show every call edge.")
@source_options
def calls(start: str | None, *, goal: str | None, everything: bool, as_json: bool, **source: Any) -> None:  # noqa: ANN401 - read_source's own options
    """Show whom FROM calls, by which call site and on which receiver."""
    if everything == (start is not None):
        raise click.UsageError("name the caller (tracer calls FROM) or ask for every edge (tracer calls --all)")
    if everything and goal is not None:
        raise click.UsageError("--to needs a caller: tracer calls FROM --to SYMBOL")
    spec = read_source(**source)
    from tracer import queries
    from tracer.cli import text

    with print_notes() as notes:
        answer = queries.calls(spec, start, to=goal, note=notes)
    print_answer(answer, text.calls_lines, as_json=as_json)


@click.command()
@click.argument("symbol", metavar="SYMBOL")
@source_options
def show(symbol: str, *, as_json: bool, **source: Any) -> None:  # noqa: ANN401 - read_source's own options
    """Show what is known about a function, method, class or module."""
    spec = read_source(**source)
    from tracer import queries
    from tracer.cli import text

    with print_notes() as notes:
        answer = queries.show(spec, symbol, note=notes)
    print_answer(answer, text.show_lines, as_json=as_json)


@contextmanager
def print_notes() -> Iterator[Callable[[str, str], None]]:
    """Yield what takes note of a problem; they are printed on stderr, whether there is an answer or not."""
    noted: list[tuple[str, str]] = []
    try:
        yield lambda place, message: noted.append((place, message))
    finally:
        for place, message in noted[:MOST_NOTES]:
            click.echo(f"tracer: note: {place}: {message}", err=True)
        if len(noted) > MOST_NOTES:
            click.echo(f"tracer: note: and {len(noted) - MOST_NOTES} more", err=True)


def print_answer(answer: Answer, lines_of: Callable[[Answer], list[str]], *, as_json: bool) -> None:
    """Print an answer as one JSON object, or as the lines that ``lines_of`` makes of it."""
    if as_json:
        click.echo(json.dumps(answer, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(lines_of(answer)))
