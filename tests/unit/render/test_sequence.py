"""Calling sequences: what is the same is said once, what is not proven is marked, and no page grows long."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from tests.unit.render import vita
from tracer.model.edges import CallEdge, Guard, Site
from tracer.model.evidence import ObservedEdge
from tracer.model.names import Span
from tracer.model.program import Context, ContextCall
from tracer.model.targets import Documented
from tracer.model.verdicts import Verdict
from tracer.render.site import render_site

PAGE = "vita/sequences/all-1.md"
MAIN, MODEL = "vita.demo:main", "vita.demo:Model"


def edge(line: int, caller: str, callee: str, receiver: str | None = None, guards: tuple[Guard, ...] = ()) -> CallEdge:
    site = Site("vita/demo.py", Span(line, 0, line, 9), f"vita.demo:{caller}", "call")
    return CallEdge(site, f"vita.demo:{callee}", receiver, guards=guards)


def page_of(
    contexts: Mapping[str, Sequence[tuple[CallEdge, str]]],
    outcome_of: Callable[[CallEdge], str] = lambda _: "confirmed",
    seen: Mapping[int, int] | None = None,
) -> str:
    """Render the sequence of a walk given as named contexts, ``main`` first; ``seen`` counts calls by line."""
    numbers = {name: number for number, name in enumerate(contexts)}
    walked = tuple(
        Context(f"vita.demo:{name.partition('/')[0]}", None, tuple(ContextCall(e, numbers[to]) for e, to in calls))
        for name, calls in contexts.items()
    )
    edges = {e for calls in contexts.values() for e, _ in calls}
    claims = {e: vita.call_claim("demo", e) for e in edges}
    claims = {e: replace(claim, subject=f"{claim.subject} #{e.site.span.line}") for e, claim in claims.items()}
    counted = {e: (seen or {}).get(e.site.span.line, 1) for e in edges}
    observed = tuple(
        ObservedEdge(e.site.path, e.site.span, e.caller, e.callee, None, e.receiver, count=count)
        for e, count in counted.items()
    )
    traced = replace(
        vita.TRACED,
        target=replace(vita.TARGET, documented=Documented(sequences=(("All", "demo", "main"),))),
        program=replace(vita.PROGRAM, traces={"demo": replace(vita.PROGRAM.traces["demo"], contexts=walked)}),
        claims=tuple(claims.values()),
        verdicts=tuple(Verdict(claim, outcome_of(e), "why") for e, claim in claims.items()),
        runs=(replace(vita.RUNS[0], edges=observed),),
    )
    return render_site([traced], "main")[PAGE].decode()


def rows_of(page: str) -> list[str]:
    """The rows of the tree as a reader sees them."""
    text = re.sub(r"\]\([^)]*\)", "]", page)
    return [
        " ".join(re.sub(r"<[^>]+>", " ", line).split())
        for line in text.splitlines()
        if line.startswith(("<summary", "<p markdown"))
    ]


def test_the_page_says_what_its_verdicts_mean() -> None:
    page = page_of({"main": [(edge(1, "main", "f"), "f")], "f": []})
    assert "anywhere in demo" in page
    assert "is not claimed" in page


def test_rows_under_a_call_that_is_not_confirmed_say_so() -> None:
    page = page_of(
        {
            "main": [(edge(1, "main", "root"), "root"), (edge(2, "main", "other"), "other")],
            "root": [(edge(3, "root", "leaf"), "leaf")],
            "other": [(edge(4, "other", "leaf2"), "leaf2")],
            "leaf": [],
            "leaf2": [],
        },
        lambda e: "not exercised" if e.callee.endswith("root") else "confirmed",
    )
    marked = [row for row in rows_of(page) if "under a call that is not confirmed" in row]
    assert [row.split()[0] for row in marked] == ["`leaf`"]


def test_calls_of_one_function_from_several_places_are_one_row() -> None:
    calls = [(edge(line, "main", "f"), "f") for line in (1, 2, 5)]
    page = page_of({"main": calls, "f": []}, seen={1: 2, 2: 3, 5: 1})
    (row,) = rows_of(page)
    assert "vita/demo.py:1" in row
    assert re.findall(r"`:(\d)`", row) == ["2", "5"]
    assert "× 6 in the run" in row  # noqa: RUF001
    assert len(set(re.findall(r'data-claim="(c-\w+)"', page))) == 3


def test_other_conditions_or_verdicts_keep_rows_apart() -> None:
    guard = Guard("vita/demo.py", Span(1, 0, 1, 3), "flag", True, "true")
    calls = [(edge(1, "main", "f"), "f"), (edge(2, "main", "f", guards=(guard,)), "f"), (edge(3, "main", "f"), "f")]
    page = page_of({"main": calls, "f": []}, lambda e: "not observed" if e.site.span.line == 3 else "confirmed")
    assert len(rows_of(page)) == 3


def test_one_place_that_leads_to_several_contexts_is_one_row_counted_once() -> None:
    call = edge(1, "main", "f")
    page = page_of(
        {
            "main": [(call, "f/1"), (call, "f/2"), (call, "f/3")],
            "f/1": [(edge(7, "f", "g"), "g")],
            "f/2": [(edge(8, "f", "h"), "h")],
            "f/3": [],
            "g": [],
            "h": [],
        },
        seen={1: 6},
    )
    assert [row.split()[0] for row in rows_of(page)] == ["`f`", "`g`", "`h`"]
    assert page.count("× 6") == 1  # noqa: RUF001


def test_the_same_calls_below_are_shown_once_and_linked() -> None:
    page = page_of(
        {
            "main": [(edge(1, "main", "a"), "a"), (edge(2, "main", "b"), "b")],
            "a": [(edge(3, "a", "f"), "f/1")],
            "b": [(edge(4, "b", "f"), "f/2")],
            "f/1": [(edge(5, "f", "g"), "g/1")],
            "f/2": [(edge(5, "f", "g"), "g/2")],
            "g/1": [],
            "g/2": [],
        },
        seen={5: 4},
    )
    assert page.count("× 4") == 1  # noqa: RUF001
    (anchor,) = re.findall(r"\[its calls are shown above\]\(#([\w-]+)\)", page)
    assert page.count(f'id="{anchor}"') == 1


def test_a_deep_and_wide_tree_is_cut_to_a_readable_page() -> None:
    contexts: dict[str, list[tuple[CallEdge, str]]] = {"main": []}
    for top in range(40):
        contexts["main"].append((edge(top + 1, "main", f"top{top}"), f"top{top}"))
        contexts[f"top{top}"] = []
        for low in range(40):
            name = f"low{top}x{low}"
            contexts[f"top{top}"].append((edge(100 + low, f"top{top}", name), name))
            contexts[name] = []
    page = page_of(contexts)
    assert len(page.encode()) < 150_000
    assert [row.split()[0] for row in rows_of(page)] == [f"`top{top}`" for top in range(40)]
    assert "1600 calls are left out" in page
    assert "`tracer calls FUNCTION --target vita`" in page
    assert "its 40 calls are left out" in page


def test_of_a_single_level_too_long_for_a_page_the_first_calls_are_shown() -> None:
    calls = [(edge(line, "main", f"f{line}"), f"f{line}") for line in range(1, 1001)]
    page = page_of({"main": calls, **{name: [] for _, name in calls}})
    shown = len(rows_of(page))
    assert len(page.encode()) < 150_000
    assert f"{1000 - shown} calls are left out" in page
    assert 200 < shown < 1000
