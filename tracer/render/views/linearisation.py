"""A class: its full method resolution order, who supplies each method, what patched it, and its family tree."""

from __future__ import annotations

from dataclasses import dataclass

from tracer.model.edges import Site
from tracer.model.names import SymbolId, module_of
from tracer.model.program import ClassLinearisation
from tracer.model.verdicts import Verdict
from tracer.render.addresses import slug_of, title_of
from tracer.render.dossier import Dossier
from tracer.render.escape import Markdown, code, join, sentence
from tracer.render.excerpts import cut_excerpt
from tracer.render.graphs import NODE_LIMIT, Graph, GraphEdge, GraphNode
from tracer.render.views.flow import html_link


@dataclass(frozen=True, slots=True)
class AncestorRow:
    """One class of the linearisation."""

    number: int
    name: Markdown
    module: Markdown
    origin: str


@dataclass(frozen=True, slots=True)
class MethodRow:
    """One method and the class whose code runs."""

    anchor: Markdown
    name: Markdown
    supplier: Markdown
    origin: str
    badge: Markdown
    note: Markdown


@dataclass(frozen=True, slots=True)
class ClassView:
    """The page of one class. ``inherited`` are the methods libraries supply, ``own`` those of the project."""

    name: Markdown
    symbol: Markdown
    place: Markdown
    badge: Markdown
    explanation: Markdown
    excerpt: Markdown
    ancestors: tuple[AncestorRow, ...]
    own: tuple[MethodRow, ...]
    inherited: tuple[MethodRow, ...]
    unclaimed: str
    patches: tuple[Markdown, ...]
    unresolved: tuple[Markdown, ...]
    graph: Graph
    outline: tuple[Markdown, ...]


def build_class(dossier: Dossier, verdict: Verdict, here: str) -> ClassView:
    """Build the page of the class an MRO claim is about."""
    claim = verdict.claim
    linked = dossier.program.linearisation_of(claim.subject)
    site = linked.site if linked else (claim.sites[0] if claim.sites else None)
    rows = _build_methods(dossier, linked, here)
    return ClassView(
        code(title_of(claim.subject)),
        code(claim.subject),
        dossier.place(site) if site else Markdown(""),
        dossier.badge(verdict, here),
        dossier.explanation(verdict),
        cut_excerpt(dossier.lines_of, _first_line_of(site), 0) if site else Markdown(""),
        _build_ancestors(dossier, claim.expected, here),
        tuple(row for row in rows if not row.origin),
        tuple(row for row in rows if row.origin),
        _count_unclaimed(linked, rows),
        _list_patches(dossier, linked),
        _list_unresolved(linked),
        draw_family(dossier, claim.subject, claim.expected, here),
        _outline(dossier, claim.expected, here),
    )


def _first_line_of(site: Site) -> Site:
    span = site.span._replace(end_line=site.span.line)
    return Site(site.path, span, site.owner, site.form, site.library)


def _build_ancestors(dossier: Dossier, mro: tuple[SymbolId, ...], here: str) -> tuple[AncestorRow, ...]:
    return tuple(
        AncestorRow(number, dossier.symbol(cls, here), code(module_of(cls)), dossier.library_of(cls) or "this project")
        for number, cls in enumerate(mro, 1)
    )


def _build_methods(dossier: Dossier, linked: ClassLinearisation | None, here: str) -> tuple[MethodRow, ...]:
    """A row per claimed method: what is claimed is what this class adds or what is called on it."""
    found = [
        _build_method(dossier, linked, name, supplier, here)
        for name, supplier in (sorted(linked.methods.items()) if linked else ())
        if linked
    ]
    return tuple(row for row in found if row is not None)


def _build_method(
    dossier: Dossier, linked: ClassLinearisation, name: str, supplier: SymbolId, here: str
) -> MethodRow | None:
    verdict = dossier.ledger.find("method", f"{linked.symbol} {name}")
    if verdict is None:
        return None
    patched = linked.patches.get(name)
    note = sentence("replaced at {}", dossier.place(patched)) if patched else dossier.explanation(verdict)
    return MethodRow(
        Markdown(slug_of(name)),
        code(name),
        join(" or ", [dossier.symbol(one, here) for one in linked.alternatives.get(name, (supplier,))]),
        dossier.library_of(supplier),
        dossier.badge(verdict, here),
        note,
    )


def _count_unclaimed(linked: ClassLinearisation | None, rows: tuple[MethodRow, ...]) -> str:
    rest = len(linked.methods) - len(rows) if linked else 0
    return f"{rest} further methods come from libraries and are called on no documented way." if rest else ""


def _list_unresolved(linked: ClassLinearisation | None) -> tuple[Markdown, ...]:
    return tuple(sentence("{}: {}", code(name), reason) for name, reason in (linked.unresolved if linked else ()))


def _list_patches(dossier: Dossier, linked: ClassLinearisation | None) -> tuple[Markdown, ...]:
    patches = sorted(linked.patches.items()) if linked else []
    pattern = "{} is replaced when the program runs {}, by {}."
    return tuple(
        sentence(pattern, code(name), dossier.place(site), code(linked.methods.get(name, "an unknown function")))
        for name, site in patches
        if linked
    )


def draw_family(dossier: Dossier, symbol: SymbolId, mro: tuple[SymbolId, ...], here: str) -> Graph:
    """Picture a class left of its bases; ``object`` is left out, and library classes where there are too many."""
    shown = [cls for cls in mro if cls != "builtins:object"]
    if len(shown) > NODE_LIMIT:
        shown = [cls for cls in shown if dossier.is_own(cls)] + [c for c in shown if not dossier.is_own(c)]
    shown = shown[:NODE_LIMIT]
    ids = {cls: f"n{number}" for number, cls in enumerate(shown)}
    nodes = tuple(_family_node(dossier, cls, ids[cls], here) for cls in shown)
    edges = tuple(
        GraphEdge(ids[cls], ids[base]) for cls in shown for base in bases_of(dossier, cls, mro) if base in ids
    )
    return Graph(f"Inheritance of {title_of(symbol)}", nodes, edges, "LR")


def _family_node(dossier: Dossier, cls: SymbolId, identity: str, here: str) -> GraphNode:
    library = dossier.library_of(cls)
    lines = (title_of(cls), library) if library else (title_of(cls),)
    address = dossier.addresses.classes.get(cls)
    return GraphNode(identity, lines, html_link(here, address), cls, "library" if library else "own")


def bases_of(dossier: Dossier, cls: SymbolId, mro: tuple[SymbolId, ...]) -> tuple[SymbolId, ...]:
    """A class's direct bases as linked, else the nearest classes that its own linearisation shows to be above it."""
    linked = dossier.program.linearisation_of(cls)
    if linked is None:
        return ()
    if linked.bases:
        return linked.bases
    above = [base for base in linked.mro[1:] if base in mro]
    reached: set[SymbolId] = set()
    for base in above:
        further = dossier.program.linearisation_of(base)
        reached |= set(further.mro[1:]) if further else set()
    return tuple(base for base in above if base not in reached)


def _outline(dossier: Dossier, mro: tuple[SymbolId, ...], here: str) -> tuple[Markdown, ...]:
    """The picture in words: each class with its direct bases."""
    lines = []
    for cls in mro:
        bases = [base for base in bases_of(dossier, cls, mro) if base in mro]
        if bases:
            names = ", ".join(dossier.symbol(base, here) for base in bases)
            lines.append(sentence("{} inherits from {}", dossier.symbol(cls, here), Markdown(names)))
    return tuple(lines)
