"""Which stores to watched attributes are seen, in all the forms they are written in."""

from __future__ import annotations

import pytest

from tracer.observe import Watch

A = Watch(attributes=("a",))
CASES = {
    "a plain object": (
        """
        class C: pass
        def run():
            c = C()
            c.a = 1
            c.b = 2
            del c.a
        """,
        [("main:C", "a", "c.a", "1"), ("main:C", "a", "c.a", "<deleted>")],
    ),
    "augmented, unpacked, looped": (
        """
        class C: a = 0
        def run():
            c = C()
            c.a += 5
            c.a, other = 6, 7
            for c.a in "x": pass
        """,
        [("main:C", "a", "c.a", "5"), ("main:C", "a", "c.a", "6"), ("main:C", "a", "c.a", "'x'")],
    ),
    "setattr over a dictionary": (
        """
        class C: pass
        def run():
            c = C()
            for key, value in {"a": None, "b": 1}.items():
                setattr(c, key, value)
        """,
        [("main:C", "a", "setattr(c, key, value)", "None")],
    ),
    "through __dict__": (
        """
        class C: pass
        def run():
            c = C()
            c.__dict__["a"] = 1
            c.__dict__.update(b=2, a=3)
            c.__dict__.setdefault("a", 4)
        """,
        [("main:C", "a", 'c.__dict__["a"]', "1"), ("main:C", "a", "c.__dict__.update(b=2, a=3)", "3")],
    ),
    "a class with its own __setattr__ stores once": (
        """
        class C:
            def __setattr__(self, name, value): super().__setattr__(name, value)
        class D(C):
            def __setattr__(self, name, value): super().__setattr__(name, value)
        def run(): D().a = 1
        """,
        [("main:D", "a", "D().a", "1")],
    ),
    "an alias is a second store at the same site": (
        """
        class C:
            def __setattr__(self, name, value):
                object.__setattr__(self, {"alias": "a"}.get(name, name), value)
        def run(): C().alias = 1
        """,
        [("main:C", "a", 'object.__setattr__(self, {"alias": "a"}.get(name, name), value)', "1")],
    ),
    "object.__setattr__": (
        """
        class C: pass
        def run(): object.__setattr__(C(), "a", 1)
        """,
        [("main:C", "a", 'object.__setattr__(C(), "a", 1)', "1")],
    ),
    "a decorator's __setattr__": (
        """
        def strict(cls):
            plain = cls.__setattr__
            def __setattr__(self, name, value): plain(self, name, value)
            cls.__setattr__ = __setattr__
            return cls
        @strict
        class C: pass
        class Later: pass
        def run(): setattr(C(), "a", 1)
        """,
        [("main:C", "a", 'setattr(C(), "a", 1)', "1")],
    ),
    "a dataclass's generated __init__": (
        """
        from dataclasses import dataclass, field
        @dataclass
        class C:
            a: int = 1
            b: int = 2
        @dataclass(frozen=True)
        class F:
            a: str = "x"
        def run():
            C(a=5)
            F()
        """,
        [("main:C", "a", "C(a=5)", "5"), ("main:F", "a", "F()", "'x'")],
    ),
    "library code that fills an object": (
        """
        import argparse
        def run():
            parser = argparse.ArgumentParser()
            parser.add_argument("--a")
            parser.parse_args(["--a", "given"])
        """,
        None,
    ),
    "values are shown without running code": (
        """
        class C: pass
        class Loud:
            def __repr__(self): raise AssertionError
            def __eq__(self, other): raise AssertionError
        def run():
            c = C()
            c.a = Loud()
            c.a = "x" * 100
            c.a = 1 << 600
        """,
        [
            ("main:C", "a", "c.a", "<Loud>"),
            ("main:C", "a", "c.a", "'" + "x" * 79),
            ("main:C", "a", "c.a", "<int>"),
        ],
    ),
    "a store that fails did not happen": (
        """
        class C: __slots__ = ()
        class D:
            def __setattr__(self, name, value): raise AttributeError(name)
        def run():
            for kind in (C, D):
                try: kind().a = 1
                except AttributeError: pass
        """,
        [],
    ),
    "slots, class attributes and mangled names": (
        """
        class C:
            __slots__ = ("a",)
            def fill(self): self.a = 1
        class D: pass
        def run():
            C().fill()
            D.a = 2
        """,
        [("main:C", "a", "self.a", "1"), ("main:D", "a", "D.a", "2")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", [case for case in CASES if CASES[case][1] is not None], ids=str)
def test_writes(case, observe_source):
    source, expected = CASES[case]
    observed = observe_source(source, watch=A)
    assert observed.run.outcome == "completed"
    assert observed.writes() == expected


def test_a_store_in_library_code_is_at_the_librarys_site(observe_source):
    run = observe_source(CASES["library code that fills an object"][0], watch=A).run
    assert {(w.owner, w.path, w.symbol.partition(":")[0]) for w in run.writes} == {
        ("argparse:Namespace", "argparse.py", "argparse")
    }
    assert [w.value for w in run.writes] == ["None", "'given'"]
    assert [frame.symbol for frame in run.writes[0].stack] == ["main:run"]


def test_first_per_object_and_first_per_class(observe_source):
    observed = observe_source(
        """
        class C:
            def __init__(self): self.a = 1
            def again(self): self.a = 2
        def run():
            for _ in range(3):
                C().again()
        """,
        watch=A,
    )
    assert [(w.value, w.object_first, w.count, bool(w.stack)) for w in observed.run.writes] == [
        ("1", True, 3, True),
        ("2", False, 3, False),
    ]
    assert [frame.symbol for frame in observed.run.writes[0].stack] == ["main:run", "main:C.__init__"]


def test_a_setter_in_scope_is_still_called_from_the_store(observe_source):
    observed = observe_source(
        """
        class C:
            def __setattr__(self, name, value): super().__setattr__(name, value)
        def run(): C().a = 1
        """,
        watch=A,
    )
    assert observed.edges() == [("main:run", "C().a", "main:C.__setattr__")]


def test_an_object_that_resists_being_looked_at_is_left_in_peace(observe_source):
    source = """
        class C:
            __slots__ = ("held",)
            @property
            def __dict__(self): raise RuntimeError("hands off")
            def __setattr__(self, name, value): print("stored", name)
        def run(): C().a = 1
    """
    run = observe_source(source, watch=A, passes=("plain", "record")).run
    assert (run.outcome, run.identical) == ("completed", True)


def test_all_attributes_can_be_watched(observe_source):
    source = "class C: pass\ndef run():\n    c = C()\n    c.x = 1\n    c.y = 2\n"
    observed = observe_source(source, watch=Watch(attributes=None))
    assert [w.attribute for w in observed.run.writes if w.owner == "main:C"] == ["x", "y"]
