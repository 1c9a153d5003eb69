"""Places of implicit calls as the syntax has them, the same whichever Python ran.

A call expression has one range on every version. What Python calls unasked has not: 3.11 reports the whole ``with`` or
``for`` statement where 3.13 reports an expression, the whole ``if`` where 3.12 reports the operand that was tested. One
place is chosen that every version can tell:

=================================  ==================================================================
``with``                           the manager; of several, from the first to the last
``for``                            the iterable
a comprehension's ``for``          its iterable; of several, the comprehension
a test (``if``, ``while``, ...)    the whole test; of several in one comprehension, the comprehension
an f-string's field                the string
=================================  ==================================================================

A file that cannot be parsed, or has been changed since, leaves its places as the run reported them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from tracer.model.names import Span

ENTERS, ITERATES, AWAITS, TESTS, FORMATS = "w", "i", "a", "t", "f"
"""What an instruction does that calls unasked, as the recorder marks it (``worker.instructions``)."""

_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class ImplicitPlaces:
    """Looks places up in the syntax of their files; parses a file when the first of its places is asked for."""

    def __init__(self) -> None:
        self._files: dict[str, FilePlaces] = {}

    def place(self, file: str, position: Sequence[int | str]) -> Span:
        """The place of a recorded position (line, column, end line, end column, mark)."""
        *numbers, mark = position
        span = Span(*(number for number in numbers if isinstance(number, int)))
        if not mark:
            return span
        if file not in self._files:
            self._files[file] = _read_places(file)
        return self._files[file].find(str(mark), span)


class FilePlaces:
    """From each (mark, range) that some version reports to the place chosen for it."""

    def __init__(self, tree: ast.AST) -> None:
        """Collect the places of a module."""
        self._places: dict[tuple[str, Span], Span] = {}
        specs = {id(node.format_spec) for node in ast.walk(tree) if isinstance(node, ast.FormattedValue)}
        self._strings: list[Span] = []
        for node in ast.walk(tree):
            # The first to claim a range keeps it: an outer node is walked before what it contains.
            for mark, span, place in _places_at(node):
                self._places.setdefault((mark, span), place)
            if isinstance(node, ast.JoinedStr) and id(node) not in specs:
                self._strings.append(_span(node))

    def find(self, mark: str, span: Span) -> Span:
        """The place for a range; a field's is the innermost string around it (3.11 has no ranges of fields)."""
        if mark == FORMATS:
            around = [string for string in self._strings if string[:2] <= span[:2] and span[2:] <= string[2:]]
            return max(around, default=span)
        return self._places.get((mark, span), span)


def _read_places(file: str) -> FilePlaces:
    try:
        return FilePlaces(ast.parse(Path(file).read_bytes()))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return FilePlaces(ast.Module([], []))


def _places_at(node: ast.AST) -> Iterator[tuple[str, Span, Span]]:
    if isinstance(node, ast.With | ast.AsyncWith):
        yield from _places_of_managers(node)
    elif isinstance(node, ast.For | ast.AsyncFor):
        yield ITERATES, _span(node), _span(node.iter)
        yield AWAITS, _span(node), _span(node.iter)
    elif isinstance(node, _Comprehension):
        yield from _places_of_comprehension(node)
    elif isinstance(node, ast.If | ast.While | ast.Assert | ast.IfExp):
        place = _span(node.test)
        yield TESTS, _span(node), place
        yield from ((TESTS, part, place) for part in _parts_of_test(node.test))


def _places_of_managers(node: ast.With | ast.AsyncWith) -> Iterator[tuple[str, Span, Span]]:
    managers = [_span(item.context_expr) for item in node.items]
    place = Span(*managers[0][:2], *managers[-1][2:])
    for span in (_span(node), *managers):
        yield ENTERS, span, place
        yield AWAITS, span, place


def _places_of_comprehension(node: _Comprehension) -> Iterator[tuple[str, Span, Span]]:
    whole = _span(node)
    iterables = [_span(generator.iter) for generator in node.generators]
    place = iterables[0] if len(iterables) == 1 else whole
    for span in (whole, *iterables):
        yield ITERATES, span, place
        yield AWAITS, span, place
    conditions = [condition for generator in node.generators for condition in generator.ifs]
    place = _span(conditions[0]) if len(conditions) == 1 else whole
    for span in (whole, *(part for condition in conditions for part in _parts_of_test(condition))):
        yield TESTS, span, place


def _parts_of_test(test: ast.expr) -> Iterator[Span]:
    """The test and the operands that decide it one by one."""
    yield _span(test)
    if isinstance(test, ast.BoolOp):
        for value in test.values:
            yield from _parts_of_test(value)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _parts_of_test(test.operand)


def _span(node: ast.stmt | ast.expr) -> Span:
    end_line = node.lineno if node.end_lineno is None else node.end_lineno
    end_column = node.col_offset if node.end_col_offset is None else node.end_col_offset
    return Span(node.lineno, node.col_offset, end_line, end_column)
