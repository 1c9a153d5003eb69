"""What the site asserts: one value per sentence that can be true or false.

A claim is keyed by symbols, never by lines. ``expected`` is what the lock compares; ``sites`` are where to look and
where to link, and may move without changing the claim.
"""

from __future__ import annotations

from dataclasses import dataclass

from tracer.model.edges import Guard, Site
from tracer.model.names import SymbolId

KINDS = (
    "mro", "method", "call", "flow", "first-write", "writes", "reads", "guard", "dispatch", "raises", "excerpt",
)  # fmt: skip


def call_subject(caller: SymbolId, callee: SymbolId) -> str:
    """The subject of a call claim, before an ordinal is added where several sites share it."""
    return f"{caller} -> {callee}"


def reached_name(symbol: SymbolId, receiver: SymbolId | None) -> str:
    """A callee as flows name it: ``symbol [receiver]``, or the bare symbol of a plain function."""
    return f"{symbol} [{receiver}]" if receiver else symbol


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """One call of a flow: who calls, whom, on which class, through which out-of-scope frames, from where."""

    caller: SymbolId
    callee: SymbolId
    receiver: SymbolId | None
    via: tuple[SymbolId, ...]
    site: Site


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """One assertion.

    ``subject`` names what it is about and with ``kind``, ``target`` and ``entry`` makes the key. By kind:

    ========== ============================================= ======================================================
    kind       subject                                       expected
    ========== ============================================= ======================================================
    mro        class symbol                                  the linearisation, first to last
    method     ``class.method`` as ``symbol name``           (supplier symbol,), several: one of them
    call       ``caller -> callee`` (+ `` #n``)              (receiver or ``-``, ``via ...``, ``must``/``may``)
    flow       target symbol                                 the callees in order, ``callee [receiver]``
    first-write ``owner.attribute`` as ``symbol attribute``  (writing symbol, form, ``via chain...``, guards ...)
    writes     attribute                                     ``form in owner`` of every site, generic ones marked
    reads      attribute                                     ``form in owner`` of every site
    guard      ``owner: text``                               (``true``/``false``/``undecided``,)
    dispatch   function symbol                               class symbols (+ ``undecided``: perhaps others)
    raises     ``-`` or exception                            (exception, raising symbol)
    excerpt    ``path: text``                                (text,)
    ========== ============================================= ======================================================
    """

    kind: str
    target: str
    entry: str | None
    subject: str
    expected: tuple[str, ...]
    sites: tuple[Site, ...] = ()
    steps: tuple[Step, ...] = ()
    guards: tuple[Guard, ...] = ()
    certain: bool = True
    reason: str = ""

    @property
    def key(self) -> str:
        """The claim's identity across revisions: ``kind target entry subject``, an absent entry as ``-``."""
        return f"{self.kind} {self.target} {self.entry or '-'} {self.subject}"


@dataclass(frozen=True, slots=True)
class LockedClaim:
    """A claim as the lock keeps it: what it says and which pages say it, without places.

    ``pages`` are the paths of the pages, below the folder of generated pages, that state the claim.
    """

    kind: str
    target: str
    entry: str | None
    subject: str
    expected: tuple[str, ...]
    certain: bool = True
    pages: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The same identity as ``Claim.key``."""
        return f"{self.kind} {self.target} {self.entry or '-'} {self.subject}"
