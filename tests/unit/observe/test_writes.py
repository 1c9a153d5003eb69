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
    "the namespace through vars, replaced, merged, emptied": (
        """
        class C: pass
        def run():
            c = C()
            vars(c)["a"] = 1
            vars(c).update(a=2, b=0)
            c.__dict__ = {"a": 3}
            c.__dict__ |= {"a": 4}
            c.__dict__.pop("a")
            c.__dict__.pop("absent", None)
            c.__dict__["a"] = 5
            c.__dict__.clear()
            assert vars(c) == {}
        """,
        [
            ("main:C", "a", 'vars(c)["a"]', "1"),
            ("main:C", "a", "vars(c).update(a=2, b=0)", "2"),
            ("main:C", "a", "c.__dict__", "3"),
            ("main:C", "a", 'c.__dict__ |= {"a": 4}', "4"),
            ("main:C", "a", 'c.__dict__.pop("a")', "<deleted>"),
            ("main:C", "a", 'c.__dict__["a"]', "5"),
            ("main:C", "a", "c.__dict__.clear()", "<deleted>"),
        ],
    ),
    "deleted in every way": (
        """
        class C: pass
        def run():
            for _ in "a":
                c = C()
                c.a = 1
                delattr(c, "a")
                c.a = 2
                object.__delattr__(c, "a")
                c.a = 3
                del c.__dict__["a"]
        """,
        [
            ("main:C", "a", "c.a", "1"),
            ("main:C", "a", 'delattr(c, "a")', "<deleted>"),
            ("main:C", "a", "c.a", "2"),
            ("main:C", "a", 'object.__delattr__(c, "a")', "<deleted>"),
            ("main:C", "a", "c.a", "3"),
            ("main:C", "a", 'c.__dict__["a"]', "<deleted>"),
        ],
    ),
    "namespaces made from keywords": (
        """
        import types
        from types import SimpleNamespace as Bag
        class Own(types.SimpleNamespace):
            def __init__(self, a): super().__init__(a=a)
        def run():
            types.SimpleNamespace(**{"a": 1, "b": 2})
            Bag(a=2).a = 3
            Own(a=4)
        """,
        [
            ("types:SimpleNamespace", "a", 'types.SimpleNamespace(**{"a": 1, "b": 2})', "1"),
            ("types:SimpleNamespace", "a", "Bag(a=2)", "2"),
            ("types:SimpleNamespace", "a", "Bag(a=2).a", "3"),
        ],
    ),
    "setters called by name": (
        """
        import functools
        class C:
            def __init__(self): super().__setattr__("a", 1)
        def run():
            c = C()
            C.__setattr__(c, "a", 2)
            c.__setattr__("a", 3)
            functools.partial(setattr, c)("a", 4)
            setter = setattr
            setter(c, "a", 5)
        """,
        [
            ("main:C", "a", 'super().__setattr__("a", 1)', "1"),
            ("main:C", "a", 'C.__setattr__(c, "a", 2)', "2"),
            ("main:C", "a", 'c.__setattr__("a", 3)', "3"),
            ("main:C", "a", 'functools.partial(setattr, c)("a", 4)', "4"),
            ("main:C", "a", 'setter(c, "a", 5)', "5"),
        ],
    ),
    "every kind of target": (
        """
        class C: pass
        def run():
            c, d = C(), C()
            c.a: int = 1
            c.a, (d.a, *c.b) = 2, (3, 4)
            c.a = d.a = 5
            with open(__file__) as c.a: c.a.close()
            [setattr(c, name, 6) for name in ("a", "b")]
            (c
                .a) = 7
        """,
        [
            ("main:C", "a", "c.a", "1"),
            ("main:C", "a", "c.a", "2"),
            ("main:C", "a", "d.a", "3"),
            ("main:C", "a", "c.a", "5"),
            ("main:C", "a", "d.a", "5"),
            ("main:C", "a", "c.a", "<TextIOWrapper>"),
            ("main:C", "a", "setattr(c, name, 6)", "6"),
            ("main:C", "a", "a", "7"),
        ],
    ),
    "keywords that end in an object": (
        """
        from dataclasses import dataclass
        class Config:
            def __init__(self, **keywords):
                for name, value in keywords.items(): setattr(self, name, value)
        class Direct:
            def __init__(self, **keywords): self.__dict__.update(keywords)
        @dataclass
        class D:
            a: int = 0
            def __post_init__(self): self.a += 1
        def run():
            Config(a=1)
            Direct(a=2)
            D(a=2)
        """,
        [
            ("main:Config", "a", "setattr(self, name, value)", "1"),
            ("main:Direct", "a", "self.__dict__.update(keywords)", "2"),
            ("main:D", "a", "D(a=2)", "2"),
            ("main:D", "a", "self.a", "3"),
        ],
    ),
    "properties, descriptors and modules": (
        """
        import main
        class P:
            @property
            def a(self): return self._a
            @a.setter
            def a(self, value): self._a = value
        def run():
            P().a = 1
            main.a = 2
        """,
        [("main:P", "a", "P().a", "1"), ("builtins:module", "a", "main.a", "2")],
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


def test_a_copy_has_its_attributes_without_a_store(observe_source):
    source = """
        import copy
        class C: pass
        def run():
            c = C()
            c.a = 1
            copy.deepcopy(c).a = 2
            copy.copy(c).a = 3
    """
    writes = observe_source(source, watch=A).run.writes
    assert [(write.value, write.object_first) for write in writes] == [("1", True), ("2", False), ("3", False)]


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


def test_looking_at_a_class_runs_no_code_of_its_metaclass(observe_source):
    source = """
        import collections
        class Meta(type):
            def __getattribute__(cls, name):
                print(name)
                return super().__getattribute__(name)
            def __hash__(cls): print("hashed"); return 1
            def __eq__(cls, other): print("compared"); return True
        class C(metaclass=Meta):
            def __setattr__(self, name, value): object.__setattr__(self, name, value)
        class D(C): pass
        def run():
            import decimal
            d = D()
            d.a = D()
            print(type(d.a) is D, getattr(d, "a") is d.a)
    """
    observed = observe_source(source, watch=Watch(("a",)), passes=("plain", "record"))
    assert (observed.run.outcome, observed.run.partial, observed.run.identical) == ("completed", False, True)
    assert [write.owner for write in observed.run.writes] == ["main:D"]
    assert "main:Meta.__getattribute__" not in {edge.callee for edge in observed.run.edges}
