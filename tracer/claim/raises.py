"""How an entry ends: in a predicted exception, or by completing.

One claim per entry. A raise that is only possible does not make the entry end in it; it is named as the reason why
completing is not certain.
"""

from __future__ import annotations

from tracer.claim.calls import step_of
from tracer.claim.guards import merge_guards
from tracer.model.claims import Claim
from tracer.model.program import EntryTrace, PredictedRaise

COMPLETES = "completes"


def claim_ending(target: str, trace: EntryTrace) -> Claim:
    """Claim the exception that one entry certainly ends in, or that it completes."""
    certain = next((raised for raised in trace.raises if raised.certain), None)
    if certain is None:
        possible = sorted({_phrase(raised) for raised in trace.raises})
        reason = f"may raise {'; '.join(possible)}" if possible else ""
        return Claim("raises", target, trace.name, "-", (COMPLETES,), certain=not possible, reason=reason)
    return Claim(
        kind="raises",
        target=target,
        entry=trace.name,
        subject=certain.exception,
        expected=(certain.exception, certain.site.owner),
        sites=(certain.site,),
        steps=tuple(step_of(edge) for edge in certain.chain),
        guards=merge_guards(edge.guards for edge in certain.chain),
        reason=certain.message,
    )


def _phrase(raised: PredictedRaise) -> str:
    return f"{raised.exception} in {raised.site.owner}"
