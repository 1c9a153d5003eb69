"""The lock against the claims derived now: what is new, what changed, what is gone, and which acceptances are stale.

Places are no part of a locked claim, so moved lines compare equal. A call that is gone and a new one from the same
caller stay two changes; the report puts them beside each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tracer.model.claims import Claim, LockedClaim
from tracer.model.targets import Accepted
from tracer.model.verdicts import REFUTED, STALE, Change, Verdict

NEW = "new"
CHANGED = "changed"
GONE = "gone"
_UNCERTAIN = "(not certain)"


def compare(locked: Iterable[LockedClaim], claims: Iterable[Claim]) -> tuple[Change, ...]:
    """Compare a lock with the claims derived now; changes sorted by key."""
    before = {claim.key: claim for claim in locked}
    after = {claim.key: claim for claim in claims}
    changes = []
    for key in sorted(before.keys() | after.keys()):
        change = _change_of(key, before.get(key), after.get(key))
        if change:
            changes.append(change)
    return tuple(changes)


def find_stale_acceptances(
    accepted: Sequence[Accepted], verdicts: Iterable[Verdict], changes: Iterable[Change]
) -> tuple[tuple[Accepted, str], ...]:
    """Acceptances that have nothing left to accept, each with the reason, in the order given.

    Of a claim whose evidence is stale nothing is known, so its acceptance stays.
    """
    outcomes = {verdict.claim.key: verdict.outcome for verdict in verdicts}
    changed = {change.key for change in changes}
    stale = []
    for acceptance in accepted:
        outcome = outcomes.get(acceptance.claim)
        if acceptance.claim in changed or outcome in (REFUTED, STALE):
            continue
        stale.append((acceptance, f"the claim is {outcome} now" if outcome else "no claim has this key"))
    return tuple(stale)


def _change_of(key: str, before: LockedClaim | None, after: Claim | None) -> Change | None:
    if before is None and after is not None:
        return Change(NEW, key, (), _stated(after), after)
    if before is not None and after is None:
        return Change(GONE, key, _stated(before), (), None, before.pages)
    if before is not None and after is not None and _stated(before) != _stated(after):
        return Change(CHANGED, key, _stated(before), _stated(after), after, before.pages)
    return None


def _stated(claim: Claim | LockedClaim) -> tuple[str, ...]:
    return claim.expected if claim.certain else (*claim.expected, _UNCERTAIN)
