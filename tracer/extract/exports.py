"""``__all__``, where the file's own top level says it plainly."""

from __future__ import annotations

from collections.abc import Iterable

from tracer.model.code import Assign, Attribute, Augment, Binary, Call, Const, Display, Evaluate, Expr, Name, Statement


def exports_of(body: Iterable[Statement], bound: Iterable[str]) -> tuple[str, ...] | None:
    """The names in ``__all__``, or None if there is none or it is built in a way not read here.

    Read are list and tuple displays of strings, their sums, ``+=``, ``.extend`` and ``.append`` at top level.
    """
    if "__all__" not in bound:
        return None
    names: tuple[str, ...] | None = None
    for statement in body:
        change = _change_of(statement)
        if change is None:
            continue
        replaces, value = change
        if value is None or (names is None and not replaces):
            return None
        names = value if replaces else (*(names or ()), *value)
    return names


def _change_of(statement: Statement) -> tuple[bool, tuple[str, ...] | None] | None:
    """Whether the statement replaces ``__all__`` or adds to it, and by what; None if it does not touch it."""
    if isinstance(statement, Assign) and any(_is_all(target) for target in statement.targets):
        return True, _strings_of(statement.value)
    if isinstance(statement, Augment) and _is_all(statement.target):
        return False, _strings_of(statement.value)
    if isinstance(statement, Evaluate) and isinstance(statement.value, Call):
        function, arguments = statement.value.function, statement.value.arguments
        if isinstance(function, Attribute) and _is_all(function.value):
            only = arguments[0].value if len(arguments) == 1 else None
            if function.name == "append":
                only = Display("list", (only,), statement.span) if only is not None else None
            return False, _strings_of(only) if function.name in ("append", "extend") else None
    return None


def _is_all(value: Expr) -> bool:
    return isinstance(value, Name) and value.id == "__all__"


def _strings_of(value: Expr | None) -> tuple[str, ...] | None:
    if isinstance(value, Binary) and value.operator == "+":
        left, right = _strings_of(value.left), _strings_of(value.right)
        return None if left is None or right is None else left + right
    if not isinstance(value, Display):
        return None
    names = [part.value for part in value.elements if isinstance(part, Const) and isinstance(part.value, str)]
    return tuple(names) if len(names) == len(value.elements) else None
