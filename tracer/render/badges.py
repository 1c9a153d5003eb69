"""Verdicts as small badges: a symbol and a word, so that neither colour nor sight is needed to read one.

The symbol is hidden from screen readers, which read the word. Colours are in ``templates/tracer.css``.
"""

from __future__ import annotations

from tracer.model import verdicts
from tracer.render.escape import Markdown, escape_text

SYMBOLS = {
    verdicts.REFUTED: "✗",
    verdicts.UNPREDICTED: "!",
    verdicts.UNDECIDED: "?",
    verdicts.STALE: "↺",
    verdicts.NOT_OBSERVED: "◌",
    verdicts.NOT_EXERCISED: "○",
    verdicts.CONFIRMED: "✓",
    verdicts.OBSERVED: "●",
    verdicts.HOLDS: "≡",
    verdicts.STATIC: "§",
}
MEANINGS = {
    verdicts.REFUTED: "A run contradicts it. What really happened stands beside it.",
    verdicts.UNPREDICTED: "A run showed it and the analysis had not claimed it: a miss of the analysis.",
    verdicts.UNDECIDED: "The code alone does not decide it, and the reason is given.",
    verdicts.STALE: "The evidence is about other bytes of a file it rests on, of a scenario configured otherwise, or of"
    " a program that recording changed.",
    verdicts.NOT_OBSERVED: "It may happen; the place was executed, and it did not happen in these runs.",
    verdicts.NOT_EXERCISED: "No run executed the place, so nothing is known either way.",
    verdicts.CONFIRMED: "A run of the real code showed exactly this.",
    verdicts.OBSERVED: "A measurement of a run, with nothing claimed beforehand.",
    verdicts.HOLDS: "The named lines of the file hold this text.",
    verdicts.STATIC: "Follows from the source; no monitor watches this kind of fact.",
}


def badge(outcome: str, reason: str = "", claim: str = "") -> Markdown:
    """Make the badge of an outcome; ``reason`` becomes its tooltip and ``claim`` names what it speaks of."""
    about = f' data-claim="{claim}"' if claim else ""
    title = f' title="{escape_text(reason)}"' if reason else ""
    css = "tracer-" + outcome.replace(" ", "-")
    symbol = f'<span aria-hidden="true">{SYMBOLS[outcome]}</span>'
    return Markdown(f'<span class="tracer-badge {css}"{about}{title}>{symbol} {outcome}</span>')
