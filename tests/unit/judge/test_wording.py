"""Claims and differences in one line."""

from __future__ import annotations

import pytest

from tracer.judge.wording import describe_claim, describe_difference


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("mro vita - a.b:Model", "the linearisation of Model [vita]"),
        ("method vita - a.b:Model forward", "the supplier of Model forward [vita]"),
        ("call vita demo a:f -> b:g #2", "the call f -> g #2 [vita demo]"),
        ("flow vita demo a:Model.tower", "the flow to Model.tower [vita demo]"),
        ("first-write vita demo a:Config tower", "the first write of Config tower [vita demo]"),
        ("guard vita demo a:f: sizes[1:2] is None", "the condition f: sizes[1:2] is None [vita demo]"),
        ("raises vita demo -", "completing without an exception [vita demo]"),
        ("raises vita demo ValueError", "the ending ValueError [vita demo]"),
        ("excerpt vita - a/b.py: x = y[1:2]", "the excerpt a/b.py: x = y[1:2] [vita]"),
        ("writes vita - tower", "the set of writes of tower [vita]"),
    ],
)
def test_a_key_reads_as_words(key, words):
    assert describe_claim(key) == words


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (("a", "b"), ("a", "c"), "no longer b; now c"),
        (("a",), ("a", "b"), "now b"),
        (("a", "b"), ("b",), "no longer a"),
        (("a", "b"), ("b", "a"), "the order differs"),
        (("a", "a"), ("a",), "no longer a"),
    ],
)
def test_a_difference_names_what_went_and_what_came(before, after, words):
    assert describe_difference(before, after) == words
