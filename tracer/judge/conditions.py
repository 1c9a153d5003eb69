"""The conditions of a file as branch evidence meets them: on which lines each is tested and which lines it guards.

A recorded jump says from which line to which line control went, and nothing of what stands there. Only the source tells
whether the line arrived at belongs to the ``if``'s body; so the tests' places are read from it, by their exact range.
What cannot be told apart by lines is left out: a test that shares its line with its body, and a conditional expression.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from tracer.model.names import Span

LinesOf = Callable[[str], tuple[str, ...] | None]
"""Looks up a file's lines by path; None where it cannot be read."""

_Test = ast.If | ast.While | ast.Assert | ast.IfExp
_Loop = (ast.While, ast.For, ast.AsyncFor)


@dataclass(frozen=True, slots=True)
class Condition:
    """A test: its lines, and the lines that run only if it came out true (``guarded``) or false (``otherwise``).

    An assertion guards all that comes after it: ``guarded`` is None. A loop is left in the end even if its test was
    true, which is not a second answer.
    """

    lines: range
    guarded: range | None
    otherwise: range = range(0)
    is_loop: bool = False

    def outcome_of(self, line: int) -> bool:
        """How the test came out where control went on at ``line``."""
        return line not in self.otherwise if self.guarded is None else line in self.guarded


@dataclass(frozen=True, slots=True)
class Conditions:
    """A file's conditions by the range of the test; ``unclear`` are lines where an exception may have led as well.

    ``tests`` are the ranges of those that are expressions (no heads of loops, handlers and cases), ``untold`` those of
    further tests, which lines cannot tell apart from what they decide.
    """

    by_span: Mapping[Span, Condition]
    unclear: frozenset[int]
    tests: frozenset[Span] = frozenset()
    untold: frozenset[Span] = frozenset()


NOTHING_KNOWN = Conditions({}, frozenset())


def read_conditions(lines_of: LinesOf) -> Callable[[str], Conditions]:
    """A look-up of files' conditions by path that reads each file once."""

    @cache
    def look_up(path: str) -> Conditions:
        lines = lines_of(path)
        return NOTHING_KNOWN if lines is None else conditions_in("\n".join(lines))

    return look_up


def conditions_in(source: str) -> Conditions:
    """Find the conditions of a file; a file that is not Python has none."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return NOTHING_KNOWN
    found: dict[Span, Condition] = {}
    shared: set[Span] = set()
    unclear: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.IfExp):
            shared.add(_span_of(node))
        else:
            found.update((span, condition) for span, condition in _conditions_of(node) if _is_apart(condition))
            unclear.update(_unclear_lines(node))
    known = {span: found[span] for span in found if span not in shared}
    tests = {_span_of(node.test) for node in ast.walk(tree) if isinstance(node, _Test)}
    return Conditions(known, frozenset(unclear), frozenset(tests & known.keys()), frozenset(tests - known.keys()))


def _conditions_of(node: ast.AST) -> Iterator[tuple[Span, Condition]]:
    match node:
        case ast.If(test=test, body=body) | ast.While(test=test, body=body):
            yield _span_of(test), Condition(_lines_of(test), _block(body), is_loop=isinstance(node, _Loop))
        case ast.For(iter=iterable, body=body) | ast.AsyncFor(iter=iterable, body=body):
            yield _span_of(iterable), Condition(_lines_of(iterable, node.lineno), _block(body), is_loop=True)
        case ast.Assert(test=test, msg=message):
            yield _span_of(test), Condition(_lines_of(test), None, range(0) if message is None else _lines_of(message))
        case ast.ExceptHandler(type=caught, body=body):
            lines = range(node.lineno, node.lineno + 1) if caught is None else _lines_of(caught, node.lineno)
            yield _span_of(node), Condition(lines, _block(body))
        case ast.match_case(pattern=pattern, guard=guard, body=body):
            yield _span_of(pattern), Condition(_lines_of(guard or pattern, pattern.lineno), _block(body))


def _is_apart(condition: Condition) -> bool:
    """Whether what a test guards stands on other lines than the test."""
    return condition.guarded is None or condition.guarded.start > condition.lines[-1]


def _unclear_lines(node: ast.AST) -> Iterable[int]:
    """Where an exception in a test may lead: to a handler, to ``finally``, to the end of a ``with``."""
    match node:
        case ast.ExceptHandler():
            return (node.lineno,)
        case ast.Try(finalbody=[first, *_]) | ast.TryStar(finalbody=[first, *_]):
            return _lines_of(first)
        case ast.With(body=[first, *_]) | ast.AsyncWith(body=[first, *_]):
            return range(node.lineno, first.lineno)
    return ()


def _block(body: list[ast.stmt]) -> range:
    first = body[0]
    decorators = getattr(first, "decorator_list", ())
    return range(min((first.lineno, *(each.lineno for each in decorators))), (body[-1].end_lineno or 0) + 1)


def _lines_of(node: ast.expr | ast.stmt | ast.pattern, first: int | None = None) -> range:
    return range(first or node.lineno, (node.end_lineno or node.lineno) + 1)


def _span_of(node: ast.expr | ast.excepthandler | ast.pattern) -> Span:
    return Span(node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or 0)
