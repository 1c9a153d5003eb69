"""How deep a file nests, answered without visiting most of its nodes.

An expression cannot nest deeper than it is long, so only statements longer than the limit are walked in full. Statement
nesting itself is bounded by the tokenizer (100 indents) except for ``elif`` chains, which the walk counts.
"""

from __future__ import annotations

import ast

_BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")


def nests_deeper_than(limit: int, module: ast.Module) -> bool:
    """Whether any node of the module has more than ``limit`` ancestors."""
    stack: list[tuple[ast.AST, int]] = [(statement, 1) for statement in module.body]
    while stack:
        node, depth = stack.pop()
        if depth > limit:
            return True
        if _may_nest(node, limit - depth) and _expressions_exceed(node, limit - depth):
            return True
        fields = node.__dict__
        for name in _BLOCKS:
            block = fields.get(name)
            if block.__class__ is list:
                stack.extend([(child, depth + 1) for child in block])
    return False


def _may_nest(node: ast.AST, limit: int) -> bool:
    """Whether the statement's source is long enough to exceed ``limit``; several lines count as long enough."""
    fields = node.__dict__
    first, last = fields.get("lineno"), fields.get("end_lineno")
    if first != last or first is None:
        return True
    # Every level takes a byte at least, and the innermost name has a context below it.
    return bool(fields["end_col_offset"] - fields["col_offset"] + 1 > limit)


def _expressions_exceed(node: ast.AST, limit: int) -> bool:
    blocks = _BLOCKS
    level = [
        child
        for name, value in node.__dict__.items()
        if name not in blocks
        for child in (value if value.__class__ is list else (value,))
        if isinstance(child, ast.AST)
    ]
    depth = 0
    while level:
        depth += 1
        if depth > limit:
            return True
        following: list[ast.AST] = []
        for parent in level:
            for value in parent.__dict__.values():
                if value.__class__ is list:
                    following.extend([child for child in value if isinstance(child, ast.AST)])
                elif isinstance(value, ast.AST):
                    following.append(value)
        level = following
    return False
