"""Claims and evidence to verdicts: every claim against every run that could speak to it.

A claim about an entry is judged by the runs of that scenario, a claim about the code as such by all runs of the target.
What was seen and not claimed comes out as ``unpredicted`` verdicts of their own: the recall that the site publishes.
Excerpts need no run: they are compared with the lines as they are now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tracer.judge.answers import Answer, not_exercised, stale
from tracer.judge.branches import judge_guard
from tracer.judge.calls import judge_call
from tracer.judge.classes import judge_dispatch, judge_method, judge_mro
from tracer.judge.conditions import Conditions, LinesOf, read_conditions
from tracer.judge.endings import judge_ending
from tracer.judge.excerpts import judge_excerpt
from tracer.judge.flows import judge_flow
from tracer.judge.freshness import stale_reason
from tracer.judge.merge import merge_answers
from tracer.judge.runs import IndexedRun, index_runs
from tracer.judge.traces import IndexedTrace, index_trace
from tracer.judge.unpredicted import find_unpredicted
from tracer.judge.writes import judge_first_write, judge_reads, judge_writes
from tracer.model.claims import Claim
from tracer.model.evidence import Evidence
from tracer.model.names import SymbolId
from tracer.model.program import Program
from tracer.model.verdicts import NOT_EXERCISED, STALE, UNDECIDED, Verdict

_BY_RUN: dict[str, Callable[[Claim, IndexedRun], Answer]] = {
    "mro": judge_mro, "method": judge_method, "dispatch": judge_dispatch,
}  # fmt: skip
_BY_CLASSES: dict[str, Callable[[Claim, IndexedRun, Program], Answer]] = {
    "writes": judge_writes, "reads": judge_reads,
}  # fmt: skip
_BY_TRACE: dict[str, Callable[[Claim, IndexedRun, IndexedTrace], Answer]] = {
    "call": judge_call, "raises": judge_ending,
}  # fmt: skip
_BY_PROGRAM: dict[str, Callable[[Claim, IndexedRun, IndexedTrace, Program], Answer]] = {
    "flow": judge_flow, "first-write": judge_first_write,
}  # fmt: skip


def judge(
    claims: Sequence[Claim],
    program: Program,
    evidence: tuple[Evidence, ...],
    *,
    is_own: Callable[[SymbolId], bool],
    lines_of: LinesOf,
) -> tuple[Verdict, ...]:
    """Judge every claim, in the order given, then append one verdict per unpredicted call.

    ``is_own`` tells the target's own symbols from those of followed libraries: only calls made by the former are
    reported one by one when they were not predicted. ``lines_of`` gives a file's lines as they are now.
    """
    runs = index_runs(evidence, program.target)
    traces = {name: index_trace(trace) for name, trace in program.traces.items()}
    subject = _Subject(program, traces, lines_of, read_conditions(lines_of))
    verdicts = [_judge_claim(claim, subject, runs) for claim in claims]
    return (*verdicts, *find_unpredicted(program, runs, traces, is_own))


@dataclass(frozen=True, slots=True)
class _Subject:
    """What claims are about: the program, its traces, and its files as they are now."""

    program: Program
    traces: dict[str, IndexedTrace]
    lines_of: LinesOf
    conditions_of: Callable[[str], Conditions]


def _judge_claim(claim: Claim, subject: _Subject, runs: Sequence[IndexedRun]) -> Verdict:
    decided = _without_runs(claim, subject)
    if decided:
        return decided
    speaking = [run for run in runs if claim.entry in (None, run.run.scenario)]
    merged = merge_answers(claim, [(run, _answer(claim, run, subject)) for run in speaking])
    if claim.expected == ("undecided",) and merged.outcome in (NOT_EXERCISED, STALE):
        return Verdict(claim, UNDECIDED, claim.reason or "code alone cannot tell")
    return merged


def _without_runs(claim: Claim, subject: _Subject) -> Verdict | None:
    """The verdict of a claim that no run decides, or None."""
    if claim.kind == "excerpt":
        return judge_excerpt(claim, subject.lines_of)
    if claim.kind == "mro" and not claim.sites:
        return Verdict(claim, UNDECIDED, claim.reason)
    return None


def _answer(claim: Claim, run: IndexedRun, subject: _Subject) -> Answer:
    program = subject.program
    outdated = stale_reason(claim, run.run, program)
    if outdated:
        return stale(outdated)
    if claim.kind in _BY_RUN:
        return _BY_RUN[claim.kind](claim, run)
    if claim.kind == "guard":
        return judge_guard(claim, run, subject.conditions_of(claim.guards[0].path))
    if claim.kind in _BY_CLASSES:
        return _BY_CLASSES[claim.kind](claim, run, program)
    trace = subject.traces.get(run.run.scenario)
    if trace is None:
        return not_exercised(f"{run.run.scenario} was not analysed")
    if claim.kind in _BY_TRACE:
        return _BY_TRACE[claim.kind](claim, run, trace)
    return _BY_PROGRAM[claim.kind](claim, run, trace, program)
