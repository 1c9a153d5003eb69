"""Executed lines and arcs as short text: runs of lines, and only those arcs that are not the obvious ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

Arc = tuple[int, int]


def lines_to_text(lines: Iterable[int]) -> str:
    """Write line numbers as runs, ``1-5 7``."""
    runs: list[list[int]] = []
    for line in sorted(set(lines)):
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def text_to_lines(text: str) -> tuple[int, ...]:
    """Read what ``lines_to_text`` wrote; raises ``ValueError`` for anything else."""
    lines: list[int] = []
    for run in text.split():
        first, _, last = run.partition("-")
        lines.extend(range(int(first), int(last or first) + 1))
    return tuple(lines)


def arcs_to_text(arcs: Iterable[Arc], lines: Sequence[int]) -> str:
    """Write arcs relative to the executed ``lines`` (sorted).

    ``3>9`` is one that does not lead to the next executed line, ``!4`` says that line 4 did not lead to it.
    """
    found = set(arcs)
    obvious = set(pairwise(lines))
    extra = [f"{start}>{end}" for start, end in sorted(found - obvious)]
    missing = [f"!{start}" for start, _ in sorted(obvious - found)]
    return " ".join(extra + missing)


def text_to_arcs(text: str, lines: Sequence[int]) -> tuple[Arc, ...]:
    """Read what ``arcs_to_text`` wrote beside the same ``lines``; raises ``ValueError`` for anything else."""
    words = text.split()
    missing = {int(word[1:]) for word in words if word.startswith("!")}
    arcs = {(start, end) for start, end in pairwise(lines) if start not in missing}
    for word in words:
        if not word.startswith("!"):
            start, _, end = word.partition(">")
            arcs.add((int(start), int(end)))
    return tuple(sorted(arcs))
