"""A file's facts from its bytes: one traversal of both trees, every extractor fed by it.

Facts depend on the bytes alone, and every input has facts: what cannot be read is a located problem in the header.
"""

from __future__ import annotations

import gc
import hashlib

import libcst as cst

from tracer.codec.facts import encode_facts
from tracer.codec.recursion import recursion_room
from tracer.extract import classes, comprehensions, expressions, functions, imports, literals, patterns, statements
from tracer.extract.builder import FileBuilder, PairingError
from tracer.extract.definitions import doc_of
from tracer.extract.exports import exports_of
from tracer.extract.outline import outline_module
from tracer.extract.text import storable
from tracer.model.code import Scope
from tracer.model.facts import Header, ModuleFacts, Problem
from tracer.model.names import Span
from tracer.parse.module import ParsedModule, parse_module

_EXPRESSIONS = {**expressions.HANDLERS, **literals.HANDLERS, **comprehensions.HANDLERS, **functions.EXPRESSIONS}
_STATEMENTS = {
    **statements.STATEMENTS, **imports.STATEMENTS, **functions.STATEMENTS, **classes.STATEMENTS, **patterns.STATEMENTS,
}  # fmt: skip

# A handler that meets the wrong node, or one that has no handler, fails in one of these ways.
_MISPAIRED = (PairingError, LookupError, AttributeError, TypeError, ValueError, StopIteration)


def extract_facts(source: bytes) -> ModuleFacts:
    """The facts of a file's bytes; never raises for any bytes, says what is wrong in ``header.problems``."""
    parsed = parse_module(source)
    digest = hashlib.sha256(source).hexdigest()
    builder, problems = _build(parsed)
    lines, doc = len(parsed.lines), None
    if parsed.lines and not parsed.lines[-1]:
        lines -= 1
    if parsed.syntax is not None:
        doc = doc_of(parsed.syntax.body)
    scopes = tuple([scope for scope in builder.scopes if scope is not None])
    module = scopes[0]
    header = Header(
        sha256=digest,
        lines=lines,
        doc=doc,
        definitions=tuple(builder.definitions),
        imports=tuple(builder.imports),
        bound=module.bound,
        exports=exports_of(module.body, module.bound),
        attributes=tuple(sorted({storable(name) for name in builder.attributes})),
        problems=problems,
    )
    return ModuleFacts(header, scopes)


def extract_bytes(source: bytes) -> bytes:
    """Extract and encode: the unit of work a process pool runs.

    The collector rests meanwhile: the trees hold no cycles, and scanning them costs a third of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        return encode_facts(extract_facts(source))
    finally:
        if enabled:
            gc.enable()


def _build(parsed: ParsedModule) -> tuple[FileBuilder, tuple[Problem, ...]]:
    span = _module_span(parsed.lines)
    if parsed.tree is not None:
        try:
            return _lower_module(parsed, parsed.tree, span), parsed.problems
        except _MISPAIRED as error:
            problem = Problem("crash", f"the two syntax trees differ ({error}), so its bodies are not read")
            return _outline(parsed, span), (*parsed.problems, problem)
    return _outline(parsed, span), parsed.problems


def _lower_module(parsed: ParsedModule, tree: cst.Module, span: Span) -> FileBuilder:
    builder = _new_builder(parsed)
    with recursion_room():
        body = builder.lower_block(tree, parsed.syntax.body if parsed.syntax else [])
    builder.scopes[0] = builder.freeze_scope(-1, (), body, span)
    return builder


def _outline(parsed: ParsedModule, span: Span) -> FileBuilder:
    builder = _new_builder(parsed)
    if parsed.syntax is None:
        builder.scopes[0] = Scope("module", "", -1, (), (), (), (), (), span)
    else:
        outline_module(builder, parsed.syntax, span)
    return builder


def _new_builder(parsed: ParsedModule) -> FileBuilder:
    return FileBuilder(parsed.lines, _EXPRESSIONS, _STATEMENTS, patterns.PATTERNS)


def _module_span(lines: tuple[bytes, ...]) -> Span:
    return Span(1, 0, len(lines), len(lines[-1])) if lines else Span(1, 0, 1, 0)
