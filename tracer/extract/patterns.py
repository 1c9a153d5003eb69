"""``match`` statements and their patterns.

``names`` are what a pattern captures, except for a class pattern, where they are the attributes its last patterns
match. A mapping pattern's ``value`` is a tuple display of its keys.
"""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from tracer.extract.builder import FileBuilder, PatternHandler, StatementHandler, Syntax, span_of
from tracer.model.code import Case, Display, Match, Pattern, Statement


def lower_match(builder: FileBuilder, node: cst.Match, syntax: Syntax, lowered: list[Statement]) -> None:
    """Lower ``match``."""
    subject = builder.lower(node.subject, syntax.subject)
    builder.scope.conditional += 1
    cases = tuple([_lower_case(builder, case, known) for case, known in zip(node.cases, syntax.cases, strict=True)])
    builder.scope.conditional -= 1
    lowered.append(Match(subject, cases, span_of(syntax)))


def _lower_case(builder: FileBuilder, node: cst.MatchCase, syntax: Syntax) -> Case:
    pattern = builder.lower_pattern(node.pattern, syntax.pattern)
    text = builder.text_of(syntax.pattern)
    guard = None
    if node.guard is not None:
        guard = builder.lower(node.guard, syntax.guard)
        text = f"{text} if {builder.text_of(syntax.guard)}"
    return Case(pattern, guard, builder.lower_block(node.body, syntax.body), text, span_of(syntax.pattern))


def _lower_value(builder: FileBuilder, node: cst.MatchValue | cst.MatchSingleton, syntax: Syntax) -> Pattern:
    known = syntax if isinstance(node, cst.MatchSingleton) else syntax.value
    return Pattern("value", builder.lower(node.value, known), (), ())


def _lower_sequence(builder: FileBuilder, node: cst.MatchList | cst.MatchTuple, syntax: Syntax) -> Pattern:
    parts: list[Pattern] = []
    for element, known in zip(node.patterns, syntax.patterns, strict=True):
        if isinstance(element, cst.MatchStar):
            parts.append(Pattern("star", None, (), _capture(builder, known.name)))
        else:
            parts.append(builder.lower_pattern(element.value, known))
    return Pattern("sequence", None, tuple(parts), ())


def _lower_mapping(builder: FileBuilder, node: cst.MatchMapping, syntax: Syntax) -> Pattern:
    keys = tuple([builder.lower(part.key, key) for part, key in zip(node.elements, syntax.keys, strict=True)])
    pairs = zip(node.elements, syntax.patterns, strict=True)
    parts = tuple([builder.lower_pattern(part.pattern, known) for part, known in pairs])
    return Pattern("mapping", Display("tuple", keys, span_of(syntax)), parts, _capture(builder, syntax.rest))


def _lower_class(builder: FileBuilder, node: cst.MatchClass, syntax: Syntax) -> Pattern:
    matched = builder.lower(node.cls, syntax.cls)
    positional = zip(node.patterns, syntax.patterns, strict=True)
    parts = [builder.lower_pattern(part.value, known) for part, known in positional]
    named = zip(node.kwds, syntax.kwd_patterns, strict=True)
    parts += [builder.lower_pattern(part.pattern, known) for part, known in named]
    builder.attributes.update(syntax.kwd_attrs)
    return Pattern("class", matched, tuple(parts), tuple(syntax.kwd_attrs))


def _lower_or(builder: FileBuilder, node: cst.MatchOr, syntax: Syntax) -> Pattern:
    pairs = zip(node.patterns, syntax.patterns, strict=True)
    return Pattern("or", None, tuple([builder.lower_pattern(part.pattern, known) for part, known in pairs]), ())


def _lower_as(builder: FileBuilder, node: cst.MatchAs, syntax: Syntax) -> Pattern:
    if node.name is None:
        return Pattern("any", None, (), ())
    parts = () if node.pattern is None else (builder.lower_pattern(node.pattern, syntax.pattern),)
    return Pattern("as", None, parts, _capture(builder, syntax.name))


def _capture(builder: FileBuilder, name: str | None) -> tuple[str, ...]:
    if name is None:
        return ()
    mangled = builder.mangle(name)
    builder.bind(mangled)
    return (mangled,)


STATEMENTS: Mapping[type[cst.CSTNode], StatementHandler] = {cst.Match: lower_match}
PATTERNS: Mapping[type[cst.CSTNode], PatternHandler] = {
    cst.MatchValue: _lower_value,
    cst.MatchSingleton: _lower_value,
    cst.MatchList: _lower_sequence,
    cst.MatchTuple: _lower_sequence,
    cst.MatchMapping: _lower_mapping,
    cst.MatchClass: _lower_class,
    cst.MatchOr: _lower_or,
    cst.MatchAs: _lower_as,
}
