"""Judging what classes are: linearisations, method suppliers, and what a factory returned."""

from __future__ import annotations

import re

from tracer.judge.answers import Answer, confirmed, not_exercised, not_observed, refuted
from tracer.judge.runs import IndexedRun
from tracer.model.claims import Claim
from tracer.model.names import SymbolId
from tracer.model.verdicts import UNDECIDED

_ORDINAL = re.compile(r"#\d+")


def judge_mro(claim: Claim, run: IndexedRun) -> Answer:
    """Judge a linearisation by the class's real ``__mro__``."""
    observed = run.classes.get(claim.subject)
    if observed is None:
        return not_exercised(f"{run.label} does not load the class")
    if observed.mro == claim.expected:
        return confirmed(*observed.mro)
    return _wrong(claim, _difference(claim.expected, observed.mro), *observed.mro)


def judge_method(claim: Claim, run: IndexedRun) -> Answer:
    """Judge which class supplies a method by what the loaded class has under that name, patches included."""
    symbol, _, name = claim.subject.rpartition(" ")
    observed = run.classes.get(symbol)
    if observed is None:
        return not_exercised(f"{run.label} does not load the class")
    supplier = observed.methods.get(name)
    if supplier is None:
        return _wrong(claim, f"the loaded class has no method {name}")
    if any(_is_same_supplier(claimed, supplier) for claimed in claim.expected):
        return confirmed(supplier)
    return _wrong(claim, f"supplied by {supplier}", supplier)


def _is_same_supplier(claimed: SymbolId, seen: SymbolId) -> bool:
    """Whether two symbols name one function; of several definitions of a name only their file tells which one ran.

    Code outside the scope is seen under its run-time name, which has no ``#2``.
    """
    return seen in (claimed, _ORDINAL.sub("", claimed))


def judge_dispatch(claim: Claim, run: IndexedRun) -> Answer:
    """Judge a function by the classes it returned; those it may return beside the claimed ones refute nothing."""
    returned = run.run.returns.get(claim.subject, ())
    if not returned:
        return not_exercised(f"{run.label} did not see it return")
    claimed = set(claim.expected) - {UNDECIDED}
    extra = sorted(set(returned) - claimed)
    missing = sorted(claimed - set(returned))
    actual = tuple(sorted(returned))
    if UNDECIDED in claim.expected and (extra or not claimed):
        return Answer(UNDECIDED, claim.reason, actual)
    if extra:
        return refuted(f"returned {', '.join(extra)}", *actual)
    if missing:
        return not_observed(f"did not return {', '.join(missing)}", *actual)
    return confirmed(*actual)


def _wrong(claim: Claim, reason: str, *actual: str) -> Answer:
    """Refute the claim, unless it said itself that a base could not be followed."""
    return refuted(reason, *actual) if claim.certain else Answer(UNDECIDED, f"{claim.reason}; {reason}", actual)


def _difference(claimed: tuple[str, ...], real: tuple[str, ...]) -> str:
    missing = [symbol for symbol in real if symbol not in claimed]
    invented = [symbol for symbol in claimed if symbol not in real]
    parts = [f"also has {', '.join(missing)}"] * bool(missing) + [f"has no {', '.join(invented)}"] * bool(invented)
    return "; ".join(parts) or "the order differs"
