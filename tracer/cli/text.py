"""Answers and counts as lines for a person: plain text, the same on every terminal, places as ``path:line``.

Takes the JSON objects that the queries return, so whatever is printed here is also in ``--json``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Answer = Mapping[str, Any]


def mro_lines(answer: Answer) -> list[str]:
    """Lines of ``tracer mro``: the linearisation, numbered, then who supplies each method."""
    libraries = ", ".join(f"{name} {version}" for name, version in answer["libraries"].items())
    return [
        answer["class"],
        *indent(align_columns([[str(number), name] for number, name in enumerate(answer["mro"], 1)], right=(0,))),
        *section("methods", align_columns([[name, owner] for name, owner in answer["methods"].items()])),
        *section("libraries", [libraries] if libraries else []),
        *section("not resolved", [f"{base['name']}: {base['reason']}" for base in answer["unresolved"]]),
    ]


def attr_lines(answer: Answer) -> list[str]:
    """Lines of ``tracer attr``: first writes per entry point, then every write, generic write and read."""
    first = [line for it in answer["first"] for line in first_write_lines(it)]
    return [
        answer["attribute"],
        *section("first set", first),
        *section(f"writes ({len(answer['writes'])})", site_lines(answer["writes"])),
        *section(
            f"writes whose name is only known at run time ({len(answer['generic'])})", site_lines(answer["generic"])
        ),
        *section(f"reads ({len(answer['reads'])})", site_lines(answer["reads"])),
    ]


def first_write_lines(first: Answer) -> list[str]:
    """Lines of one entry point's first write: the place, then the calls that lead there."""
    chain = [[place_of(site), site["in"]] for site in first["chain"]]
    return [
        f"{first['entry']}: {place_of(first['site'])}  {describe_site(first['site'])}",
        *indent(align_columns(chain)),
    ]


def calls_lines(answer: Answer) -> list[str]:
    """Lines of ``tracer calls``: each path as numbered steps, or every edge where no path was asked for."""
    edges = answer["edges"]
    if not answer["paths"]:
        return edge_lines(edges) or ["no calls found"]
    lines: list[str] = []
    for number, path in enumerate(answer["paths"], 1):
        lines += section(f"path {number}", edge_lines([edges[index] for index in path]))
    return lines[1:]


def edge_lines(edges: Iterable[Answer]) -> list[str]:
    """One line per call edge, with the conditions it stands under below it."""
    edges = list(edges)
    places = align_columns([[place_of(edge), f"{edge['caller']} -> {describe_callee(edge)}"] for edge in edges])
    return [line for place, edge in zip(places, edges, strict=True) for line in (place, *guard_lines(edge))]


def describe_callee(edge: Answer) -> str:
    """The callee with the receiver it runs on and the functions between, where there are any."""
    receiver = f" on {edge['receiver']}" if edge["receiver"] else ""
    via = f" via {', '.join(edge['via'])}" if edge["via"] else ""
    return f"{edge['callee']}{receiver}{via}"


def site_lines(sites: Iterable[Answer]) -> list[str]:
    """One line per site, with the conditions it stands under below it."""
    sites = list(sites)
    places = align_columns([[place_of(site), describe_site(site)] for site in sites])
    return [line for place, site in zip(places, sites, strict=True) for line in (place, *guard_lines(site))]


def describe_site(site: Answer) -> str:
    """What stands at a site and in which function, and on which class it acts."""
    receiver = f" on {site['receiver']}" if site["receiver"] else ""
    return f"{site['form']} in {site['in']}{receiver}"


def guard_lines(site: Answer) -> list[str]:
    """One indented line per condition."""
    return [f"    {'' if guard.startswith(('for ', 'except', 'case ')) else 'if '}{guard}" for guard in site["guards"]]


def show_lines(answer: Answer) -> list[str]:
    """Lines of ``tracer show``: every part of the answer under its name, places as one line each."""
    lines: list[str] = []
    for name, value in answer.items():
        if name == "schema" or value in (None, "", [], {}):
            continue
        if isinstance(value, (dict, list)):
            lines += [name, *indent(value_lines(value))]
        else:
            lines.append(f"{name}  {value}")
    return lines


def value_lines(value: Any) -> list[str]:  # noqa: ANN401 - any JSON value
    """Lines of a JSON value: a site as one line, mappings and lists as indented blocks."""
    if isinstance(value, Mapping):
        if "path" in value and "line" in value:
            return edge_lines([value]) if "callee" in value else site_lines([value])
        return [line for name, item in value.items() for line in named_lines(str(name), value_lines(item))]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [line for item in value for line in value_lines(item)]
    return [str(value)]


def named_lines(name: str, lines: list[str]) -> list[str]:
    """Put a single line behind its name and several below it."""
    return [f"{name}  {lines[0]}"] if len(lines) == 1 else [name, *indent(lines)]


def place_of(site: Answer) -> str:
    """``path:line``, as terminals and editors turn into a link."""
    return f"{site['path']}:{site['line']}"


def summary_lines(summaries: Mapping[str, Mapping[str, int]]) -> list[str]:
    """The table of verdicts: a row per outcome that occurs, in the order given, a column per target."""
    outcomes = dict.fromkeys(outcome for counts in summaries.values() for outcome, count in counts.items() if count)
    rows = [["", *summaries]]
    rows += [[outcome, *(str(counts.get(outcome, 0)) for counts in summaries.values())] for outcome in outcomes]
    return align_columns(rows, right=tuple(range(1, len(summaries) + 1)))


def count_of(number: int, singular: str, plural: str = "") -> str:
    """``1 page``, ``2,000 pages``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def section(title: str, lines: Sequence[str]) -> list[str]:
    """A titled block after an empty line; nothing if there are no lines."""
    return ["", title, *indent(lines)] if lines else []


def indent(lines: Iterable[str]) -> list[str]:
    """Shift lines by two spaces."""
    return [f"  {line}" for line in lines]


def align_columns(rows: Sequence[Sequence[str]], right: tuple[int, ...] = ()) -> list[str]:
    """Pad the cells of each column to one width, those of the columns in ``right`` on their left side."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
