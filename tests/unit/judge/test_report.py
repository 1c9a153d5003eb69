"""Findings as a reader sees them: what is wrong, where, on which page, what to do."""

from __future__ import annotations

import json

import pytest

from tests.unit.programs import site
from tracer.judge.formats import FORMATS, format_github, format_json, format_sarif, format_text
from tracer.judge.lock import compare
from tracer.judge.report import build_report, holds
from tracer.model.claims import Claim, LockedClaim
from tracer.model.targets import Accepted
from tracer.model.verdicts import Verdict

WRITES = Claim(
    "writes", "app", None, "tower", ("attribute in app:load", "setattr in app:late"), (site("app:load", 12),)
)
WRITES_LOCKED = LockedClaim("writes", "app", None, "tower", ("attribute in app:load",), pages=("app/tower.md",))
CALL = Claim("call", "app", "demo", "app:main -> app:other", ("-", "must"), (site("app:main", 7),))
CALL_LOCKED = LockedClaim("call", "app", "demo", "app:main -> app:load", ("-", "must"), pages=("app/flow.md",))
CHANGES = compare((WRITES_LOCKED, CALL_LOCKED), (WRITES, CALL))
REFUTED = Verdict(WRITES, "refuted", "also written by app:x", ("app:x",), ("demo",))


def messages(*args: object, **more: object) -> list[tuple[str, str, str]]:
    return [(each.level, each.rule, each.message) for each in build_report(*args, **more)]  # type: ignore[arg-type]


def test_changes_are_told_by_what_went_and_what_came():
    assert messages(CHANGES, ()) == [
        ("error", "gone", "the call main -> load [app demo] no longer holds; instead: app:other"),
        ("error", "changed", "the set of writes of tower [app] changed: now setattr in app:late"),
        ("note", "new", "the call main -> other [app demo] is new"),
    ]


def test_a_gone_claim_points_at_its_holder():
    gone = build_report(CHANGES, ())[0]
    assert (gone.path, gone.line, gone.pages) == ("app.py", 7, ("app/flow.md",))


def test_an_edited_excerpt_is_paired_with_its_successor():
    locked = LockedClaim("excerpt", "app", None, "app.py: a = 1", ("a = 1",))
    now = Claim("excerpt", "app", None, "app.py: a = 2", ("a = 2",), (site("app", 4),))
    gone = build_report(compare((locked,), (now,)), ())[0]
    assert gone.message == "the excerpt app.py: a = 1 [app] no longer holds; instead: a = 2"
    assert (gone.path, gone.line) == ("app.py", 4)


def test_what_is_gone_without_a_trace_has_no_place():
    locked = LockedClaim("dispatch", "app", "demo", "app:gone", ("app:A",))
    (finding,) = build_report(compare((locked,), ()), ())
    assert (finding.path, finding.line) == (None, 0)


def test_a_refuted_claim_is_an_error_with_its_reason():
    (finding,) = build_report((), (REFUTED,), pages={WRITES.key: ("app/tower.md",)})
    assert finding.message == "the set of writes of tower [app] is refuted: also written by app:x"
    assert (finding.level, finding.before, finding.after) == ("error", WRITES.expected, ("app:x",))
    assert (finding.path, finding.line, finding.pages) == ("app.py", 12, ("app/tower.md",))
    assert not holds((finding,))


def test_an_accepted_finding_stays_visible_as_a_note():
    (finding,) = build_report((), (REFUTED,), (Accepted(WRITES.key, "upstream bug"),))
    assert (finding.level, finding.message[-25:]) == ("note", " (accepted: upstream bug)")
    assert holds((finding,))


def test_an_acceptance_of_nothing_is_an_error():
    assert messages((), (), (Accepted("flow app demo gone", "once"),)) == [
        ("error", "stale-acceptance", "accepted (once), but no claim has this key")
    ]


def test_an_acceptance_stays_while_its_evidence_is_stale():
    assert build_report((), (Verdict(WRITES, "stale"),), (Accepted(WRITES.key, "upstream bug"),)) == ()


def test_what_was_not_predicted_is_a_note():
    (finding,) = build_report((), (Verdict(CALL, "unpredicted", "no call predicted here", (), ("demo",)),))
    assert finding.level == "note"


def test_confirmed_claims_make_no_findings():
    assert build_report((), (Verdict(WRITES, "confirmed"),)) == ()
    assert holds(())


def test_paths_are_shown_as_the_caller_sees_them():
    (finding,) = build_report((), (REFUTED,), path_of=lambda place: f"src/{place.path}")
    assert finding.path == "src/app.py"


def test_text_begins_with_the_place():
    assert format_text(build_report((), (REFUTED,), pages={WRITES.key: ("app/tower.md",)})) == (
        "app.py:12: error: the set of writes of tower [app] is refuted: also written by app:x\n"
        "    claim: writes app - tower\n"
        "    claimed: attribute in app:load | setattr in app:late\n"
        "    now: app:x\n"
        "    stated on: app/tower.md\n"
        "    to do: correct the code, or add an [[accept]] with this claim and a why to tracer.toml\n"
    )


def test_json_is_one_object_with_a_schema():
    report = json.loads(format_json(build_report(CHANGES, ())))
    assert (report["schema"], report["errors"], len(report["findings"])) == (1, 2, 3)
    assert report["findings"][1]["after"] == ["attribute in app:load", "setattr in app:late"]


def test_github_annotations_escape_what_would_end_them():
    claim = Claim("guard", "app", "demo", "app:f: a, b\n100%", ("true",), (site("app:f", 2),))
    text = format_github(build_report((), (Verdict(claim, "refuted", "came out false"),)))
    assert text.startswith(
        "::error file=app.py,line=2,title=tracer%3A refuted::the condition f: a, b%0A100%25 [app demo]"
    )
    assert text.count("\n") == 1


def test_sarif_names_its_rules_and_fingerprints_by_claim():
    log = json.loads(format_sarif(build_report(CHANGES, ())))
    (only,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in only["tool"]["driver"]["rules"]] == ["changed", "gone", "new"]
    assert [result["partialFingerprints"]["claim/v1"] for result in only["results"]] == [
        CALL_LOCKED.key, WRITES.key, CALL.key,
    ]  # fmt: skip
    assert only["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 7}


@pytest.mark.parametrize(("name", "empty"), [("text", ""), ("github", "")])
def test_line_formats_say_nothing_about_nothing(name, empty):
    assert FORMATS[name](()) == empty


@pytest.mark.parametrize("name", ["json", "sarif"])
def test_object_formats_stay_objects_about_nothing(name):
    assert isinstance(json.loads(FORMATS[name](())), dict)
