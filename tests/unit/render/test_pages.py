"""What the pages say beside their proofs: results, places, gaps, counts, findings and commands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.unit.render import vita
from tests.unit.render.test_site import ATTRIBUTE, FLOW, text_of
from tracer.model.claims import Claim
from tracer.model.edges import Site, Unresolved
from tracer.model.names import Span
from tracer.model.targets import Scenario
from tracer.model.verdicts import Verdict
from tracer.render.dossier import TracedTarget
from tracer.render.site import render_site

OVERVIEW, VERIFICATION = "vita/index.md", "vita/verification/index.md"
LIMITS = "vita/verification/limits.md"


def render(traced: TracedTarget) -> Mapping[str, bytes]:
    return render_site([traced], "main")


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    return render(vita.TRACED)


def with_results(*classes: str, returned: tuple[str, ...] = ()) -> str:
    """The end of the flow page where its function is claimed to return ``classes``."""
    claim = Claim("dispatch", "vita", "demo", vita.TARGET_SYMBOL, classes)
    run = replace(vita.RUNS[0], returns={vita.TARGET_SYMBOL: returned} if returned else {})
    verdicts = (*vita.TRACED.verdicts, Verdict(claim, "confirmed"))
    text = text_of(render(replace(vita.TRACED, verdicts=verdicts, runs=(run,))), FLOW)
    return text.partition("## What it returns")[2]


def test_a_flow_ends_with_what_its_function_returns() -> None:
    tower = f"{vita.ENCODER}:InternViTVisionTower"
    end = with_results(tower, returned=(tower,))
    assert "In demo, `VITAMetaModel.get_vision_tower` returns `InternViTVisionTower`. ✓ confirmed" in end
    assert end.rstrip().endswith("In the run of demo it returned `InternViTVisionTower`.")


@pytest.mark.parametrize(
    ("classes", "said"),
    [
        (("builtins:NoneType",), "returns `None`."),
        (("vita.model.encoder:Tower", "builtins:NoneType"), "returns `Tower` or `None`."),
        (("vita.model.encoder:Tower", "undecided"), "returns `Tower` or something else that could not be followed."),
    ],
)
def test_results_are_named_for_readers(classes: tuple[str, ...], said: str) -> None:
    end = with_results(*classes)
    assert said in end
    assert "No run recorded what it returned." in end


def test_a_flow_without_a_claimed_result_says_so() -> None:
    text = text_of(render(replace(vita.TRACED, runs=())), FLOW)
    assert "nothing is claimed about what `VITAMetaModel.get_vision_tower` returns" in text


def test_conditions_link_to_their_lines() -> None:
    library = replace(vita.HAS_TOWER, path="transformers/modeling_utils.py", span=Span(7, 0, 7, 5))
    flow = replace(vita.FLOW, guards=(vita.HAS_TOWER, library))
    guards = tuple(Claim("guard", "vita", "demo", f"f: {g.path}", ("true",), guards=(g,)) for g in flow.guards)
    claims = (*(claim for claim in vita.CLAIMS if claim.kind not in {"flow", "guard"}), flow, *guards)
    files = render(replace(vita.TRACED, claims=claims, verdicts=()))
    for page in (FLOW, "vita/verification/not-exercised.md"):
        text = files[page].decode()
        assert f"https://example.org/vita/blob/main/{vita.HAS_TOWER.path}#L" in text
        assert "https://example.org/transformers/blob/v5.23.0/src/transformers/modeling_utils.py#L7" in text


def test_a_target_that_is_an_installed_library_links_to_that_library() -> None:
    target = replace(vita.TARGET, permalink=None, packages=("transformers.models.x",))
    site = Site("transformers/models/x/y.py", Span(4, 0, 4, 9), "transformers.models.x.y:f", "call")
    claim = Claim("call", "vita", "demo", "a:f -> b:g", ("-", "may"), (site,))
    files = render(replace(vita.TRACED, target=target, claims=(), verdicts=(Verdict(claim, "not exercised", "why"),)))
    link = b"https://example.org/transformers/blob/v5.23.0/src/transformers/models/x/y.py#L4"
    assert link in files["vita/verification/not-exercised.md"]


def gap_at(line: int, function: str, reason: str) -> Unresolved:
    return Unresolved(Site("vita/demo.py", Span(line, 0, line, 4), function, "call"), f"call{line}", reason)


def test_places_the_walk_did_not_see_are_grouped_and_few() -> None:
    bounds = [gap_at(line, "vita.demo:busy", "took too many steps") for line in range(1, 9)]
    bounds += [gap_at(20 + number, f"vita.demo:f{number:02}", "call depth ends here") for number in range(14)]
    traces = {**vita.PROGRAM.traces, "demo": replace(vita.PROGRAM.traces["demo"], bounds=tuple(bounds))}
    files = render(replace(vita.TRACED, program=replace(vita.PROGRAM, traces=traces)))
    unknown = text_of(files, ATTRIBUTE).partition("## What is not known")[2]
    assert "`busy`: took too many steps (8 places, in demo)" in unknown
    gaps = [line for line in unknown.splitlines() if " in demo)" in line]
    assert len(gaps) == 10
    assert "5 more, listed under [where the walk stops](../verification/limits.md)." in re.sub(
        r"<[^>]+>", "", files[ATTRIBUTE].decode()
    )
    assert text_of(files, LIMITS).count("call depth ends here") == 14


def test_the_set_of_writers_claims_what_runs_can_show(files: Mapping[str, bytes]) -> None:
    text = text_of(files, ATTRIBUTE)
    assert "no run stored it anywhere else. ✓ confirmed" in text
    assert "cut short at 1 place" in text
    assert files[ATTRIBUTE].decode().count('tracer-confirmed" data-claim="' + anchor_of_writes(files)) == 1


def anchor_of_writes(files: Mapping[str, bytes]) -> str:
    found = re.search(r'anywhere else\. <span class="[^"]+" data-claim="(c-\w+)"', files[ATTRIBUTE].decode())
    assert found
    return found[1]


def test_no_page_shows_the_key_of_a_claim(files: Mapping[str, bytes]) -> None:
    keys = [claim.key for claim in vita.CLAIMS]
    for path, content in files.items():
        if path.endswith(".md"):
            assert not [key for key in keys if key in text_of(files, path)], path
            assert "unpredicted vita" not in content.decode(), path


@pytest.mark.parametrize("page", [OVERVIEW, VERIFICATION])
def test_counts_are_per_kind_with_libraries_apart(files: Mapping[str, bytes], page: str) -> None:
    own, _, libraries = text_of(files, page).partition("### Library code on the way")
    own = own.partition("### The project's own code")[2]
    rows = {match[1]: match[2] for match in re.finditer(r"^\| ([\w' ]+) \| (\d+) \|", own, re.MULTILINE)}
    assert rows["call flows"] == "1"
    assert rows["first writes"] == "2"
    assert rows["methods it supplies"] == "4"
    assert "| methods its classes inherit from libraries | 2 | 2 ✓ confirmed |" in libraries
    assert "all" not in rows


def test_findings_are_sentences_and_misses_are_grouped() -> None:
    calls = [
        Claim("call", "vita", "demo", f"unpredicted vita.demo:f{n} -> torch.nn:hook", ("-", "may"), (vita.ASK,))
        for n in range(3)
    ]
    verdicts = (*vita.TRACED.verdicts, *(Verdict(claim, "unpredicted", "no call predicted here") for claim in calls))
    text = text_of(render(replace(vita.TRACED, verdicts=verdicts)), VERIFICATION)
    findings, _, rest = text.partition("## Outcomes")
    assert "Seen but not predicted" not in findings
    assert "In demo-bare: the scenario ends in `AttributeError`" in findings
    assert "is first set in `PreTrainedConfig.__init__`" in findings.partition("### Library code that writes first")[2]
    missed = rest.partition("### Calls nobody predicted")[2]
    assert re.search(r"^\| 3 \| `hook` \| `f0`, `f1`, `f2` \| demo \|$", missed, re.MULTILINE)


def test_a_function_that_may_return_several_classes_is_a_finding() -> None:
    claim = Claim(
        "dispatch", "vita", "demo", f"{vita.ENCODER}:choose", ("vita.model.encoder:A", "vita.model.encoder:B")
    )
    text = text_of(
        render(replace(vita.TRACED, verdicts=(Verdict(claim, "not observed", "did not return B"),))), VERIFICATION
    )
    assert "In demo: `choose` returns `A` or `B`" in text.partition("## Outcomes")[0]


def test_commands_can_be_pasted_into_a_shell() -> None:
    scenario = Scenario("demo", "vita", script="vita/demo.py", argv=("--question", "Describe this image."))
    target = replace(vita.TARGET, scenarios=(scenario,))
    text = text_of(render(replace(vita.TRACED, target=target)), OVERVIEW)
    assert "python vita/demo.py --question 'Describe this image.'" in text.replace("&#39;", "'")


def test_only_functions_that_choose_among_followed_classes_are_factories() -> None:
    results = {
        "chosen": (f"{vita.ENCODER}:A", f"{vita.ENCODER}:B"),
        "followed": (vita.HF_MODEL, f"{vita.ENCODER}:A"),
        "listing": ("builtins:list",),
        "mixed": ("builtins:list", f"{vita.ENCODER}:A"),
        "plain": (f"{vita.ENCODER}:A",),
    }
    claims = [Claim("dispatch", "vita", "demo", f"vita.demo:{name}", classes) for name, classes in results.items()]
    guarded = replace(vita.E_NEW, guards=(vita.HAS_TOWER,))
    context = vita.PROGRAM.traces["demo"].contexts[4]
    contexts = list(vita.PROGRAM.traces["demo"].contexts)
    contexts[4] = replace(context, calls=tuple(replace(call, edge=guarded) for call in context.calls))
    trace = replace(vita.PROGRAM.traces["demo"], contexts=tuple(contexts))
    program = replace(vita.PROGRAM, traces={**vita.PROGRAM.traces, "demo": trace})
    text = text_of(
        render(replace(vita.TRACED, program=program, claims=(*claims, vita.DISPATCH), verdicts=())), OVERVIEW
    )
    factories, _, others = text.partition("What other functions return")
    factories = factories.partition("## What factories return")[2]
    named = [[name for name in (*results, "build_vision_tower") if f"`{name}`" in part] for part in (factories, others)]
    assert named == [["chosen", "followed", "build_vision_tower"], ["listing", "mixed", "plain"]]


def test_a_first_writer_is_listed_once_per_entry() -> None:
    again = replace(vita.FIRST_DEMO, subject=f"{vita.CONFIG} mm_vision_tower #2")
    text = text_of(render(replace(vita.TRACED, claims=(*vita.CLAIMS, again))), OVERVIEW)
    (row,) = re.findall(r"^\| Where is.*$|^\| \[Where is.*$", text, re.MULTILINE)
    assert row.count("demo:") == 1


def test_every_table_names_its_columns_for_narrow_pages(files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        tables = re.findall(r'style="([^"]*)" markdown="1">\n\n(\|.*\|)\n(\|[-:|]+\|)\n', content.decode())
        assert content.decode().count('class="tracer-table') == len(tables), path
        for style, head, line in tables:
            names = [name.strip() for name in head.strip("|").split("|")]
            assert re.findall(r"--c\d:'([^']*)'", style) == names
            assert line.count("|") == head.count("|")
            assert len(names) <= 6


def test_a_run_that_recording_changed_is_said_so() -> None:
    runs = (replace(vita.RUNS[0], identical=False),)
    assert "recording changed what it put out" in text_of(render(replace(vita.TRACED, runs=runs)), OVERVIEW)
