"""How a claim and a difference read in one line of a report."""

from __future__ import annotations

from collections import Counter

from tracer.model.claims import KINDS
from tracer.model.names import qualname_of

_PHRASES = {
    "mro": "the linearisation of {}",
    "method": "the supplier of {}",
    "call": "the call {}",
    "flow": "the flow to {}",
    "first-write": "the first write of {}",
    "writes": "the set of writes of {}",
    "reads": "the set of reads of {}",
    "guard": "the condition {}",
    "dispatch": "what {} returns",
    "raises": "the ending {}",
    "excerpt": "the excerpt {}",
}


def describe_claim(key: str) -> str:
    """A claim's key as words: ``the flow to Model.forward [vita demo]``."""
    kind, target, entry, subject = key.split(" ", 3)
    where = target if entry == "-" else f"{target} {entry}"
    if kind == "raises" and subject == "-":
        return f"completing without an exception [{where}]"
    return f"{_PHRASES[kind].format(_shown(kind, subject))} [{where}]"


def describe_difference(before: tuple[str, ...], after: tuple[str, ...]) -> str:
    """What went and what came, in the order of each version; or that only the order differs."""
    lost, gained = Counter(before) - Counter(after), Counter(after) - Counter(before)
    parts = []
    if lost:
        parts.append(f"no longer {', '.join(text for text in dict.fromkeys(before) if text in lost)}")
    if gained:
        parts.append(f"now {', '.join(text for text in dict.fromkeys(after) if text in gained)}")
    return "; ".join(parts) or "the order differs"


def kind_rank(key: str) -> int:
    """Where a claim's kind stands in a report: causes (classes) before effects (calls), as in ``KINDS``."""
    kind = key.partition(" ")[0]
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


def _shown(kind: str, subject: str) -> str:
    if kind == "excerpt":
        return subject
    if kind == "guard":
        # What follows is source text, in which a colon is no symbol's.
        owner, _, text = subject.partition(": ")
        return f"{_short(owner)}: {text}"
    return " ".join(_short(word) for word in subject.split(" "))


def _short(word: str) -> str:
    return qualname_of(word) or word
