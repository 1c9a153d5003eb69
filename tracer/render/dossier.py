"""All that is known about one target, with the phrases that every page makes from it.

``TracedTarget`` is what the caller hands in; a ``Dossier`` is the same, indexed. It turns symbols, places and verdicts
into linked fragments, so that a thing is written the same way on every page.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tracer.model.claims import Claim
from tracer.model.edges import Site
from tracer.model.evidence import ScenarioRun
from tracer.model.names import Span, SymbolId, module_of
from tracer.model.program import Program
from tracer.model.targets import Target
from tracer.model.verdicts import Summary, Verdict
from tracer.render.addresses import SETTLED, Addresses, anchor_of, assign_addresses, relative_to, title_of
from tracer.render.badges import badge
from tracer.render.escape import Markdown, code, escape_text, join, sentence
from tracer.render.ledger import Ledger, build_ledger
from tracer.render.observations import Observations, collect_observations
from tracer.render.permalinks import Permalinks, permalinks_of

FindLines = Callable[[str], Sequence[str] | None]


@dataclass(frozen=True, slots=True)
class TracedTarget:
    """One target's results. ``lines_of`` gives a file's lines by ``Site.path``, or None where it cannot be read."""

    target: Target
    program: Program
    claims: tuple[Claim, ...]
    verdicts: tuple[Verdict, ...]
    runs: tuple[ScenarioRun, ...]
    lines_of: FindLines
    summary: Summary | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """A traced target and its indexes."""

    target: Target
    program: Program
    ledger: Ledger
    observations: Observations
    permalinks: Permalinks
    addresses: Addresses
    lines_of: FindLines
    summary: Summary | None

    def is_own(self, symbol: SymbolId) -> bool:
        """Whether a symbol belongs to the documented packages or is a script of theirs, not to a library."""
        if self.target.owns(symbol):
            return True
        module = module_of(symbol)
        return any(module == module_of(trace.symbol) for trace in self.program.traces.values())

    def library_of(self, symbol: SymbolId) -> str:
        """The library a symbol comes from with its version, empty for the project's own."""
        package = module_of(symbol).partition(".")[0]
        if self.is_own(symbol):
            return ""
        return "Python" if package in sys.stdlib_module_names else self.version_of(package)

    def version_of(self, package: str) -> str:
        """A library's name, with its version where the link found one."""
        return f"{package} {self.program.libraries.get(package, '')}".rstrip()

    def symbol(self, symbol: SymbolId, here: str) -> Markdown:
        """A symbol as code, linked to where it is explained."""
        return self.link(code(title_of(symbol)), self.addresses.find_symbol(symbol), here)

    def receiver(self, symbol: SymbolId | None, here: str) -> Markdown:
        """The class a method runs on, or a dash for a plain function."""
        return self.symbol(symbol, here) if symbol else Markdown("–")

    def link(self, text: Markdown, address: str | None, here: str) -> Markdown:
        """Link a fragment to an address, or leave it as it is where there is none or it is this very page."""
        if not address or address == here:
            return text
        return Markdown(f"[{text}]({relative_to(here, address)})")

    def place(self, site: Site) -> Markdown:
        """``file:line``, linked to the repository's web view where a template is configured."""
        return self.linked(code(f"{site.path}:{site.span.line}"), site)

    def linked(self, text: Markdown, site: Site) -> Markdown:
        """A fragment, linked to a place in the repository's web view where a template is configured."""
        url = self.permalinks.url_of(site)
        return Markdown(f"[{text}](<{url}>)") if url and not set(url) & set(" <>\n") else text

    def locate(self, path: str, span: Span) -> Site:
        """The place of what knows its file, but not whether that is a library's: a condition, a recorded frame."""
        package = path.partition("/")[0]
        owned = {name.partition(".")[0] for name in self.target.packages}
        is_library = package in self.program.libraries and package not in owned
        return Site(path, span, "", "", package if is_library else None)

    def shown_place(self, site: Site, here: str) -> Markdown:
        """A place whose lines are shown, with the verdict that they hold the text claimed, if it is claimed."""
        verdict = self.ledger.find_excerpt(site)
        return sentence("{} {}", self.place(site), self.badge(verdict, here)) if verdict else self.place(site)

    def badge(self, verdict: Verdict | None, here: str) -> Markdown:
        """A verdict's badge, linked to its row on the verification page unless it is confirmed."""
        if verdict is None:
            return Markdown("–")
        mark = badge(verdict.outcome, verdict.reason, anchor_of(verdict.claim.key))
        return self.link(mark, self.addresses.rows.get(verdict.claim.key), here)

    def explanation(self, verdict: Verdict | None) -> Markdown:
        """Why a verdict is not ``confirmed`` and what was really seen, empty for one that needs no words."""
        if verdict is None or verdict.outcome in SETTLED:
            return Markdown("")
        reason = verdict.reason or verdict.claim.reason
        parts = [escape_text(reason)]
        if unsaid := tuple(code(seen) for seen in verdict.actual if seen not in reason):
            parts.append(sentence("seen: {}", join(", ", unsaid)))
        text = join("; ", [part for part in parts if part])
        return sentence('<span class="tracer-reason">{}</span>', text) if text else text


def open_dossier(traced: TracedTarget, ref: str) -> Dossier:
    """Index a traced target; ``ref`` fills its permalinks where it names none of its own."""
    ledger = build_ledger(traced.claims, traced.verdicts)
    return Dossier(
        traced.target,
        traced.program,
        ledger,
        collect_observations(traced.runs, traced.program),
        permalinks_of(traced.target, traced.program.libraries, traced.target.ref or ref),
        assign_addresses(traced.target, ledger),
        traced.lines_of,
        traced.summary,
    )
