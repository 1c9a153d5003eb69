"""What a reader of the code may not have known: contradicted sentences, exceptions, patches, surprising writers.

A finding is about the code. What the analysis itself missed, calls that ran and that nobody predicted, is told apart
and grouped, since one missing model of a library function shows up at every place that calls it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tracer.model.names import SymbolId
from tracer.model.program import ClassLinearisation
from tracer.model.verdicts import REFUTED, UNPREDICTED, Verdict
from tracer.render.dossier import Dossier
from tracer.render.escape import Markdown, code, join, sentence
from tracer.render.views.wording import called_of, state_claim

_CALLERS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: a sentence with its verdict, where it can be seen, and what else is known."""

    badge: Markdown
    statement: Markdown
    place: Markdown
    detail: Markdown


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings of one sort."""

    title: str
    anchor: str
    lead: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class MissedCallee:
    """A function that runs reached without a prediction: how often, and from which functions."""

    callee: Markdown
    number: int
    entries: str
    callers: Markdown


def collect_findings(dossier: Dossier, here: str) -> tuple[FindingGroup, ...]:
    """All findings of a target; sorts without any are left out."""
    ledger = dossier.ledger
    refuted = [v for v in ledger.verdicts if v.outcome == REFUTED]
    raised = [v for v in ledger.of_kind("raises") if v.claim.subject != "-" and v.outcome != REFUTED]
    writers = [v for v in ledger.of_kind("first-write") if v.claim.sites and v.claim.sites[0].library]
    ambiguous = [v for v in ledger.of_kind("dispatch") if len(v.claim.expected) > 1]
    groups = (
        _group(dossier, "Refuted", "refuted", "A run contradicts these sentences.", refuted, here),
        _group(dossier, "Runs that end in an exception", "raises", "Predicted from the code alone.", raised, here),
        FindingGroup(
            "Monkey patches in force",
            "patches",
            "These methods are not the ones their class defines.",
            _find_patches(dossier, here),
        ),
        _group(
            dossier,
            "Library code that writes first",
            "writers",
            "No assignment in the project sets these first.",
            writers,
            here,
        ),
        _group(
            dossier,
            "Functions that return one of several classes",
            "dispatch",
            "Which one is decided while the program runs.",
            ambiguous,
            here,
        ),
    )
    return tuple(group for group in groups if group.findings)


def _group(
    dossier: Dossier, title: str, anchor: str, lead: str, verdicts: Iterable[Verdict], here: str
) -> FindingGroup:
    return FindingGroup(title, anchor, lead, tuple(_find(dossier, verdict, here) for verdict in verdicts))


def _find(dossier: Dossier, verdict: Verdict, here: str) -> Finding:
    claim = verdict.claim
    place = dossier.place(claim.sites[0]) if claim.sites else Markdown("–")
    message = code(claim.reason) if claim.kind == "raises" else Markdown("")
    detail = tuple(part for part in (message, dossier.explanation(verdict)) if part)
    entry = sentence("In {}: ", claim.entry) if claim.entry else Markdown("")
    statement = sentence("{}{}", entry, state_claim(dossier, verdict, here))
    return Finding(dossier.badge(verdict, here), statement, place, join("; ", detail))


def _find_patches(dossier: Dossier, here: str) -> tuple[Finding, ...]:
    linked = [cls for _, cls in sorted(dossier.program.classes.items()) if cls.patches]
    return tuple(_describe_patch(dossier, cls, name, here) for cls in linked for name in sorted(cls.patches))


def _describe_patch(dossier: Dossier, cls: ClassLinearisation, name: str, here: str) -> Finding:
    verdict = dossier.ledger.find("method", f"{cls.symbol} {name}")
    runs = dossier.symbol(cls.methods[name], here) if name in cls.methods else Markdown("an unknown function")
    statement = sentence("{} on {} runs {}", code(name), dossier.symbol(cls.symbol, here), runs)
    return Finding(dossier.badge(verdict, here), statement, dossier.place(cls.patches[name]), Markdown(""))


def group_missed(dossier: Dossier, here: str) -> tuple[MissedCallee, ...]:
    """The calls that were seen and not predicted, by the function reached, the most frequent first."""
    missed: defaultdict[SymbolId, list[Verdict]] = defaultdict(list)
    for verdict in dossier.ledger.verdicts:
        if verdict.outcome == UNPREDICTED and verdict.claim.kind == "call":
            missed[called_of(verdict.claim)[1]].append(verdict)
    ordered = sorted(missed.items(), key=lambda one: (-len(one[1]), one[0]))
    return tuple(_describe_missed(dossier, callee, verdicts, here) for callee, verdicts in ordered)


def _describe_missed(dossier: Dossier, callee: SymbolId, verdicts: list[Verdict], here: str) -> MissedCallee:
    callers = sorted({called_of(verdict.claim)[0] for verdict in verdicts})
    shown = [dossier.symbol(caller, here) for caller in callers[:_CALLERS_SHOWN]]
    more = len(callers) - len(shown)
    shown += [sentence("{} more", more)] if more else []
    entries = sorted({verdict.claim.entry or "any entry" for verdict in verdicts})
    return MissedCallee(dossier.symbol(callee, here), len(verdicts), ", ".join(entries), join(", ", shown))
