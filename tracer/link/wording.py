"""Conditions that stand within an expression, as a reader would write them: lowered code has no text for those.

What has no short spelling reads ``...``; spacing and quotes are this module's, not the source's.
"""

from __future__ import annotations

from tracer.model import code

LONGEST = 80


def wording_of(node: code.Expr | None) -> str:
    """One line that reads like the expression, ``...`` where it would be longer than ``LONGEST``."""
    text = _word(node)
    return text if len(text) <= LONGEST else "..."


def _word(node: code.Expr | None) -> str:
    match node:
        case code.Name(id=name):
            return name
        case code.Const(value=str() as text):
            return f'"{text}"'
        case code.Const(value=value):
            return str(value)
        case code.Attribute(value=value, name=name):
            return f"{_part(value)}.{name}"
        case code.Subscript(value=value, index=index):
            return f"{_part(value)}[{_word(index)}]"
        case code.Call(function=function, arguments=arguments):
            return f"{_part(function)}({', '.join(_argument(argument) for argument in arguments)})"
        case code.Unary(operator=operator, operand=operand):
            return f"not {_part(operand)}" if operator == "not" else f"{operator}{_part(operand)}"
        case code.Binary(left=left, operator=operator, right=right):
            return f"{_part(left)} {operator} {_part(right)}"
        case code.Compare(left=left, operators=operators, comparators=comparators):
            rest = (f"{sign} {_part(part)}" for sign, part in zip(operators, comparators, strict=True))
            return " ".join((_part(left), *rest))
        case code.Logical(operator=operator, values=values):
            return f" {operator} ".join(_part(value) for value in values)
        case code.Display(kind=kind, elements=elements):
            words = ", ".join(_word(element) for element in elements)
            return {"tuple": f"({words})", "list": f"[{words}]", "set": f"{{{words}}}"}[kind]
        case code.DictDisplay(entries=entries):
            return "{...}" if entries else "{}"
        case code.Starred(value=value):
            return f"*{_part(value)}"
        case code.Walrus(name=name, value=value):
            return f"{name} := {_word(value)}"
        case code.Await(value=value):
            return f"await {_part(value)}"
    return "..."


def _part(node: code.Expr) -> str:
    text = _word(node)
    compound = code.Logical | code.Binary | code.Compare | code.Conditional | code.Walrus | code.Lambda
    is_not = isinstance(node, code.Unary) and node.operator == "not"
    return f"({text})" if isinstance(node, compound) or is_not else text


def _argument(argument: code.Argument) -> str:
    prefix = "*" * argument.star if argument.keyword is None else f"{argument.keyword}="
    return f"{prefix}{_word(argument.value)}"
