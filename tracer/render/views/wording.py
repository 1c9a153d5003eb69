"""Every claim as a sentence: what lists of claims say instead of a key.

A reader who has never seen a claim's key must understand what was claimed. Sentences name functions and classes as
the pages do, linked to where they are explained, and hold no verdict.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracer.model.claims import Claim
from tracer.model.names import SymbolId
from tracer.model.verdicts import UNDECIDED, Verdict
from tracer.render.dossier import Dossier
from tracer.render.escape import Markdown, code, escape_text, join, sentence
from tracer.render.views.steps import describe_call

_ORDINAL = re.compile(r" #\d+$")
_NONE = ("builtins:NoneType", "types:NoneType")


def state_claim(dossier: Dossier, verdict: Verdict, here: str) -> Markdown:
    """Say what a verdict is about, without its entry."""
    claim = verdict.claim
    word = _WORDING.get(claim.kind)
    return word(dossier, claim, here) if word else sentence("{} {}", claim.kind, code(claim.subject))


def name_classes(dossier: Dossier, classes: Sequence[SymbolId], here: str) -> Markdown:
    """The classes a function returns, as alternatives; the class of ``None`` by the name of its one object.

    ``undecided`` among them stands for results that the analysis could not follow.
    """
    known = [cls for cls in classes if cls != UNDECIDED]
    shown = [code("None") if cls in _NONE else dossier.symbol(cls, here) for cls in known]
    if len(known) < len(classes):
        shown.append(Markdown("something else that could not be followed" if known else "what could not be followed"))
    return join(" or ", shown) if shown else Markdown("nothing known")


def called_of(claim: Claim) -> tuple[SymbolId, SymbolId, SymbolId | None]:
    """Caller, callee and receiver of a call claim; what was seen and never claimed has them in its subject only."""
    if claim.steps:
        return (claim.steps[0].caller, claim.steps[0].callee, claim.steps[0].receiver)
    caller, _, callee = claim.subject.removeprefix("unpredicted ").partition(" -> ")
    receiver = claim.expected[0] if claim.expected and claim.expected[0] != "-" else None
    return (caller, _ORDINAL.sub("", callee.partition(" on ")[0]), receiver)


def _state_call(dossier: Dossier, claim: Claim, here: str) -> Markdown:
    return describe_call(dossier, *called_of(claim), here)


def _state_guard(dossier: Dossier, claim: Claim, here: str) -> Markdown:
    owner, _, text = claim.subject.partition(": ")
    condition, where = code(_ORDINAL.sub("", text)), dossier.symbol(owner, here)
    if claim.expected and claim.expected[0] in {"true", "false"}:
        return sentence("{} is {} in {}", condition, claim.expected[0], where)
    return sentence("how {} comes out in {}", condition, where)


def _state_result(dossier: Dossier, claim: Claim, here: str) -> Markdown:
    return sentence("{} returns {}", dossier.symbol(claim.subject, here), name_classes(dossier, claim.expected, here))


def _state_excerpt(_: Dossier, claim: Claim, __: str) -> Markdown:
    path, _separator, text = claim.subject.partition(": ")
    return sentence("{} holds {}", code(path), code(text))


def _state_first_write(dossier: Dossier, claim: Claim, here: str) -> Markdown:
    owner, attribute = _ORDINAL.sub("", claim.subject).split(" ")[:2]
    writer = claim.sites[0].owner if claim.sites else (claim.expected[0] if claim.expected else "")
    pattern = "{} of {} is first set in {}" if claim.certain else "{} of {} may first be set in {}"
    return sentence(pattern, code(attribute), dossier.symbol(owner, here), dossier.symbol(writer, here))


def _state_flow(dossier: Dossier, claim: Claim, here: str) -> Markdown:
    count = len(claim.steps)
    calls = "1 call leads" if count == 1 else f"{count or 'no'} calls lead"
    return sentence("{} to the first start of {}", calls, dossier.symbol(claim.subject, here))


def _state_method(dossier: Dossier, claim: Claim, here: str) -> Markdown:
    owner, _, name = claim.subject.rpartition(" ")
    suppliers = join(" or ", [dossier.symbol(supplier, here) for supplier in claim.expected])
    return sentence("{} on {} runs {}", code(name), dossier.symbol(owner, here), suppliers)


def _state_mro(dossier: Dossier, claim: Claim, here: str) -> Markdown:
    count = len(claim.expected)
    return sentence("the {} classes of {}, in order", count, dossier.symbol(claim.subject, here))


def _state_ending(_: Dossier, claim: Claim, __: str) -> Markdown:
    if claim.subject == "-":
        return sentence("the scenario {}", claim.expected[0] if claim.expected else "ends")
    return sentence("the scenario ends in {}", code(claim.subject.removeprefix("builtins:")))


def _state_reads(_: Dossier, claim: Claim, __: str) -> Markdown:
    return sentence("the places that read {}", code(claim.subject))


def _state_writes(_: Dossier, claim: Claim, __: str) -> Markdown:
    return sentence("no other place stores {}", code(claim.subject))


_WORDING = {
    "call": _state_call,
    "dispatch": _state_result,
    "excerpt": _state_excerpt,
    "first-write": _state_first_write,
    "flow": _state_flow,
    "guard": _state_guard,
    "method": _state_method,
    "mro": _state_mro,
    "raises": _state_ending,
    "reads": _state_reads,
    "writes": _state_writes,
}


def name_entry(claim: Claim) -> Markdown:
    """The scenario a claim is about, or that it is about every one."""
    return escape_text(claim.entry or "any entry")
