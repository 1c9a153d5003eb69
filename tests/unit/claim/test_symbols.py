"""A name as people write it, and the symbol that is meant."""

from __future__ import annotations

import pytest

from tests.unit.programs import call, entry, linearisation, program
from tracer.claim.symbols import check_documented, find_class, find_symbol, resolve_class, resolve_symbol
from tracer.errors import TargetError
from tracer.model.targets import Documented, Target

PROGRAM = program(
    entry("demo", "pkg.demo", call("pkg.demo", "pkg.build:load", 1), call("pkg.build:load", "pkg.arch:Meta.tower", 2)),
    classes=(
        linearisation("pkg.arch:Meta", ("pkg.arch:Meta",), {"tower": "pkg.arch:Meta.tower"}),
        linearisation("pkg.model:Model", ("pkg.model:Model", "pkg.arch:Meta"), {"tower": "pkg.arch:Meta.tower"}),
        linearisation("pkg.model:Mixin", ("pkg.model:Mixin",), {"run": "pkg.model:Mixin.run"}),
        linearisation("pkg.other:Mixin", ("pkg.other:Mixin",), {"run": "pkg.other:Mixin.run"}),
    ),
)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("pkg.arch:Meta.tower", "pkg.arch:Meta.tower"),
        ("pkg.arch.Meta.tower", "pkg.arch:Meta.tower"),
        ("Meta.tower", "pkg.arch:Meta.tower"),
        ("load", "pkg.build:load"),
        ("build.load", "pkg.build:load"),
        ("tower", "pkg.arch:Meta.tower"),
        ("Model.tower", "pkg.arch:Meta.tower"),
        ("model.Mixin.run", "pkg.model:Mixin.run"),
        ("pkg.demo", "pkg.demo"),
    ],
)
def test_a_name_resolves_from_exact_to_loose(text, symbol):
    assert resolve_symbol(PROGRAM, text) == symbol


def test_an_ambiguous_name_lists_its_candidates():
    with pytest.raises(TargetError, match=r"'Mixin.run' is ambiguous; .*: pkg.model:Mixin.run, pkg.other:Mixin.run"):
        resolve_symbol(PROGRAM, "Mixin.run")


def test_an_unknown_name_suggests_near_ones():
    with pytest.raises(TargetError, match=r"no symbol 'Meta.towel' .* did you mean pkg.arch:Meta.tower"):
        resolve_symbol(PROGRAM, "Meta.towel")


def test_a_part_of_a_word_is_not_a_name():
    with pytest.raises(TargetError, match="no symbol 'oad'"):
        resolve_symbol(PROGRAM, "oad")


def test_classes_resolve_among_classes_only():
    assert resolve_class(PROGRAM, "Model") == "pkg.model:Model"
    assert find_class(PROGRAM, "load") is None
    assert find_symbol(PROGRAM, "nothing") is None


@pytest.mark.parametrize(
    ("documented", "message"),
    [
        (Documented(classes=("Modell",)), "no symbol 'Modell'"),
        (Documented(flows=(("Meta.towel", "demo"),)), "no symbol 'Meta.towel'"),
        (
            Documented(sequences=(("t", "train", "load"),)),
            r"load is documented in an unknown scenario 'train' \(known: demo\)",
        ),
    ],
)
def test_what_is_documented_must_exist(documented, message):
    with pytest.raises(TargetError, match=message):
        check_documented(PROGRAM, Target("app", ".", ("pkg",), documented=documented))
