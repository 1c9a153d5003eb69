"""What a check has nothing to stand on for: a lock that is silent, scenarios without a run, runs that prove nothing.

A claim that reads as documented is not thereby true. Where nothing was locked or nothing ran, comparing finds no
difference, and saying so is the only honest answer. Evidence for other bytes is counted and no error: lines that moved
make it so as well, and what changed in meaning is reported claim by claim.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tracer.judge.report import DISTURBED, EMPTY_LOCK, ERROR, NO_EVIDENCE, NOTE, STALE_EVIDENCE, Finding
from tracer.model.claims import Claim, LockedClaim
from tracer.model.evidence import Evidence, ScenarioRun
from tracer.model.targets import Target
from tracer.model.verdicts import STALE, Verdict

_RENEW = "run `tracer trace` and commit docs/evidence and the pages"


def find_gaps(
    targets: Iterable[Target],
    locked: Iterable[LockedClaim],
    claims: Sequence[Claim],
    verdicts: Iterable[Verdict],
    evidence: Iterable[Evidence],
) -> tuple[Finding, ...]:
    """Find what is missing for each target, in the order of the targets: errors first, then the count of stale claims.

    ``verdicts`` are those of ``claims``.
    """
    derived = Counter(claim.target for claim in claims)
    known = {claim.target for claim in locked}
    runs = [run for part in evidence for run in part.runs if run.outcome != "failed"]
    disturbed = {(run.target, run.scenario) for run in runs if run.identical is False}
    stale = Counter(
        verdict.claim.target
        for verdict in verdicts
        if verdict.outcome == STALE and (verdict.claim.target, verdict.claim.entry) not in disturbed
    )
    errors: list[Finding] = []
    notes: list[Finding] = []
    for target in targets:
        if derived[target.name] and target.name not in known:
            errors.append(_empty_lock(target, derived[target.name]))
        own = [run for run in runs if run.target == target.name]
        errors += _missing_runs(target, own)
        errors += [_disturbed(target, run) for run in own if run.identical is False]
        if stale[target.name]:
            notes.append(_stale(target, stale[target.name]))
    return (*errors, *notes)


def _empty_lock(target: Target, count: int) -> Finding:
    message = f"the lock states nothing about target {target.name}, which has {_counted(count)} now"
    return Finding(EMPTY_LOCK, ERROR, f"{EMPTY_LOCK} {target.name}", message, advice=_RENEW)


def _missing_runs(target: Target, runs: Sequence[ScenarioRun]) -> Iterator[Finding]:
    ran = {run.scenario for run in runs}
    missing = [scenario.name for scenario in target.scenarios if scenario.name not in ran]
    if missing:
        what = "any scenario" if len(missing) == len(target.scenarios) else f"scenario {', '.join(missing)}"
        message = f"no evidence of {what} of target {target.name}: its claims are not proven"
        yield Finding(NO_EVIDENCE, ERROR, f"{NO_EVIDENCE} {target.name}", message, advice=_RENEW)


def _disturbed(target: Target, run: ScenarioRun) -> Finding:
    message = (
        f"scenario {run.scenario} of target {target.name} puts out other bytes when it is recorded on {run.device}: "
        "its run proves nothing"
    )
    advice = "make the program put out the same in every run (no clock, no random order), then run `tracer trace`"
    return Finding(DISTURBED, ERROR, f"{DISTURBED} {target.name} {run.scenario}", message, advice=advice)


def _stale(target: Target, count: int) -> Finding:
    rests = "rests" if count == 1 else "rest"
    message = f"{_counted(count)} of target {target.name} {rests} on evidence for other bytes or settings"
    advice = "run `tracer observe SCENARIO`, or `tracer trace`, and commit docs/evidence"
    return Finding(STALE_EVIDENCE, NOTE, f"{STALE_EVIDENCE} {target.name}", message, advice=advice)


def _counted(count: int) -> str:
    return f"{count} claim{'' if count == 1 else 's'}"
