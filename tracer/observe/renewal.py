"""Evidence of one kind of device, renewed run by run."""

from __future__ import annotations

from dataclasses import replace

from tracer.model.evidence import Evidence, ScenarioRun


def renew_run(evidence: Evidence, run: ScenarioRun) -> Evidence:
    """``evidence`` with ``run`` in the place of the earlier run of its scenario.

    Raises ``ValueError`` for a run on another device.
    """
    if run.device != evidence.device:
        raise ValueError(f"a run on {run.device} is no evidence of {evidence.device}")
    kept = [known for known in evidence.runs if (known.target, known.scenario) != (run.target, run.scenario)]
    return replace(evidence, runs=tuple(sorted([*kept, run], key=lambda run: (run.target, run.scenario))))
