"""Two passes that took different ways are not put together."""

from __future__ import annotations

import importlib.util

import pytest

from tracer.observe import ALL_PASSES
from tracer.observe.agreement import find_disagreement
from tracer.observe.rows import Rows

needs_coverage = pytest.mark.skipif(importlib.util.find_spec("coverage") is None, reason="coverage is not installed")
SOURCE = """
import os

def f():
    return 1

def g():
    return 2

def run():
    if os.urandom(1)[0] % 2:
        return f()
    else:
        return g()
"""


@needs_coverage
def test_a_branch_on_random_bytes_is_not_reproducible(observe_files):
    many = "\n".join(f"def f{n}():\n    return {n}" for n in range(256))
    body = "\n".join(f"    if byte == {n}:\n        f{n}()" for n in range(256))
    run = observe_files(
        {"main.py": f"import os\n{many}\ndef run():\n  for byte in os.urandom(4):\n{body}\n"}, passes=ALL_PASSES
    ).run
    assert run.reason.startswith("not reproducible: a second run took another way (only the ")
    assert (run.outcome, run.executed, run.arcs, run.identical) == ("completed", {}, {}, True)
    assert run.edges


@needs_coverage
def test_another_output_is_not_reproducible(observe_files):
    source = "import os\ndef run(): print(os.urandom(16))\n"
    run = observe_files({"main.py": source}, passes=ALL_PASSES).run
    assert run.reason == (
        "not reproducible: a second run took another way (it ended or printed otherwise); its lines are not used"
    )
    assert (run.identical, run.executed) == (False, {})


@needs_coverage
def test_a_steady_program_is_reproducible(observe_files):
    source = """
        import functools, random, threading

        def deco(f):
            @functools.wraps(f)
            def wrapper(*args):
                return f(*args)
            return wrapper

        class A:
            x = [n for n in range(3)]

            @property
            def p(self):
                '''Nothing but a docstring.'''

            @deco
            def m(
                self,
                a=1,
            ):
                global seen
                seen = lambda: a
                return (yield seen())

            def one(self): return 1

            def never(self):
                return 2

        def callback(x):
            pass

        def run():
            a = A()
            a.p
            list(a.m())
            a.one()
            if random.random() > 0.5:
                list(map(callback, [1]))
            else:
                callback(1)
            thread = threading.Thread(target=callback, args=(1,))
            thread.start()
            thread.join()
        """
    run = observe_files({"main.py": source}, passes=ALL_PASSES).run
    assert (run.outcome, run.reason) == ("completed", "")
    assert run.executed["main.py"]


@pytest.fixture
def compare(tmp_path):
    """What is said about SOURCE when f was recorded and these lines were measured."""
    file = tmp_path / "m.py"
    file.write_text(SOURCE)
    codes = [[0, "m.py", str(file), 10, "run", "m", True], [1, "m.py", str(file), 4, "f", "m", True]]
    edges = [[0, 0, [12, 15, 12, 18, ""], -1, 1, -1, []]]
    recorded = Rows({"code": codes, "edge": edges, "started": [[0], [1]]}, [1])
    return lambda *lines: find_disagreement(recorded, Rows({"covered": [["m.py", str(file), list(lines), []]]}, []))


def test_where_passes_differ(compare):
    assert compare(2, 4, 7, 10, 11, 12, 5) is None
    assert compare(2, 4, 7, 10, 11, 14, 8) == "only the recorded pass ran f at m.py:4"
    assert compare(2, 4, 7, 10, 11, 12, 5, 8) == "only the measured pass ran g at m.py:7"
    assert compare(2, 4, 7, 10, 11, 5) == "only the recorded pass made the call at m.py:12"


def test_a_file_that_was_not_measured_says_nothing(compare, tmp_path):
    (tmp_path / "m.py").write_text("def (")
    assert compare(2, 4, 7, 10, 11, 12) is None
