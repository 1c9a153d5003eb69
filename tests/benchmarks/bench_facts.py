"""How long the facts of the installed transformers take, beside the parsers alone on the same files.

Run as ``nox -s bench``. Each row is measured in the same run and with as many processes, in turns over slices of the
files, so that whatever else the machine does slows all rows alike; ratios are what to compare between machines.
Writes the table between the ``facts`` markers of docs/benchmarks.md, unless only a part is measured (``--every N``).
"""

from __future__ import annotations

import argparse
import ast
import gc
import platform
import re
import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import libcst

from tracer.extract.facts import extract_bytes
from tracer.parse.discovery import find_sources
from tracer.parse.environment import read_environment
from tracer.store.cache import FactsCache
from tracer.store.facts_store import FactsStore
from tracer.store.workers import map_isolated

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
PROCESSES = 2
SLICES = 6
TIME_LIMIT = 120.0
GOAL_COLD, GOAL_WARM = 1.5, 3.0


class Cost(NamedTuple):
    """Seconds by the clock, and of all processors together."""

    wall: float
    cpu: float

    def __add__(self, other: object) -> Cost:
        """Sum what two runs cost."""
        if not isinstance(other, Cost):
            return NotImplemented
        return Cost(self.wall + other.wall, self.cpu + other.cpu)


def parse_with_ast(source: bytes) -> bytes:
    """The cheapest reading of a file there is."""
    gc.disable()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ast.parse(source)
    return b""


def parse_with_libcst(source: bytes) -> bytes:
    """The parse that facts are made from, alone and under the same conditions (collector off, tree dropped)."""
    gc.disable()
    libcst.parse_module(source)
    return b""


def measure_parser(parse: Callable[[bytes], bytes], sources: Iterable[bytes]) -> Cost:
    """Wall and CPU seconds of parsing all sources in ``PROCESSES`` processes, the largest first as the store does."""
    inputs = [(str(number), source) for number, source in enumerate(sorted(sources, key=len, reverse=True))]
    return measure(lambda: list(map_isolated(parse, inputs, PROCESSES, TIME_LIMIT)))


def measure(action: Callable[[], object]) -> Cost:
    """Wall and CPU seconds of ``action``, the CPU time of ended child processes included."""
    wall, cpu = time.perf_counter(), cpu_seconds()
    action()
    return Cost(time.perf_counter() - wall, cpu_seconds() - cpu)


def cpu_seconds() -> float:
    """CPU seconds used so far by this process and its ended children."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def find_transformers() -> tuple[Path, ...]:
    """The files of the installed transformers; nothing of it is imported."""
    for path in read_environment().search_paths:
        if (path / "transformers").is_dir():
            return find_sources(path / "transformers")
    sys.exit("bench_facts: transformers is not installed beside this interpreter")


def main() -> None:
    """Measure, print, and write the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--every", type=int, default=1, help="measure every Nth file and write nothing")
    every = options.parse_args().every
    # Contents repeat (empty __init__.py); the store reads each once, so the parsers do, too.
    files = list({path.read_bytes(): path for path in find_transformers()[::every]}.values())
    costs = {"`ast.parse`": Cost(0, 0), "`libcst.parse_module`": Cost(0, 0), "facts, cold": Cost(0, 0)}
    with tempfile.TemporaryDirectory() as folder:
        cache = FactsCache(Path(folder), "bench")
        for part in (files[start::SLICES] for start in range(SLICES)):
            sources = [path.read_bytes() for path in part]
            costs["`ast.parse`"] += measure_parser(parse_with_ast, sources)
            costs["`libcst.parse_module`"] += measure_parser(parse_with_libcst, sources)
            store = FactsStore(cache, extract_bytes, PROCESSES)
            costs["facts, cold"] += measure(partial(store.headers_of, part))
        store = FactsStore(cache, extract_bytes, PROCESSES)
        costs["index, warm"] = measure(partial(store.headers_of, files))
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    table = format_table(costs, files, size)
    print(table)
    if every == 1:
        write_section(table)
    cold = costs["facts, cold"].wall / costs["`libcst.parse_module`"].wall
    if cold > GOAL_COLD or costs["index, warm"].wall > GOAL_WARM:
        sys.exit(f"bench_facts: goals missed (cold <= {GOAL_COLD}x libcst, warm <= {GOAL_WARM} s)")


def format_table(costs: dict[str, Cost], files: list[Path], written: int) -> str:
    """The section's Markdown."""
    base = costs["`libcst.parse_module`"]
    read = sum(path.stat().st_size for path in files)
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("transformers", "libcst", "msgspec"))
    lines = [
        (
            f"{len(files):,} different files, {read / 1e6:.0f} MB of source, {written / 1e6:.0f} MB of facts; "
            f"{PROCESSES} processes, Python {platform.python_version()}, {versions}."
        ),
        "",
        "| step | wall s | CPU s | wall, libcst = 1 | CPU, libcst = 1 |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, cost in costs.items():
        ratios = f"{cost.wall / base.wall:.2f} | {cost.cpu / base.cpu:.2f}"
        lines.append(f"| {name} | {cost.wall:.1f} | {cost.cpu:.1f} | {ratios} |")
    lines += ["", f"Goals: cold at most {GOAL_COLD} of libcst alone, warm index at most {GOAL_WARM:.0f} s."]
    return "\n".join(lines)


def write_section(table: str) -> None:
    """Replace what stands between the page's ``facts`` markers."""
    begin, end = "<!-- facts: begin -->", "<!-- facts: end -->"
    page = PAGE.read_text("utf-8") if PAGE.is_file() else f"# Benchmarks\n\n## Facts per file\n\n{begin}\n{end}\n"
    section = f"{begin}\n\n{table}\n\n{end}"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(page):
        page += f"\n## Facts per file\n\n{begin}\n{end}\n"
    PAGE.write_text(pattern.sub(lambda _: section, page), "utf-8")


if __name__ == "__main__":
    main()
