"""The C3 linearisation as Python applies it.

Source: Barrett et al., "A Monotonic Superclass Linearization for Dylan", 1996.
"""

from __future__ import annotations

from collections.abc import Sequence

from tracer.model.names import SymbolId

OBJECT = "builtins:object"


def linearise(symbol: SymbolId, bases: Sequence[SymbolId], mros: Sequence[Sequence[SymbolId]]) -> tuple[SymbolId, ...]:
    """Merge the bases' linearisations behind ``symbol``.

    ``mros`` are the linearisations of ``bases``, in order. Raises ``ValueError`` where no consistent order exists, as
    the interpreter raises ``TypeError``.
    """
    pending = [list(mro) for mro in mros] + [list(bases)]
    result = [symbol]
    while pending := [sequence for sequence in pending if sequence]:
        head = next(
            (sequence[0] for sequence in pending if not any(sequence[0] in other[1:] for other in pending)),
            None,
        )
        if head is None:
            names = ", ".join(sequence[0] for sequence in pending)
            raise ValueError(f"no consistent method resolution order for {symbol} over {names}")
        result.append(head)
        for sequence in pending:
            if sequence[0] == head:
                del sequence[0]
    return tuple(result)
