"""A name as people write it, and the symbol that is meant."""

from __future__ import annotations

import pytest

from tests.unit.programs import call, entry, linearisation, program
from tracer.claim.symbols import find_class, find_symbol, find_undocumentable, resolve_class, resolve_symbol
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


NAMES = frozenset({"tower", "tower_name"})


@pytest.mark.parametrize(
    ("documented", "key", "message"),
    [
        (Documented(classes=("Model", "Modell")), ("classes", 1), "no symbol 'Modell'"),
        (Documented(flows=(("Meta.towel", "demo"),)), ("flows", 0, "to"), "no symbol 'Meta.towel'"),
        (
            Documented(sequences=(("t", "train", "load"),)),
            ("sequences", 0, "in"),
            "load is documented in an unknown scenario 'train' (known: demo)",
        ),
        (
            Documented(attributes=("tower_nmae",)),
            ("attributes", 0),
            "no attribute 'tower_nmae' is stored, loaded or declared in what was analysed; did you mean tower_name?",
        ),
        (Documented(attributes=("tower", "Modell.tower")), ("attributes", 1), "no symbol 'Modell'"),
    ],
)
def test_what_is_documented_must_exist(documented, key, message):
    (found,) = find_undocumentable(PROGRAM, Target("app", ".", ("pkg",), documented=documented), NAMES)
    assert found[0] == key
    assert found[1].startswith(message)


def test_what_exists_may_be_documented():
    documented = Documented(attributes=("tower", "Meta.tower_name"), classes=("Meta",), flows=(("Meta.tower", "demo"),))
    assert not list(find_undocumentable(PROGRAM, Target("app", ".", ("pkg",), documented=documented), NAMES))
