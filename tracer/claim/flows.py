"""Flow claims: from this entry, this ordered chain of calls is the first to reach the documented symbol.

The chain is the first of the walk whose guards all leave it open. A flow whose symbol is no longer reached stays a
claim, with nothing expected but that, so that a lock which remembers a chain reports what became of it.
"""

from __future__ import annotations

from tracer.claim.calls import step_of
from tracer.claim.guards import is_open, merge_guards, undecided_reason
from tracer.claim.symbols import find_callable
from tracer.model.claims import Claim, reached_name
from tracer.model.edges import CallEdge
from tracer.model.names import SymbolId
from tracer.model.program import EntryTrace, Program

NOT_REACHED = "not reached"


def find_open_chain(trace: EntryTrace, symbol: SymbolId) -> tuple[CallEdge, ...] | None:
    """The first chain to ``symbol``, in walk order, that no decided guard forbids, or None.

    Like ``EntryTrace.find_chain``, but a call that cannot happen neither counts nor hides a later one.
    """
    seen: set[int] = set()
    stack: list[tuple[int, tuple[CallEdge, ...]]] = [(0, ())]
    while stack:
        index, chain = stack.pop()
        if chain and chain[-1].callee == symbol:
            return chain
        if index not in seen:
            seen.add(index)
            calls = [call for call in trace.contexts[index].calls if all(map(is_open, call.edge.guards))]
            stack.extend((call.context, (*chain, call.edge)) for call in reversed(calls))
    return None


def is_certain(chain: tuple[CallEdge, ...], alternatives: dict[tuple[object, ...], set[SymbolId | None]]) -> bool:
    """Whether every guard on the chain is decided and no site on it could run the callee on another class."""
    return all(
        all(guard.value != "undecided" for guard in edge.guards)
        and len(alternatives[edge.site, edge.caller_receiver, edge.callee]) == 1
        for edge in chain
    )


def claim_flow(program: Program, target: str, text: str, entry: str) -> Claim:
    """Claim how ``entry`` first reaches the symbol that ``text`` names.

    Raises ``TargetError`` where ``text`` is ambiguous.
    """
    symbol = find_callable(program, text)
    trace = program.traces.get(entry)
    if symbol is None or trace is None:
        missing = f"no symbol {text!r}" if symbol is None else f"no entry {entry!r}"
        return _unreached(target, entry, symbol or text, f"{missing} in what was analysed")
    chain = find_open_chain(trace, symbol)
    if chain is None:
        return _unreached(target, entry, symbol, f"no call in the trace of {entry} leads to it")
    guards = merge_guards(edge.guards for edge in chain)
    return Claim(
        kind="flow",
        target=target,
        entry=entry,
        subject=symbol,
        expected=tuple(reached_name(edge.callee, edge.receiver) for edge in chain),
        sites=tuple(edge.site for edge in chain),
        steps=tuple(step_of(edge) for edge in chain),
        guards=guards,
        certain=is_certain(chain, receivers_by_site(trace)),
        reason=undecided_reason(guards),
    )


def receivers_by_site(trace: EntryTrace) -> dict[tuple[object, ...], set[SymbolId | None]]:
    """The receivers each (site, caller's receiver, callee) of a trace may have."""
    found: dict[tuple[object, ...], set[SymbolId | None]] = {}
    for edge in trace.edges():
        found.setdefault((edge.site, edge.caller_receiver, edge.callee), set()).add(edge.receiver)
    return found


def _unreached(target: str, entry: str, subject: str, reason: str) -> Claim:
    return Claim("flow", target, entry, subject, (NOT_REACHED,), certain=False, reason=reason)
