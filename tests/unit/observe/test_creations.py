"""Where generators and coroutines are made, and where their bodies begin: two places, on every supported Python."""

from __future__ import annotations

import pytest

from tracer.observe import ALL_PASSES, Watch

CASES = {
    "a generator": (
        """
        def g(): yield 1
        def run():
            made = g()
            next(made)
            next(made, None)
        """,
        [("main:run", "g()", "main:g", 1)],
        [("main:run", "next(made)", "main:g")],
    ),
    "one that never begins": (
        """
        def g(): yield 1
        def run(): g().close()
        """,
        [("main:run", "g()", "main:g", 1)],
        [],
    ),
    "a method, a closure, a lambda": (
        """
        class C:
            def m(self):
                def inner(): yield self
                return inner()
            def g(self): yield 1
        def run():
            list(C().m())
            bound = C().g
            bound()
            (lambda: (yield))()
        """,
        [
            ("main:C.m", "inner()", "main:C.m.inner", 1),
            ("main:run", "bound()", "main:C.g", 1),
            ("main:run", "(lambda: (yield))()", "main:run.<lambda>#?", 1),
        ],
        [("main:run", "C().m()", "main:C.m"), ("main:run", "list(C().m())", "main:C.m.inner")],
    ),
    "a generator expression belongs to the function around it": (
        """
        def g(): yield 1
        def run(): list(g() for _ in range(3))
        """,
        [("main:run", "g()", "main:g", 3)],
        [],
    ),
    "a coroutine awaited later": (
        """
        async def inner(): return 1
        async def outer():
            made = inner()
            return await made
        def run():
            try: outer().send(None)
            except StopIteration: pass
        """,
        [("main:outer", "inner()", "main:inner", 1), ("main:run", "outer()", "main:outer", 1)],
        [("main:run", "outer().send(None)", "main:outer"), ("main:outer", "await made", "main:inner")],
    ),
    "an asynchronous generator": (
        """
        import asyncio
        async def numbers(): yield 1
        async def outer():
            made = numbers()
            async for n in made: pass
        def run(): asyncio.run(outer())
        """,
        [("main:outer", "numbers()", "main:numbers", 1), ("main:run", "outer()", "main:outer", 1)],
        [("main:run", "asyncio.run(outer())", "main:outer"), ("main:outer", "made", "main:numbers")],
    ),
    "an awaitable generator": (
        """
        import types
        @types.coroutine
        def g(): yield 1
        def run(): g()
        """,
        [("main:run", "g()", "main:g", 1)],
        [],
    ),
    "through map": (
        """
        def g(n): yield n
        def run():
            made = list(map(g, "ab"))
            next(made[0])
        """,
        [("main:run", 'list(map(g, "ab"))', "main:g", 2)],
        [("main:run", "next(made[0])", "main:g")],
    ),
    "through spread arguments and partial": (
        """
        import functools
        def g(*args, **kwargs): yield args
        def run():
            g(*"ab")
            g(*"ab", **{"c": 1})
            functools.partial(g, 1)()
        """,
        [
            ("main:run", 'g(*"ab")', "main:g", 1),
            ("main:run", 'g(*"ab", **{"c": 1})', "main:g", 1),
            ("main:run", "functools.partial(g, 1)()", "main:g", 1),
        ],
        [],
    ),
    "through a library": (
        """
        import contextlib
        @contextlib.contextmanager
        def managed(): yield 1
        def run():
            made = managed()
            with made: pass
        """,
        [("main:run", "managed()", "main:managed", 1)],
        [("main:run", "made", "main:managed")],
    ),
    "unasked": (
        """
        class C:
            def __iter__(self): yield 1
            def __call__(self): yield 2
        def run():
            c = C()
            for _ in c: pass
            c()
        """,
        [("main:run", "c", "main:C.__iter__", 1), ("main:run", "c()", "main:C.__call__", 1)],
        [("main:run", "c", "main:C.__iter__")],
    ),
    "a call that does not fit makes nothing": (
        """
        def g(n): yield n
        def run():
            try: g()
            except TypeError: pass
        """,
        [],
        [],
    ),
    "in a loop": (
        """
        def g(n):
            if n: yield from g(n - 1)
        def run():
            for _ in range(4): list(g(2))
        """,
        [("main:g", "g(n - 1)", "main:g", 8), ("main:run", "g(2)", "main:g", 4)],
        [("main:run", "list(g(2))", "main:g"), ("main:g", "yield from g(n - 1)", "main:g")],
    ),
}


def made(observed):
    """(caller, site, function, count) of every creation."""
    return [(c.caller, observed.text(c.path, c.span), c.callee, c.count) for c in observed.run.created]


@pytest.mark.parametrize("case", CASES)
def test_made_here_and_begun_there(observe_source, case):
    source, created, started = CASES[case]
    observed = observe_source(source)
    assert (observed.run.outcome, observed.run.partial, observed.run.reason) == ("completed", False, "")
    assert made(observed) == created
    assert observed.edges() == started


def test_a_script_and_a_module_make_generators(observe_files, python):
    files = {"start.py": "import part\npart.g()\n", "part.py": "def g(): yield 1\ng()\n"}
    observed = observe_files(files, python=python, packages="part", script="src/start.py")
    assert made(observed) == [("part", "g()", "part:g", 1), ("start", "part.g()", "part:g", 1)]


ALIKE = """
import traceback, warnings, sys

def cleared(q):
    try:
        try:
            yield (lambda: q)
            yield CONSTANTS
        except KeyError as error:
            yield error
            raise ValueError(q) from error
    finally:
        print("left", q)

async def failing(depth):
    async with Manager():
        if depth:
            await failing(depth - 1)
        raise IndexError

class Manager:
    async def __aenter__(self): pass
    async def __aexit__(self, *raised): print(raised[0])

def documented(a: int = 1, *, b=2):
    "Said."
    yield sys._getframe().f_lineno

def run():
    g = cleared(3)
    print(next(g)(), repr(g.throw(KeyError(1))))
    try: next(g)
    except ValueError: print(traceback.format_exc())
    print(sum(next(cleared(7))() for _ in range(3)), len(next(many())))
    coroutine = failing(2)
    try: coroutine.send(None)
    except IndexError: print(traceback.format_exc())
    print(documented.__doc__, documented.__annotations__, documented.__kwdefaults__, next(documented()))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        failing(0)
    print([str(warning.message) for warning in caught])
    try: cleared()
    except TypeError as error: print(error)

def many():
    try: yield [MANY]
    finally: print(1.5)
"""


def test_the_program_does_what_it_did(observe_source):
    # More constants than one instruction can name; handlers far into the code.
    source = ALIKE.replace("MANY", ", ".join(f"'{n}', {n}.25, x{n}" for n in range(300)))
    source = "".join(f"x{n} = {n}\n" for n in range(300)) + source.replace("CONSTANTS", "1")
    run = observe_source(source, passes=("plain", "record"), watch=Watch(("a",))).run
    assert (run.outcome, run.partial, run.identical) == ("completed", False, True)
    assert {creation.callee.partition(":")[2] for creation in run.created} == {
        "cleared", "failing", "many", "documented", "Manager.__aenter__", "Manager.__aexit__",
    }  # fmt: skip


def test_passes_agree_on_generators(observe_files):
    pytest.importorskip("coverage")
    source = "def g():\n    yield 1\ndef run():\n    g()\n    print(list(g()))\n"
    run = observe_files({"main.py": source}, passes=ALL_PASSES).run
    assert (run.reason, run.identical, len(run.created)) == ("", True, 2)
    assert run.executed == {"main.py": (1, 2, 3, 4, 5)}
