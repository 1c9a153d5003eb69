"""How conditions came out, judged by jumps: the source, the test's text, the jumps, and the branches taken."""

from __future__ import annotations

import textwrap

import pytest

from tests.unit.programs import run
from tracer.judge.branches import branches_taken
from tracer.judge.conditions import NOTHING_KNOWN, conditions_in, read_conditions
from tracer.judge.runs import index_run
from tracer.model.edges import Guard
from tracer.model.names import Span


def taken(source: str, test: str, *arcs: tuple[int, int]) -> list[bool]:
    """The branches at the first place where ``test`` stands; lines from 1, the source dedented."""
    lines = textwrap.dedent(source).strip("\n").split("\n")
    head, *rest = test.split("\n")
    line = next(number for number, text in enumerate(lines, 1) if head in text)
    column = lines[line - 1].index(head)
    end = len(rest[-1]) if rest else column + len(head)
    guard = Guard("app.py", Span(line, column, line + len(rest), end), test, True, "undecided")
    indexed = index_run(run("demo", lines={"app.py": range(1, 40)}, arcs={"app.py": tuple(arcs)}))
    return sorted(branches_taken(guard, indexed, conditions_in("\n".join(lines))))


EARLY_RETURN = """
def work(f):
    if flag:
        return 1
    n = 1
    if other():
        step(n)
    return n
"""


def test_a_jump_past_an_early_return_says_false():
    """Nothing that the condition guards ran, and what it leads to was never reached either."""
    assert taken(EARLY_RETURN, "flag", (2, 4), (4, 5), (5, 7)) == [False]
    assert taken(EARLY_RETURN, "flag", (2, 3)) == [True]


IF = """
def main(values):
    for value in values:
        if value > 2:
            # a comment
            first = value
            load(first)
        elif value:
            build()
    return 1
"""


@pytest.mark.parametrize(
    ("test", "arcs", "branches"),
    [
        ("value > 2", [(3, 5)], [True]),
        ("value > 2", [(3, 7)], [False]),
        ("value > 2", [(3, 5), (3, 7)], [False, True]),
        ("value > 2", [(2, 9), (5, 6)], []),
        ("value > 2", [], []),
    ],
)
def test_an_if(test, arcs, branches):
    assert taken(IF, test, *arcs) == branches


def test_an_elif_that_goes_back_to_the_loop_was_false():
    source = IF.replace("elif value:", "elif other:")
    assert taken(source, "other", (7, 2)) == [False]
    assert taken(source, "other", (7, 8)) == [True]


def test_a_test_that_ends_the_function_was_false():
    assert taken("def main(f):\n    if flag:\n        load()\n", "flag", (2, -1)) == [False]


MANY_LINES = """
def main(a):
    if (
        first
        and any(
            x for x in a)
    ):
        return (
            load())
    return 0
"""


def test_a_test_and_a_body_on_several_lines():
    test = "first\n        and any(\n            x for x in a)"
    assert taken(MANY_LINES, test, (3, 4), (4, 5), (5, -4), (5, 8)) == [True]
    assert taken(MANY_LINES, test, (3, 9)) == [False]


LOOPS = """
def main(n):
    while n < 3:
        n += 1
    for x in range(n):
        load(x)
    return n
"""


def test_a_loop_is_left_in_the_end_even_if_its_condition_was_true():
    assert taken(LOOPS, "n < 3", (2, 3), (3, 2), (2, 4)) == [True]
    assert taken(LOOPS, "n < 3", (2, 4)) == [False]
    assert taken(LOOPS, "range(n)", (4, 5), (5, 4), (4, 6)) == [True]
    assert taken(LOOPS, "range(n)", (4, 6)) == [False]


EXCEPTIONS = """
def main(a):
    try:
        with a:
            if a.b:
                load()
    except KeyError:
        return 1
    finally:
        close()
    assert a.c, (
        message())
    return 2
"""


def test_where_an_exception_may_have_led_is_no_answer():
    assert taken(EXCEPTIONS, "a.b", (4, 6)) == []
    assert taken(EXCEPTIONS, "a.b", (4, 9)) == []
    assert taken(EXCEPTIONS, "a.b", (4, 3)) == []
    assert taken(EXCEPTIONS, "a.b", (4, 5), (4, 6)) == [True]


def test_an_assertion_holds_where_it_is_passed():
    assert taken(EXCEPTIONS, "a.c", (10, 12)) == [True]
    assert taken(EXCEPTIONS, "a.c", (10, 11)) == [False]


def test_a_handler_is_entered_or_passed_over():
    test = "except KeyError:\n        return 1"
    assert taken(EXCEPTIONS, test, (6, 7)) == [True]


MATCH = """
def main(a):
    match a:
        case [1, x] if x:
            load()
        case _:
            build()
"""


def test_a_case():
    assert taken(MATCH, "[1, x]", (3, 4)) == [True]
    assert taken(MATCH, "[1, x]", (3, 5)) == [False]


@pytest.mark.parametrize(
    "source",
    [
        "def main(f):\n    if flag: return load()\n    return 2\n",
        "def main(f):\n    x = load() if flag else build()\n    return x\n",
        "def main(f):\n    while flag: load()\n    return 1\n",
    ],
)
def test_what_lines_cannot_tell_apart_is_left_out(source):
    assert taken(source, "flag", (2, 3), (2, -1)) == []


def test_a_conditional_expression_as_test_is_not_the_if():
    source = "def main(f):\n    if a if b else c:\n        load()\n    return 1\n"
    assert taken(source, "a if b else c", (2, 3)) == []


def test_columns_count_bytes():
    source = "def main(f):\n    if 'ü' and flag:\n        load()\n    return 1\n"
    known = conditions_in(source).by_span
    assert list(known) == [Span(2, 7, 2, 20)]


def test_what_is_not_python_has_no_conditions_and_a_file_is_read_once():
    assert conditions_in("if:\n") == NOTHING_KNOWN
    read: list[str] = []

    def lines_of(path: str) -> None:
        read.append(path)

    look_up = read_conditions(lines_of)
    assert (look_up("a.py"), look_up("a.py"), read) == (NOTHING_KNOWN, NOTHING_KNOWN, ["a.py"])
