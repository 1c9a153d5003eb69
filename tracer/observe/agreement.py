"""Whether the recorded pass and the pass that measured lines were runs of the same course.

What was executed is learnt in a second run of the scenario. If that run took another way (a branch on random bytes, the
clock, the order of a set), its lines say nothing about the recorded calls, and putting them together would refute what
is true. So the two are compared where both speak: every place a recorded call was made from must have been executed,
and every function that started in one must have run in the other. Passes that agree in all this and on their output
may still differ inside a line; nothing here can tell.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from tracer.observe.rows import Rows

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def find_disagreement(recorded: Rows, covered: Rows) -> str | None:
    """The first place, in the order of paths and lines, at which two complete passes differ; None where they agree."""
    codes = recorded.of("code")
    executed = {row[0]: frozenset(row[2]) for row in covered.of("covered")}
    files = {row[0]: Path(row[1]) for row in covered.of("covered")}
    differing = set(_calls_from_unexecuted_lines(recorded, codes, executed))
    started: dict[str, set[int]] = {}
    for (code,) in recorded.of("started"):
        _, path, _, first_line, *_ = codes[code]
        started.setdefault(path, set()).add(first_line)
    for path, lines in executed.items():
        differing |= set(_functions_of_one_pass(path, files[path], started.get(path, set()), lines))
    if not differing:
        return None
    path, line, what = min(differing)
    return f"{what} at {path}:{line}"


def _calls_from_unexecuted_lines(
    recorded: Rows, codes: object, executed: Mapping[str, frozenset[int]]
) -> Iterator[tuple[str, int, str]]:
    for _, site, (line, _, end_line, *_), *_ in (*recorded.of("edge"), *recorded.of("created")):
        path = codes[site][1]  # type: ignore[index]
        lines = executed.get(path)
        if lines is not None and lines.isdisjoint(range(line, end_line + 1)):
            yield path, line, "only the recorded pass made the call"


def _functions_of_one_pass(
    path: str, file: Path, started: set[int], executed: frozenset[int]
) -> Iterator[tuple[str, int, str]]:
    """Functions whose body ran in one of the passes alone; a body on the lines of its header cannot be told."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if not isinstance(node, _Function):
            continue
        first_line = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        body = _lines_of_body(node)
        if not body:
            continue
        has_run = not executed.isdisjoint(body)
        if has_run and first_line not in started:
            yield path, node.lineno, f"only the measured pass ran {node.name}"
        elif first_line in started and not has_run:
            yield path, node.lineno, f"only the recorded pass ran {node.name}"


def _lines_of_body(node: _Function) -> range:
    """The lines of a body that are no lines of the header and leave a trace when they run."""
    header = [node.returns, *_nodes_of(node.args), *node.decorator_list]
    last = max([node.lineno, *(part.end_lineno or 0 for part in header if part is not None)])
    body = [statement for statement in node.body if not _leaves_no_trace(statement)]
    if not body or body[0].lineno <= last:
        return range(0)
    return range(body[0].lineno, (node.end_lineno or body[-1].lineno) + 1)


def _nodes_of(arguments: ast.arguments) -> list[ast.expr | ast.arg | None]:
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return [*named, *arguments.defaults, *arguments.kw_defaults]


def _leaves_no_trace(statement: ast.stmt) -> bool:
    """Whether nothing is executed for a statement: a docstring, a constant, a declaration."""
    is_constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_constant or isinstance(statement, ast.Global | ast.Nonlocal)
