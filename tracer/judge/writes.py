"""Judging where an attribute is first set, and that nothing writes or reads it outside the claimed sets."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tracer.judge.answers import Answer, confirmed, not_exercised, not_observed, refuted, stale, unpredicted
from tracer.judge.flows import judge_chain
from tracer.judge.freshness import changed_files, changed_reason
from tracer.judge.places import is_same_place, place_text
from tracer.judge.runs import IndexedRun
from tracer.judge.traces import IndexedTrace
from tracer.model.claims import Claim
from tracer.model.edges import Site
from tracer.model.evidence import ObservedRead, ObservedWrite
from tracer.model.names import module_of
from tracer.model.program import Program


def judge_first_write(claim: Claim, run: IndexedRun, trace: IndexedTrace, program: Program) -> Answer:
    """Judge a first-write claim by the first store in one run to that attribute of that class."""
    owner, attribute = claim.subject.split(" ")[:2]
    writes = run.writes_of(attribute)
    first = next((write for write in writes if write.owner == owner), None)
    if first is None:
        return _never_written(claim, writes, run)
    outdated = changed_reason(changed_files((first.path, *(f.path for f in first.stack)), run.run, program))
    if outdated:
        return stale(outdated)
    actual = f"{first.symbol} at {place_text(first.path, first.span)}"
    if not is_write_at(claim.sites[0], first):
        if not claim.certain and _is_predicted(first, owner, attribute, trace):
            return not_observed("another predicted write came first", actual)
        return refuted(f"first set in {first.symbol}", actual)
    if not first.stack:
        return confirmed(actual, reason="the chain of calls was not recorded")
    answer = judge_chain(claim.steps, first.stack, trace, certain=claim.certain)
    return Answer(answer.outcome, answer.reason, (actual, *answer.actual))


def judge_writes(claim: Claim, run: IndexedRun, program: Program) -> Answer:
    """Judge that one run wrote the attribute nowhere outside the claimed set of sites."""
    class_text, _, attribute = claim.subject.rpartition(".")
    writes = [write for write in run.writes_of(attribute) if _is_a(write.owner, class_text, program)]
    if not writes:
        return not_exercised(f"{run.label} does not write it")
    extra = [
        write
        for write in writes
        if not any(is_write_at(site, write) for site in claim.sites) and not _is_of_python(write.owner)
    ]
    if not extra:
        return confirmed(*_places(writes))
    actual = _places(extra)
    return refuted(f"also written by {', '.join(actual)}", *actual)


def judge_reads(claim: Claim, run: IndexedRun, program: Program) -> Answer:
    """Judge that one run read the attribute nowhere outside the claimed set of sites.

    A read beside them contradicts nothing that anybody builds on, unlike a write: it is a miss of the analysis.
    """
    class_text, _, attribute = claim.subject.rpartition(".")
    reads = [read for read in run.reads_of(attribute) if _is_a(read.owner, class_text, program)]
    if not reads:
        return not_exercised(f"{run.label} does not read it")
    extra = [read for read in reads if not any(is_read_at(site, read) for site in claim.sites)]
    if not extra:
        return confirmed(*_places(reads))
    actual = _places(extra)
    return unpredicted(f"also read by {', '.join(actual)}", *actual)


def is_write_at(site: Site, write: ObservedWrite) -> bool:
    """Whether an observed store happened at a claimed site, in the symbol that holds it."""
    return site.owner == write.symbol and is_same_place(site, write.path, write.span)


def is_read_at(site: Site, read: ObservedRead) -> bool:
    """Whether an observed load happened at a claimed site: its range is the same on every version of Python."""
    return site.owner == read.symbol and site.key == (read.path, read.span.end_line, read.span.end_column)


def _never_written(claim: Claim, elsewhere: tuple[ObservedWrite, ...], run: IndexedRun) -> Answer:
    here = [write for write in elsewhere if is_write_at(claim.sites[0], write)]
    if here:
        owners = tuple(sorted({write.owner for write in here}))
        answer = refuted if claim.certain else not_observed
        return answer(f"set there on {', '.join(owners)}", *owners)
    if run.run.partial or run.run.outcome != "completed":
        return not_exercised(f"{run.label} ended ({run.run.outcome}) before it was set")
    if claim.certain:
        return refuted(f"never set in {run.label}")
    return not_exercised(f"never set in {run.label}")


def _is_predicted(write: ObservedWrite, owner: str, attribute: str, trace: IndexedTrace) -> bool:
    return any(
        first.owner == owner and first.attribute in (attribute, "*", "") and is_write_at(first.access.site, write)
        for first in trace.trace.first_writes
    )


def _is_a(owner: str, class_text: str, program: Program) -> bool:
    """Whether a class is the documented one or below it; an attribute documented by its bare name is any class's."""
    if not class_text:
        return True
    linearisation = program.linearisation_of(owner)
    names = linearisation.mro if linearisation else (owner,)
    dotted = [name.replace(":", ".") for name in names]
    return any(name == class_text or name.endswith("." + class_text) for name in (*names, *dotted))


def _is_of_python(owner: str) -> bool:
    """Whether the class is the standard library's: ``argparse.Namespace`` may have any attribute of the same name."""
    return module_of(owner).partition(".")[0] in sys.stdlib_module_names


def _places(accesses: Sequence[ObservedWrite | ObservedRead]) -> tuple[str, ...]:
    return tuple(sorted({f"{access.symbol} at {place_text(access.path, access.span)}" for access in accesses}))
