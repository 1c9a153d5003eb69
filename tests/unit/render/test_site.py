"""The hand-written target rendered: what its pages say, that they are text, and that they are the same twice."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.unit.render import vita
from tracer.model.program import Context, ContextCall
from tracer.model.targets import Documented
from tracer.model.verdicts import Verdict
from tracer.render import graphs
from tracer.render.addresses import SETTLED
from tracer.render.site import render_site
from tracer.render.statements import find_statements

ATTRIBUTE = "vita/attributes/mm_vision_tower.md"
FLOW = "vita/flows/VITAMetaModel.get_vision_tower.demo.md"
LM = "vita/classes/VITAQwen2ForCausalLM.md"


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    return render_site([vita.TRACED], "main")


def text_of(files: Mapping[str, bytes], path: str) -> str:
    """A page as a reader sees it, without badges' markup and links' targets."""
    text = re.sub(r"\]\([^)]*\)", "", files[path].decode()).replace("[`", "`")
    return re.sub(r"<[^>]+>", "", text)


def test_every_page_kind_is_there(files: Mapping[str, bytes]) -> None:
    assert {path for path in files if "/verification/" not in path} >= {
        "index.md", "legend.md", "nav.yml", "tracer.css", "vita/index.md", ATTRIBUTE, FLOW, LM,
        "vita/sequences/loading-the-model-1.md",
    }  # fmt: skip


def test_the_same_target_gives_the_same_bytes_in_any_order(files: Mapping[str, bytes]) -> None:
    traced = replace(vita.TRACED, claims=vita.CLAIMS[::-1], verdicts=vita.TRACED.verdicts[::-1], runs=vita.RUNS[::-1])
    again = render_site([traced], "main")
    assert list(again) == list(files) == sorted(files)
    assert again == files


def test_a_library_that_writes_first_is_named(files: Mapping[str, bytes]) -> None:
    text = text_of(files, ATTRIBUTE)
    assert (
        "In demo, `mm_vision_tower` is first set by library code: `PreTrainedConfig.__init__` (transformers 5.23.0)"
        in text
    )
    assert "reached from `load_pretrained_model`" in text
    assert "seen: demo (`'InternViT-300M'`)" in text


def test_an_uncertain_first_write_is_worded_so(files: Mapping[str, bytes]) -> None:
    text = text_of(files, ATTRIBUTE)
    assert "In train, `mm_vision_tower` may first be set in `VITAMetaModel.initialize_vision_modules`" in text
    assert "undecided: the argument is only known at run time" in text


def test_generic_writes_stand_apart(files: Mapping[str, bytes]) -> None:
    _, _, rest = text_of(files, ATTRIBUTE).partition("## Generic writes")
    generic, _, _ = rest.partition("## Every read")
    assert "PreTrainedConfig" in generic
    assert "VITAMetaModel" not in generic


def test_a_flow_shows_the_called_line_and_what_ran(files: Mapping[str, bytes]) -> None:
    text = files[FLOW].decode()
    assert '```python linenums="11" hl_lines="3"\n    tokenizer, model = load_pretrained_model' in text
    assert "https://example.org/vita/blob/main/vita/demo.py#L13-L13" in text
    assert "it returned `InternViTVisionTower`" in text
    assert '<a href="#step-2">' in text
    assert 'id="step-2"' in text


def test_a_class_page_has_the_order_the_patches_and_the_suppliers(files: Mapping[str, bytes]) -> None:
    text = text_of(files, LM)
    rows = re.findall(r"^\| (\d) \| `(\w+)` \| `[\w.]+` \| (.*) \|$", text, re.MULTILINE)
    assert rows[1] == ("2", "Qwen2ForCausalLM", "transformers 5.23.0")
    assert [name for _, name, _ in rows] == [symbol.rpartition(":")[2] for symbol in vita.LM_MRO]
    assert "`forward` is replaced when the program runs `vita/model/vita_qwen2.py:24`" in text
    assert "2 methods from libraries" in text


def test_a_sequence_counts_calls_and_names_guards(files: Mapping[str, bytes]) -> None:
    text = text_of(files, "vita/sequences/loading-the-model-1.md")
    assert "× 2 in the run; via `transformers.modeling_utils:PreTrainedModel.from_pretrained`" in text  # noqa: RUF001
    assert 'if `hasattr(config, "mm_vision_tower")` is true' in text


def test_every_unconfirmed_claim_has_a_row_with_its_reason(files: Mapping[str, bytes]) -> None:
    rows = b"".join(content for path, content in files.items() if "/verification/" in path).decode()
    open_verdicts = [verdict for verdict in vita.TRACED.verdicts if verdict.outcome not in SETTLED]
    assert len(re.findall(r'<span id="c-', rows)) == len(open_verdicts)
    assert "no reason recorded" not in rows


def test_findings_come_with_their_proof(files: Mapping[str, bytes]) -> None:
    text = text_of(files, "vita/verification/index.md")
    for title in ("Refuted", "Runs that end in an exception", "Monkey patches in force", "Calls nobody predicted"):
        assert f"### {title}" in text
    assert "`'NoneType' object has no attribute 'is_loaded'`" in text
    assert "88.9% (8 of 9)" in text


def test_links_and_anchors_resolve_within_the_folder(files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        for link in re.findall(r"\]\(([^)<]+)\)|href=\"([^\"]+)\"", content.decode() if path.endswith(".md") else ""):
            page, _, anchor = next(filter(None, link)).replace(".html", ".md").partition("#")
            address = posixpath.normpath(posixpath.join(posixpath.dirname(path), page)) if page else path
            assert address in files, f"{path} links to {link}"
            if anchor:
                found = re.search(rf'(id="|#){re.escape(anchor)}[" ]', files[address].decode())
                assert found, f"{path} links to a missing anchor {link}"


def test_hostile_names_come_out_as_text(files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        assert b"<script" not in content, path
        assert b"yyyyy" * 100 not in content, path
        assert "\u202e".encode() not in content, path


def test_no_page_names_this_machine(files: Mapping[str, bytes]) -> None:
    assert all(vita.__file__.rpartition("/")[0].encode() not in content for content in files.values())


def test_a_claims_pages_are_those_that_show_its_badge(files: Mapping[str, bytes]) -> None:
    stated = find_statements(vita.CLAIMS, files)
    assert stated[vita.FLOW.key] == (FLOW,)
    assert stated[vita.FIRST_TRAIN.key] == (ATTRIBUTE,)
    assert stated[vita.RAISES.key] == stated[vita.DISPATCH.key] == ("vita/index.md",)
    assert set(stated[vita.EXCERPT.key]) == {FLOW}
    assert [key for key, pages in stated.items() if not pages] == [vita.call_claim("demo", vita.E_MODEL).key]
    assert set(stated) == {claim.key for claim in vita.CLAIMS}


def test_evidence_about_other_bytes_is_not_shown() -> None:
    stale = tuple(replace(run, files=dict.fromkeys(run.files, "0" * 64)) for run in vita.RUNS)
    text = text_of(render_site([replace(vita.TRACED, runs=stale)], "main"), ATTRIBUTE)
    assert "InternViT-300M" not in text


def test_a_missing_picture_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracer.render.site.draw_graph", lambda _: ("", "the layout engine failed (OSError)"))
    text = render_site([vita.TRACED], "main")[FLOW].decode()
    assert "The picture is missing: the layout engine failed &#40;OSError&#41;" in text or "(OSError)" in text
    assert "The same as a list" in text
    assert graphs.NODE_LIMIT == 40


def test_a_target_without_any_claims_still_has_pages() -> None:
    empty = replace(vita.TRACED, claims=(), verdicts=(), runs=(), summary=None)
    files = render_site([empty], "main")
    assert "Nothing is claimed yet." in text_of(files, "vita/index.md")
    assert "never sets" in text_of(files, ATTRIBUTE) or "nothing the walk reached sets" in text_of(files, ATTRIBUTE)


def test_a_symbol_the_walk_never_reaches_is_said_so() -> None:
    documented = replace(vita.TARGET.documented, sequences=(("Nowhere", "demo", "no_such_function"),))
    files = render_site([replace(vita.TRACED, target=replace(vita.TARGET, documented=documented))], "main")
    assert "never reaches" in text_of(files, "vita/sequences/nowhere-1.md")


def test_many_open_claims_are_spread_over_pages() -> None:
    claims = [replace(vita.FLOW, subject=f"vita.x:f{number}", steps=()) for number in range(301)]
    verdicts = tuple(Verdict(replace(claim, kind="call"), "not exercised", "why") for claim in claims)
    files = render_site([replace(vita.TRACED, claims=(), verdicts=verdicts)], "main")
    assert files["vita/verification/not-exercised-2.md"].count(b'<span id="c-') == 1


def test_a_recursive_call_points_up_instead_of_repeating() -> None:
    again = replace(vita.E_BUILD, callee=vita.DEMO, receiver=None)
    contexts = (Context(vita.DEMO, None, (ContextCall(again, 0),)),)
    trace = replace(vita.PROGRAM.traces["demo"], contexts=contexts)
    traced = replace(
        vita.TRACED,
        target=replace(vita.TARGET, documented=Documented(sequences=(("Loop", "demo", "main"),))),
        program=replace(vita.PROGRAM, traces={"demo": trace}),
        claims=(vita.call_claim("demo", again),),
        verdicts=(),
    )
    text = text_of(render_site([traced], "main"), "vita/sequences/loop-1.md")
    assert text.count("its calls are shown above") == 1


def test_a_long_chain_is_folded_in_its_picture_only() -> None:
    library = [replace(vita.E_CONFIG, callee=f"torch.nn:f{number}", receiver=None) for number in range(50)]
    steps = tuple(map(vita.step_of, (vita.E_LOAD, *library, vita.E_TOWER)))
    claim = replace(vita.FLOW, steps=steps)
    page = render_site([replace(vita.TRACED, claims=(claim,), verdicts=())], "main")[
        "vita/flows/VITAMetaModel.get_vision_tower.demo.md"
    ].decode()
    assert "2–51 torch 2.13.0" in page  # noqa: RUF001
    assert 'id="step-52"' in page
