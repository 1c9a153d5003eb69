from __future__ import annotations

import pytest
import yaml

from tracer.errors import ConfigError
from tracer.render.navigation import build_navigation
from tracer.render.pages import Page

SHARED = (Page("index.md", "", "t", None), Page("legend.md", "Legend", "t", None))
PAGES = (("vita/index.md", "", ""), ("vita/a.md", 'x: "<b>"', "Attributes"))


def test_generated_pages_take_the_place_kept_for_them() -> None:
    handwritten = "nav:\n  - Home: index.md\n  - Traced: generated/\n  - More: more.md\n"
    assert yaml.safe_load(build_navigation(handwritten, SHARED, [("VITA", PAGES)]))["nav"] == [
        {"Home": "index.md"},
        {
            "Traced": [
                "generated/index.md",
                {"VITA": ["generated/vita/index.md", {"Attributes": [{'x: "&lt;b&gt;"': "generated/vita/a.md"}]}]},
                {"Legend": "generated/legend.md"},
            ]
        },
        {"More": "more.md"},
    ]


def test_without_a_hand_written_part_the_generated_pages_stand_alone() -> None:
    assert [*yaml.safe_load(build_navigation(None, SHARED, []))["nav"][0]] == ["Traced"]


def test_a_hand_written_part_without_a_place_is_an_error() -> None:
    with pytest.raises(ConfigError, match="keeps no place"):
        build_navigation("nav:\n  - Home: index.md\n", SHARED, [])
