"""Evidence and its bytes: lossless, stable, small, and refused where it cannot be trusted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracer.codec.evidence import EvidenceError, decode_evidence, encode_evidence
from tracer.codec.executed import arcs_to_text, lines_to_text, text_to_arcs, text_to_lines
from tracer.errors import TracerError
from tracer.model.evidence import (
    Evidence,
    ObservedClass,
    ObservedCreation,
    ObservedEdge,
    ObservedException,
    ObservedFlow,
    ObservedFrame,
    ObservedRead,
    ObservedWrite,
    ScenarioRun,
)
from tracer.model.names import Span

SPAN = Span(3, 4, 5, 6)
OUTER = ObservedFrame("m:run", None, "m.py", SPAN)
INNER = ObservedFrame("m:C.f", "m:D", "m.py", Span(7, 0, 7, 9))
RUN = ScenarioRun(
    scenario="demo",
    target="vita",
    device="cpu",
    python="3.11.7",
    outcome="raised",
    reason="why",
    partial=True,
    exception=ObservedException("AttributeError", "no 'é'", (OUTER, INNER)),
    libraries={"torch": "2.13.0"},
    files={"m.py": "ab" * 32},
    edges=(
        ObservedEdge("m.py", SPAN, "m:run", "m:C.f", None, "m:D", ("lib:g", "lib:h"), 3, 0),
        ObservedEdge("a.py", SPAN, "m:C.f", "a:g", "m:D", None, (), 1, 1),
    ),
    flows=(ObservedFlow("m:C.f", "m:D", (OUTER, INNER)), ObservedFlow("m:run", None, (OUTER,))),
    writes=(
        ObservedWrite("x", "m:D", "m.py", SPAN, "m:C.f", "'v'", 0, 2, True, (OUTER, INNER)),
        ObservedWrite("x", "m:D", "m.py", SPAN, "m:C.f", "1", 1, 1, False, ()),
    ),
    reads=(
        ObservedRead("x", "m:D", "m.py", SPAN, "m:C.f", 0, 7),
        ObservedRead("x", "n:E", "n.py", SPAN, "n:g", 1),
    ),
    created=(
        ObservedCreation("m.py", SPAN, "m:C.f", "m:run", 4),
        ObservedCreation("m.py", SPAN, "m:run", "z:numbers"),
    ),
    watched=("x", "y"),
    classes=(
        ObservedClass("builtins:object", ("builtins:object",), {}),
        ObservedClass("m:C", ("m:C", "builtins:object"), {"f": "m:C.f", "g": "m:C.g"}),
        ObservedClass("m:D", ("m:D", "m:C", "builtins:object"), {"f": "m:C.f", "h": "a:patched"}),
    ),
    returns={"m:make": ("m:C", "m:D")},
    executed={"m.py": (1, 2, 3, 7, 9)},
    arcs={"m.py": ((1, 2), (2, 3), (3, 9), (9, -1))},
    identical=True,
    configured={"argv": '["--x"]', "data a.json": "ab" * 32, "script": "demo.py", "seed": "0"},
)
EVIDENCE = Evidence("cpu", (RUN,))


def test_evidence_survives_its_bytes():
    assert decode_evidence(encode_evidence(EVIDENCE)) == EVIDENCE


def test_what_was_added_to_the_format_may_be_missing():
    content = encode_evidence(Evidence("cpu", (replace(RUN, configured={}, watched=None, reads=(), created=()),)))
    older = content
    for added in (b'"configured":{},\n', b'"watched":null,\n', b'"reads":[],\n', b'"created":[],\n'):
        assert added in older
        older = older.replace(added, b"")
    assert decode_evidence(older) == decode_evidence(content)


def test_equal_evidence_has_equal_bytes():
    other = replace(RUN, scenario="another")
    shuffled = replace(
        RUN,
        reads=RUN.reads[::-1],
        created=RUN.created[::-1],
        edges=RUN.edges[::-1],
        flows=RUN.flows[::-1],
        classes=RUN.classes[::-1],
        files=dict(RUN.files),
    )
    assert encode_evidence(Evidence("cpu", (RUN, other))) == encode_evidence(Evidence("cpu", (other, shuffled)))


def test_a_record_is_a_line():
    lines = encode_evidence(EVIDENCE).decode().splitlines()
    assert '"m.py":"1-3 7 9"' in lines
    assert '"m.py":"3>9 9>-1 !3 !7"' in lines
    assert '[10,[10,7,3],{"g":-1,"h":2}]' in lines


def test_inherited_methods_are_written_once():
    many = {f"method_{n}": f"m:Base.method_{n}" for n in range(50)}
    bases = [ObservedClass("m:Base", ("m:Base",), many)]
    leaves = [ObservedClass(f"m:C{n}", (f"m:C{n}", "m:Base"), many) for n in range(20)]
    evidence = Evidence("cpu", (replace(RUN, classes=tuple(sorted(bases + leaves, key=lambda c: c.symbol))),))
    assert decode_evidence(encode_evidence(evidence)) == evidence
    assert encode_evidence(evidence).count(b'method_7":') == 1


def test_a_class_that_inherits_from_its_namesake_survives():
    classes = (ObservedClass("m:A", ("m:A", "m:A", "builtins:object"), {"f": "m:A.f"}),)
    evidence = Evidence("cpu", (replace(RUN, classes=classes),))
    assert decode_evidence(encode_evidence(evidence)) == evidence


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "x.json: is not evidence"),
        (b"[]", "x.json: is not evidence"),
        (b"\xff", "x.json: is not evidence"),
        (b'{"schema": 99}', "x.json: schema 99, from a newer version than this one"),
        (b'{"schema": 0}', "x.json: schema 0, from an older version than this one"),
        (b'{"schema": 1, "device": "cpu"}', "x.json: is not evidence"),
        (encode_evidence(EVIDENCE).replace(b'"m.py":"1-3 7 9"', b'"m.py":"1-x"'), "x.json: is not evidence"),
        (encode_evidence(EVIDENCE).replace(b'"names":[\n', b'"names":[],"n":[\n'), "x.json: is not evidence"),
    ],
)
def test_other_bytes_are_refused(content, message):
    with pytest.raises(EvidenceError, match=message) as caught:
        decode_evidence(content, "x.json")
    assert isinstance(caught.value, TracerError)
    assert "tracer observe" in str(caught.value)


LINES = st.lists(st.integers(1, 60), unique=True).map(sorted)
ARCS = st.sets(st.tuples(st.integers(1, 60), st.integers(-60, 60)))


@given(LINES, ARCS)
def test_lines_and_arcs_survive_their_text(lines, arcs):
    assert text_to_lines(lines_to_text(lines)) == tuple(lines)
    assert text_to_arcs(arcs_to_text(arcs, lines), lines) == tuple(sorted(arcs))


NAMES = st.sampled_from(["f", "g", "h"])
CLASSES = st.lists(
    st.tuples(st.lists(st.sampled_from("ABCD"), unique=True), st.dictionaries(NAMES, st.sampled_from(["m:x", "m:y"]))),
    max_size=4,
)


CREATIONS = st.lists(
    st.builds(ObservedCreation, NAMES, st.builds(Span, *[st.integers(0, 9)] * 4), NAMES, NAMES, st.integers(1, 2**40))
)


@given(CREATIONS)
def test_any_creations_survive(creations):
    evidence = Evidence("cpu", (replace(RUN, created=tuple(sorted(creations))),))
    assert decode_evidence(encode_evidence(evidence)) == evidence


@given(CLASSES)
def test_any_classes_survive(described):
    classes = tuple(
        ObservedClass(f"m:{name}", (f"m:{name}", *(f"m:{base}" for base in bases if base != name)), methods)
        for name, (bases, methods) in zip("ABCD", described, strict=False)
    )
    evidence = Evidence("cpu", (replace(RUN, classes=classes),))
    assert decode_evidence(encode_evidence(evidence)) == evidence
