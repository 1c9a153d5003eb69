from __future__ import annotations

import pytest

from tracer.render.addresses import name_symbols, relative_to, slug_of


def test_symbols_that_share_a_name_in_any_case_are_named_in_full() -> None:
    assert name_symbols(["a:Model", "b:model", "b:Tower"]) == {
        "a:Model": "a.Model", "b:model": "b.model", "b:Tower": "Tower",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("here", "address", "link"),
    [
        ("vita/index.md", "vita/classes/A.md#m", "classes/A.md#m"),
        ("vita/flows/f.md", "vita/classes/A.md", "../classes/A.md"),
        ("vita/flows/f.md", "vita/flows/f.md#step-1", "#step-1"),
        ("index.md", "vita/index.md", "vita/index.md"),
    ],
)
def test_links_are_relative_to_the_page(here: str, address: str, link: str) -> None:
    assert relative_to(here, address) == link


def test_slugs_are_safe_file_names() -> None:
    assert slug_of("../f.<lambda>#1") == "f.-lambda-1"
    assert slug_of("日本") == "unnamed"
