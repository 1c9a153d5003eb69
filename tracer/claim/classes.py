"""Class claims: full linearisations, and which class supplies a method.

Every documented class and every class that a documented flow or sequence runs on gets its linearisation. A documented
class also gets every method; a class that is only on the way gets those methods that the target's own code supplies
and those that are called on it there, since a model class inherits hundreds that no page speaks of. A class that the
target's own code patches states the patched method, on a page or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tracer.model.claims import Claim
from tracer.model.edges import CallEdge, Site
from tracer.model.names import SymbolId, qualname_of
from tracer.model.program import ClassLinearisation, Program


def claim_class(target: str, linearisation: ClassLinearisation, methods: Iterable[str]) -> tuple[Claim, ...]:
    """Claim a class's linearisation and the suppliers of the named methods."""
    missing = "; ".join(f"base {name}: {reason}" for name, reason in linearisation.unresolved)
    symbol, site, certain = linearisation.symbol, linearisation.site, not missing
    mro = Claim("mro", target, None, symbol, linearisation.mro, (site,), certain=certain, reason=missing)
    return (
        mro,
        *(
            Claim(
                kind="method",
                target=target,
                entry=None,
                subject=f"{symbol} {name}",
                expected=suppliers_of(linearisation, name),
                sites=_method_sites(linearisation, name),
                certain=certain,
                reason=missing or _alternatives_reason(linearisation, name),
            )
            for name in sorted(methods)
        ),
    )


def suppliers_of(linearisation: ClassLinearisation, name: str) -> tuple[SymbolId, ...]:
    """The functions a method may run: several where the class defines it in one way or another."""
    return linearisation.alternatives.get(name) or (linearisation.methods[name],)


def patched_on(program: Program, linearisation: ClassLinearisation) -> set[str]:
    """The names whose patch was put on the class itself, not on one of its bases."""
    bases = [known for base in linearisation.mro[1:] if (known := program.linearisation_of(base))]
    return {
        name
        for name, site in linearisation.patches.items()
        if name in linearisation.methods and all(base.patches.get(name) != site for base in bases)
    }


def classes_on(program: Program, edges: Iterable[CallEdge]) -> dict[SymbolId, set[str]]:
    """The classes that the edges run on or in, each with the methods called on it there."""
    found: dict[SymbolId, set[str]] = {}
    for edge in edges:
        defining = class_of(program, edge.callee)
        named = (edge.receiver, edge.caller_receiver, defining, class_of(program, edge.caller))
        for symbol in filter(None, named):
            if symbol in program.classes:
                found.setdefault(symbol, set())
        receiver = edge.receiver or defining
        method = qualname_of(edge.callee).rpartition(".")[2]
        if receiver in found and method in program.classes[receiver].methods:
            found[receiver].add(method)
    return found


def class_of(program: Program, symbol: SymbolId) -> SymbolId | None:
    """The known class whose body defines the symbol, or None for a plain function."""
    owner = symbol.rpartition(".")[0]
    return owner if owner in program.classes else None


def claim_classes(
    program: Program, target: str, owns: Callable[[SymbolId], bool], documented: Iterable[SymbolId],
    edges: Iterable[CallEdge],
) -> tuple[Claim, ...]:  # fmt: skip
    """Claim every documented class in full and every class on the edges as far as they use it."""
    wanted: dict[SymbolId, set[str]] = {}
    for symbol, called in classes_on(program, edges).items():
        methods = program.classes[symbol].methods
        wanted[symbol] = called | {name for name, supplier in methods.items() if owns(supplier)}
    for symbol in documented:
        wanted[symbol] = set(program.classes[symbol].methods)
    for symbol, known in program.classes.items():
        patched = patched_on(program, known)
        if patched:
            wanted.setdefault(symbol, set()).update(patched)
    return tuple(
        claim for symbol in sorted(wanted) for claim in claim_class(target, program.classes[symbol], wanted[symbol])
    )


def claim_missing_class(target: str, text: str) -> Claim:
    """Claim nothing but that a documented class is not there, so that a lock can report what became of it."""
    reason = f"no class {text!r} in what was analysed"
    return Claim("mro", target, None, text, ("no such class",), certain=False, reason=reason)


def _alternatives_reason(linearisation: ClassLinearisation, name: str) -> str:
    count = len(suppliers_of(linearisation, name))
    return f"one of {count} definitions: code alone cannot tell which" if count > 1 else ""


def _method_sites(linearisation: ClassLinearisation, name: str) -> tuple[Site, ...]:
    patch = linearisation.patches.get(name)
    return (patch, linearisation.site) if patch else (linearisation.site,)
