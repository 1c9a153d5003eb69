"""Only records about the code and the scenario as they are now stand beside what pages say."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.render.vita import PROGRAM, RUNS
from tracer.render.observations import collect_observations


def test_records_of_a_run_are_shown() -> None:
    assert collect_observations(RUNS, PROGRAM).runs == RUNS


def test_records_about_other_bytes_are_left_out() -> None:
    (edge,) = RUNS[0].edges
    (shown, _) = collect_observations(RUNS, replace(PROGRAM, files={**PROGRAM.files, edge.path: "other"})).runs
    assert (shown.edges, shown.classes) == ((), RUNS[0].classes)


def test_a_run_of_a_scenario_told_otherwise_shows_how_it_ended_and_no_more() -> None:
    program = replace(PROGRAM, scenarios={**PROGRAM.scenarios, "demo": {"seed": "1"}})
    (shown, other) = collect_observations(RUNS, program).runs
    assert (shown.outcome, shown.edges, shown.flows, shown.writes) == ("completed", (), (), ())
    assert other == RUNS[1]
