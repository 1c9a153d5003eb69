"""Lowered real code against two oracles that know nothing of libcst: ``ast`` for positions, ``symtable`` for scopes."""

from __future__ import annotations

import ast
import importlib.util
import symtable
import sys
import sysconfig
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tracer.extract.facts import extract_facts
from tracer.model import code
from tracer.model.facts import ModuleFacts

STDLIB = Path(sysconfig.get_path("stdlib"))
MODULES = (
    "argparse", "ast", "asyncio/base_events", "asyncio/tasks", "collections/__init__", "contextlib", "dataclasses",
    "enum", "functools", "inspect", "json/decoder", "logging/__init__", "pathlib", "pickle", "typing", "unittest/mock",
    "test/test_patma", "test/test_generators", "test/test_fstring", "test/test_named_expressions", "test/test_scope",
)  # fmt: skip
TRANSFORMERS = (
    "models/llava/modeling_llava", "models/llama/modeling_llama", "generation/logits_process", "modeling_utils",
    "configuration_utils", "utils/import_utils",
)  # fmt: skip

KINDS: dict[type[ast.AST], type[msgspec.Struct]] = {
    ast.Call: code.Call, ast.Attribute: code.Attribute, ast.Subscript: code.Subscript, ast.BinOp: code.Binary,
    ast.UnaryOp: code.Unary, ast.Compare: code.Compare, ast.BoolOp: code.Logical, ast.IfExp: code.Conditional,
    ast.Lambda: code.Lambda, ast.JoinedStr: code.Formatted, ast.Dict: code.DictDisplay, ast.List: code.Display,
    ast.Set: code.Display, ast.Tuple: code.Display, ast.ListComp: code.Comprehension, ast.SetComp: code.Comprehension,
    ast.DictComp: code.Comprehension, ast.GeneratorExp: code.Comprehension, ast.Await: code.Await,
    ast.Yield: code.Yield, ast.YieldFrom: code.Yield, ast.Assign: code.Assign, ast.AnnAssign: code.Assign,
    ast.AugAssign: code.Augment, ast.Delete: code.Delete, ast.Raise: code.Raise, ast.Assert: code.Assert,
    ast.FunctionDef: code.DefineFunction, ast.AsyncFunctionDef: code.DefineFunction, ast.ClassDef: code.DefineClass,
    ast.With: code.With, ast.AsyncWith: code.With, ast.Try: code.Try, ast.Match: code.Match,
    ast.ImportFrom: code.ImportFrom,
}  # fmt: skip

if sys.version_info >= (3, 12):
    KINDS[ast.TypeAlias] = code.Assign


def corpus() -> list[Path]:
    files = [STDLIB / f"{name}.py" for name in MODULES]
    spec = importlib.util.find_spec("transformers")
    if spec is not None and spec.origin is not None:
        files += [Path(spec.origin).parent / f"{name}.py" for name in TRANSFORMERS]
    return [file for file in files if file.is_file()]


@pytest.mark.parametrize("file", corpus(), ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_node_is_lowered_once_at_its_place(file: Path) -> None:
    source = file.read_bytes()
    facts = extract_facts(source)
    assert facts.header.problems == ()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source)
    expected, quoted = expected_places(tree)
    lowered = lowered_places(facts, quoted)
    assert lowered - expected == Counter()
    assert expected - lowered == Counter()


def expected_places(tree: ast.Module) -> tuple[Counter[tuple[object, ...]], set[tuple[int, ...]]]:
    """Every node's kind and place, and the places of plain strings, where quoted annotations may add nodes."""
    places: Counter[tuple[object, ...]] = Counter()
    quoted: set[tuple[int, ...]] = set()
    specifications = {node.format_spec for node in ast.walk(tree) if isinstance(node, ast.FormattedValue)}
    inside = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in inside:
            quoted.add(place_of(node))
        if isinstance(node, ast.FormattedValue) and isinstance(node.value, ast.Tuple):
            adjust_bare_tuple(node.value)
        if type(node) in KINDS and node not in specifications:
            places[KINDS[type(node)], place_of(node)] += 1
        if isinstance(node, ast.MatchMapping):
            places[code.Display, place_of(node)] += 1
    return places, quoted


def adjust_bare_tuple(node: ast.Tuple) -> None:
    """Put a tuple in an f-string from its first to its last element, which is where all Python versions agree."""
    first, last = node.elts[0], node.elts[-1]
    node.lineno, node.col_offset = first.lineno, first.col_offset
    node.end_lineno, node.end_col_offset = last.end_lineno, last.end_col_offset


def place_of(node: ast.AST) -> tuple[int, ...]:
    return (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]


def lowered_places(facts: ModuleFacts, quoted: set[tuple[int, ...]]) -> Counter[tuple[object, ...]]:
    kinds = set(KINDS.values())
    nodes = [node for scope in facts.scopes for node in walk(scope) if type(node) in kinds]
    return Counter((type(node), tuple(node.span)) for node in nodes if tuple(node.span) not in quoted)  # type: ignore[attr-defined]


def walk(value: object) -> Iterator[msgspec.Struct]:
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, msgspec.Struct):
            yield node
            stack.extend(getattr(node, field) for field in node.__struct_fields__)
        elif isinstance(node, tuple):
            stack.extend(node)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="symtable adds the variables of inlined comprehensions")
@pytest.mark.parametrize("file", corpus(), ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_scopes_bind_what_symtable_says(file: Path) -> None:
    source = file.read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = symtable.symtable(source.decode(), str(file), "exec")
    expected = sorted(expected_scopes(table))
    lowered = sorted(
        (scope.kind, scope.bound, scope.globals, scope.nonlocals) for scope in extract_facts(source).scopes
    )
    assert lowered == expected


def expected_scopes(
    table: symtable.SymbolTable,
) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
    kind = str(getattr(table.get_type(), "value", table.get_type()))
    if kind in ("module", "class", "function") and not is_comprehension(table):
        symbols = [symbol for symbol in table.get_symbols() if not symbol.get_name().startswith(".")]
        bound = tuple(sorted(symbol.get_name() for symbol in symbols if is_bound(symbol, kind)))
        declared = tuple(sorted(symbol.get_name() for symbol in symbols if symbol.is_declared_global()))
        outer = tuple(sorted(symbol.get_name() for symbol in symbols if symbol.is_nonlocal()))
        yield "lambda" if table.get_name() == "lambda" else kind, bound, declared if kind != "module" else (), outer
    for child in table.get_children():
        yield from expected_scopes(child)


def is_comprehension(table: symtable.SymbolTable) -> bool:
    return ".0" in table.get_identifiers()


def is_bound(symbol: symtable.Symbol, kind: str) -> bool:
    if kind == "module":
        return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace() or symbol.is_annotated()
    return symbol.is_local()
