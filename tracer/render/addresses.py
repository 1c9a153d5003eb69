"""Which page a thing is explained on: the one place that names files below ``docs/generated``.

Addresses are POSIX paths relative to that folder. They depend only on what the claims are about, so a page keeps its
address while lines, verdicts and other pages change.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tracer.model.names import SymbolId, qualname_of, short_name_of
from tracer.model.targets import Target
from tracer.model.verdicts import CONFIRMED, HOLDS, OBSERVED
from tracer.render.ledger import Ledger

ROWS_PER_PAGE = 300
SETTLED = (CONFIRMED, HOLDS, OBSERVED)
LEGEND = "legend.md"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Pages of one target by what they are about.

    ``methods`` are the methods that have a row on their class's page; ``rows`` maps a claim key to its row on a
    verification page.
    """

    folder: str
    classes: Mapping[SymbolId, str]
    methods: frozenset[SymbolId]
    attributes: Mapping[str, str]
    flows: Mapping[tuple[SymbolId, str], str]
    sequences: tuple[str, ...]
    rows: Mapping[str, str]

    @property
    def overview(self) -> str:
        """The target's first page."""
        return f"{self.folder}/index.md"

    @property
    def verification(self) -> str:
        """The page that counts outcomes."""
        return f"{self.folder}/verification/index.md"

    @property
    def limits(self) -> str:
        """The page of what the walk could not see."""
        return f"{self.folder}/verification/limits.md"

    def find_symbol(self, symbol: SymbolId) -> str | None:
        """The address of a class, or of a method's row on its class's page."""
        if symbol in self.classes:
            return self.classes[symbol]
        owner, _, name = symbol.rpartition(".")
        page = self.classes.get(owner)
        return f"{page}#{slug_of(name)}" if page and symbol in self.methods else page


def assign_addresses(target: Target, ledger: Ledger) -> Addresses:
    """Give every page of a target its address."""
    folder = slug_of(target.name)
    flows = {(v.claim.subject, v.claim.entry or ""): None for v in ledger.of_kind("flow")}
    classes = sorted({v.claim.subject for v in ledger.of_kind("mro")})
    titles = [f"{title} {number}" for number, (title, _, _) in enumerate(target.documented.sequences, 1)]
    return Addresses(
        folder,
        {symbol: f"{folder}/classes/{name}.md" for symbol, name in name_symbols(classes).items()},
        frozenset(v.claim.subject.replace(" ", ".") for v in ledger.of_kind("method")),
        {name: f"{folder}/attributes/{slug_of(name)}.md" for name in list_attributes(target, ledger)},
        _address_flows(folder, sorted(flows)),
        tuple(f"{folder}/sequences/{slug_of(title).lower()}.md" for title in titles),
        _address_rows(folder, ledger),
    )


def list_attributes(target: Target, ledger: Ledger) -> tuple[str, ...]:
    """The attributes that have a page, sorted: those configured and those claimed."""
    claimed = {verdict.claim.subject for verdict in ledger.of_kind("writes", "reads")}
    return tuple(sorted(claimed | set(target.documented.attributes)))


def outcome_page(folder: str, outcome: str, part: int) -> str:
    """The page that lists claims of one outcome; parts count from 1."""
    suffix = f"-{part}" if part > 1 else ""
    return f"{folder}/verification/{slug_of(outcome)}{suffix}.md"


def anchor_of(key: str) -> str:
    """A short id for a claim's row, stable while the claim keeps its key."""
    return "c-" + hashlib.sha256(key.encode()).hexdigest()[:10]


def slug_of(text: str) -> str:
    """A file or anchor name: ASCII letters, digits, dots, dashes and underscores."""
    return re.sub(r"[^A-Za-z0-9_.]+", "-", text).strip("-.") or "unnamed"


def name_symbols(symbols: Iterable[SymbolId]) -> dict[SymbolId, str]:
    """Name a file for each symbol: its short name, or the whole symbol where two would share one in any case."""
    ordered = sorted(symbols)
    uses = Counter(slug_of(short_name_of(symbol)).casefold() for symbol in ordered)
    shorts = {symbol: slug_of(short_name_of(symbol)) for symbol in ordered}
    return {s: shorts[s] if uses[shorts[s].casefold()] == 1 else slug_of(s.replace(":", ".")) for s in ordered}


def relative_to(here: str, address: str) -> str:
    """The link from one page to another address."""
    page, hash_sign, anchor = address.partition("#")
    path = "" if page == here and anchor else posixpath.relpath(page, posixpath.dirname(here) or ".")
    return f"{path}{hash_sign}{anchor}"


def _address_flows(folder: str, flows: list[tuple[SymbolId, str]]) -> dict[tuple[SymbolId, str], str]:
    names = name_symbols({symbol for symbol, _ in flows})
    return {(s, e): f"{folder}/flows/{names[s]}{'.' + slug_of(e) if e else ''}.md" for s, e in flows}


def _address_rows(folder: str, ledger: Ledger) -> dict[str, str]:
    rows: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for verdict in ledger.verdicts:
        if verdict.outcome in SETTLED:
            continue
        part = counts[verdict.outcome] // ROWS_PER_PAGE + 1
        counts[verdict.outcome] += 1
        rows[verdict.claim.key] = f"{outcome_page(folder, verdict.outcome, part)}#{anchor_of(verdict.claim.key)}"
    return rows


def title_of(symbol: SymbolId) -> str:
    """What a page calls a symbol: its qualified name, or the module for a top level."""
    return qualname_of(symbol) or symbol
