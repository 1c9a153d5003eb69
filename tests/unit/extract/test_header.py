"""The header: definitions, imports, exports, attribute names, documentation."""

from __future__ import annotations

import pytest

from tracer.extract.facts import extract_facts
from tracer.model.facts import Definition, Import
from tracer.model.names import Span


def test_definition_of_a_decorated_class() -> None:
    source = b'@register(\n    1)\nclass A(B, c.D, metaclass=M):\n    """First.\n\n    Second."""\n'
    (definition,) = extract_facts(source).header.definitions
    assert definition == Definition(
        kind="class",
        qualname="A",
        scope=1,
        parent=0,
        span=Span(3, 0, 6, 14),
        first_line=1,
        bases=("B", "c.D"),
        decorators=("register(1)",),
        doc="First.",
    )


def test_imports() -> None:
    source = b"""\
import a.b
try:
    from ..c import d as e
except ImportError:
    e = None
def f():
    from g import *
"""
    assert extract_facts(source).header.imports == (
        Import("a", "a.b", 0, None, 0, conditional=False, span=Span(1, 7, 1, 10)),
        Import("e", "c", 2, "d", 0, conditional=True, span=Span(3, 20, 3, 26)),
        Import("*", "g", 0, "*", 1, conditional=False, span=Span(7, 18, 7, 19)),
    )


@pytest.mark.parametrize(
    ("source", "exports"),
    [
        ("a = 1", None),
        ("__all__ = ['a', 'b']", ("a", "b")),
        ("__all__: list[str] = ['a']", ("a",)),
        ("__all__ = ('a',) + ('b',)\n__all__ += ['c']\n__all__.extend(['d'])\n__all__.append('e')", tuple("abcde")),
        ("__all__ = ['a'] + other.__all__", None),
        ("__all__ = ['a']\n__all__ += other", None),
        ("__all__ = ['a']\n__all__.remove('a')", None),
    ],
)
def test_exports(source: str, exports: tuple[str, ...] | None) -> None:
    assert extract_facts(source.encode()).header.exports == exports


def test_attribute_names_are_loads_stores_and_constant_names() -> None:
    source = b"""
a.load; a.store = 1; del a.gone
getattr(a, 'read', 0); setattr(a, 'written', 1)
print('text'); getattr(a, b)
"""
    assert extract_facts(source).header.attributes == ("gone", "load", "read", "store", "written")


def test_documentation_line_count_and_digest() -> None:
    header = extract_facts(b'"""One\n  two.\n\n  Three."""\nx = 1').header
    assert (header.doc, header.lines) == ("One\ntwo.", 5)
    assert header.sha256 == "7f7a61c42b21d7e84796d2004134ea533bbfba02285f120beac39ade93bef6d1"
