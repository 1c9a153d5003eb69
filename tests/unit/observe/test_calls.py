"""Which edges a run gives: sites, callees and receivers, the same on every supported Python."""

from __future__ import annotations

import ast

import pytest

CASES = {
    "plain call": (
        """
        def f(): pass
        def run(): f()
        """,
        [("main:run", "f()", "main:f")],
    ),
    "recursion": (
        """
        def f(n): return n and f(n - 1)
        def run(): f(3)
        """,
        [("main:run", "f(3)", "main:f"), ("main:f", "f(n - 1)", "main:f")],
    ),
    "star arguments": (
        """
        def f(*args, **kwargs): pass
        def run(): f(*[1, 2], **{"a": 3})
        """,
        [("main:run", 'f(*[1, 2], **{"a": 3})', "main:f")],
    ),
    "a generator's resumes are no edges": (
        """
        def g():
            yield 1
            yield 2
        def run():
            made = g()
            next(made)
            next(made)
        """,
        [("main:run", "next(made)", "main:g")],
    ),
    "a coroutine's awaits are no edges": (
        """
        async def inner(): return 1
        async def outer(): return await inner()
        def run():
            try:
                outer().send(None)
            except StopIteration:
                pass
        """,
        [("main:run", "outer().send(None)", "main:outer"), ("main:outer", "await inner()", "main:inner")],
    ),
    "a lambda is a function": (
        """
        def f(x): return x
        def run(): (lambda: f(1))()
        """,
        [("main:run", "(lambda: f(1))()", "main:run.<lambda>#?"), ("main:run.<lambda>#?", "f(1)", "main:f")],
    ),
    "callbacks through C": (
        """
        def key(x): return x
        def run():
            sorted([2, 1], key=key)
            list(map(key, [1]))
        """,
        [("main:run", "sorted([2, 1], key=key)", "main:key"), ("main:run", "list(map(key, [1]))", "main:key")],
    ),
    "comprehensions belong to the function around them": (
        """
        def f(x): return x
        def run():
            [f(1) for _ in "ab"]
            {f(2) for _ in "ab"}
            {f(3): 0 for _ in "ab"}
            sum(f(4) for _ in "ab")
            [[f(5) for _ in "a"] for _ in "a"]
        """,
        [("main:run", f"f({n})", "main:f") for n in range(1, 6)],
    ),
    "a class body belongs to the scope around it": (
        """
        def f(): return 1
        class C:
            a = f()
        def run():
            class D:
                b = f()
        """,
        [("main", "f()", "main:f"), ("main:run", "f()", "main:f")],
    ),
    "a decorator's call and wrapper": (
        """
        def deco(f):
            def wrapper(*args): return f(*args)
            return wrapper
        @deco
        def g(): pass
        def run(): g()
        """,
        [
            ("main", "deco", "main:deco"),
            ("main:run", "g()", "main:deco.wrapper"),
            ("main:deco.wrapper", "f(*args)", "main:g"),
        ],
    ),
    "properties": (
        """
        class C:
            @property
            def p(self): return 1
        def run(): C().p
        """,
        [("main:run", "C().p", "main:C.p")],
    ),
    "construction, super and unbound calls": (
        """
        class A:
            def __init__(self): pass
        class B(A):
            def __init__(self):
                super().__init__()
                A.__init__(self)
        def run(): B()
        """,
        [
            ("main:run", "B()", "main:B.__init__"),
            ("main:B.__init__", "super().__init__()", "main:A.__init__"),
            ("main:B.__init__", "A.__init__(self)", "main:A.__init__"),
        ],
    ),
    "an exception": (
        """
        def f(): raise ValueError
        def run():
            try: f()
            except ValueError: g()
        def g(): pass
        """,
        [("main:run", "f()", "main:f"), ("main:run", "g()", "main:g")],
    ),
    "a thread's target has no caller": (
        """
        import threading
        def inner(): pass
        def target(): inner()
        def run():
            thread = threading.Thread(target=target)
            thread.start()
            thread.join()
        """,
        [("main:target", "inner()", "main:inner")],
    ),
    "columns are UTF-8 bytes": (
        """
        def f(x): return x
        def run(): return ("äöü", f("é"))
        """,
        [("main:run", 'f("é")', "main:f")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_edges(case, observe_source):
    source, expected = CASES[case]
    assert observe_source(source).edges() == expected


def test_sites_of_a_method_chain_end_where_the_syntax_does(observe_source):
    source = """
        class C:
            def a(self): return self
            def b(self, *args): return self
        def run():
            return (C()
                .a()
                .b(
                    1,
                )
                .a())
    """
    observed = observe_source(source)
    tree = ast.parse((observed.root / "main.py").read_text())
    ends = {(node.end_lineno, node.end_col_offset) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    sites = [(e.span.end_line, e.span.end_column) for e in observed.run.edges]
    assert len(set(sites)) == 3
    assert set(sites) <= ends


def test_receivers_are_concrete_classes(observe_source):
    observed = observe_source(
        """
        class A:
            def m(self): self.n()
            def n(self): pass
            @classmethod
            def make(cls): return cls()
            def __new__(cls): return super().__new__(cls)
            def __init_subclass__(cls): pass
        class B(A): pass
        def patched(self): pass
        A.other = patched
        def free(value): pass
        def run():
            b = B.make()
            b.m()
            b.other()
            free(b)
        """
    )
    assert [(e.callee, e.caller_receiver, e.receiver) for e in observed.run.edges] == [
        ("main:A.__init_subclass__", None, "main:B"),
        ("main:A.make", None, "main:B"),
        ("main:A.__new__", "main:B", "main:B"),
        ("main:A.m", None, "main:B"),
        ("main:A.n", "main:B", "main:B"),
        ("main:patched", None, "main:B"),
        ("main:free", None, None),
    ]


def test_a_decorated_method_has_a_receiver_in_and_behind_its_wrapper(observe_source):
    observed = observe_source(
        """
        import functools
        def deco(function):
            @functools.wraps(function)
            def wrapper(self): return function(self)
            return wrapper
        class A:
            @deco
            def m(self): pass
        class B(A): pass
        def run(): B().m()
        """
    )
    assert [(e.callee, e.receiver) for e in observed.run.edges][-2:] == [
        ("main:deco.wrapper", "main:B"),
        ("main:A.m", "main:B"),
    ]


def test_library_frames_are_only_what_a_call_went_through(observe_files, python):
    files = {
        "main.py": """
            from library import outer
            def callback(): pass
            def run(): outer(callback)
            """,
        "library.py": """
            def outer(f): inner(f)
            def inner(f): f()
            """,
    }
    (edge,) = observe_files(files, python=python).run.edges
    assert (edge.caller, edge.callee, edge.via) == ("main:run", "main:callback", ("library:outer", "library:inner"))


def test_importing_is_no_call_but_a_module_body_calls(observe_files, python):
    files = {"pkg/__init__.py": "", "pkg/a.py": "def f(): pass\nf()\n", "main.py": "def run():\n    import pkg.a\n"}
    assert observe_files(files, python=python, packages="main pkg").edges() == [("pkg.a", "f()", "pkg.a:f")]


def test_edges_are_counted_and_ordered(observe_source):
    observed = observe_source(
        """
        def f(): pass
        def g(): pass
        def run():
            for _ in range(5): f()
            g()
            for _ in range(3): g()
        """
    )
    assert [(e.callee, e.count, e.order) for e in observed.run.edges] == [
        ("main:f", 5, 0),
        ("main:g", 1, 1),
        ("main:g", 3, 2),
    ]


def test_stacks_lead_from_the_entry_to_the_first_start(observe_source):
    observed = observe_source(
        """
        class A:
            def m(self): pass
        class B(A): pass
        def g(x): x.m()
        def run():
            [g(kind()) for kind in (A, B, A)]
        """
    )
    flows = [flow for flow in observed.run.flows if flow.symbol == "main:A.m"]
    assert [flow.receiver for flow in flows] == ["main:A", "main:B"]
    assert [(f.symbol, observed.text(f.path, f.span)) for f in flows[1].stack[:-1]] == [
        ("main:run", "g(kind())"),
        ("main:g", "x.m()"),
    ]
    assert flows[1].stack[-1].symbol == "main:A.m"
