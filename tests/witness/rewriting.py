"""Source to rewritten source: every place that may call something says so before, every body says that it begins.

The rewritten program evaluates the same things in the same order. ``f(a)`` becomes
``returned(7, callee(7, f)(a, **call(7)))``: the frame that calls stays the one it was, so ``super()``, ``locals()`` and
the like work. Operators, attributes, subscripts and tests are wrapped likewise, loops and ``with`` go through proxies.
A value that was tested once is still tested once.
"""

# libcst finds a visitor's methods by the names of its nodes.
# ruff: noqa: N802

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from tests.witness.recording import Place


class Rewriting(cst.CSTTransformer):
    """Rewrites one module; adds to ``places`` and ``symbols``, whose indices the rewritten source uses."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, source: str, path: str, module: str, places: list[Place], symbols: list[str]) -> None:
        super().__init__()
        self._lines = source.split("\n")
        self._path = path
        self._module = module
        self._places = places
        self._symbols = symbols
        self._scopes: list[str] = [""]
        self._owners: list[str] = [module]
        self._counts: Counter[tuple[str, str]] = Counter()
        self._names: dict[int, str] = {}
        self._targets: set[int] = set()
        self._inner: set[int] = set()

    # --- names ---

    def _define(self, node: cst.CSTNode, name: str, *, numbered: bool) -> None:
        scope = self._scopes[-1]
        self._counts[scope, name] += 1
        count = self._counts[scope, name]
        local = f"{name}#{count}" if numbered or count > 1 else name
        self._names[id(node)] = f"{scope}.{local}" if scope else local

    def _open(self, node: cst.CSTNode, *, is_class: bool = False) -> None:
        self._scopes.append(self._names[id(node)])
        self._owners.append(self._owners[-1] if is_class else f"{self._module}:{self._scopes[-1]}")

    def _close(self) -> None:
        self._scopes.pop()
        self._owners.pop()

    def visit_FunctionDef_body(self, node: cst.FunctionDef) -> None:
        self._define(node, node.name.value, numbered=False)
        self._open(node)

    def leave_FunctionDef_body(self, _node: cst.FunctionDef) -> None:
        self._close()

    def visit_ClassDef_body(self, node: cst.ClassDef) -> None:
        self._define(node, node.name.value, numbered=False)
        self._open(node, is_class=True)

    def leave_ClassDef_body(self, _node: cst.ClassDef) -> None:
        self._close()

    def visit_Lambda(self, node: cst.Lambda) -> None:
        self._define(node, "<lambda>", numbered=True)

    def visit_Lambda_body(self, node: cst.Lambda) -> None:
        self._open(node)

    def leave_Lambda_body(self, _node: cst.Lambda) -> None:
        self._close()

    # --- places ---

    def _place(self, node: cst.CSTNode, form: str, last: cst.CSTNode | None = None) -> int:
        start, end = self._range(node), self._range(last or node)
        columns = (self._byte(start.start.line, start.start.column), self._byte(end.end.line, end.end.column))
        span = (start.start.line, columns[0], end.end.line, columns[1])
        self._places.append(Place(self._path, span, self._owners[-1], form))
        return len(self._places) - 1

    def _copy(self, place: int, form: str) -> int:
        self._places.append(self._places[place]._replace(form=form))
        return len(self._places) - 1

    def _range(self, node: cst.CSTNode) -> CodeRange:
        found: CodeRange = self.get_metadata(PositionProvider, node)
        return found

    def _byte(self, line: int, column: int) -> int:
        return len(self._lines[line - 1][:column].encode())

    # --- where nothing is rewritten ---

    def visit_Annotation(self, node: cst.Annotation) -> bool:
        return False

    def visit_Import(self, node: cst.Import) -> bool:
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def visit_MatchValue(self, node: cst.MatchValue) -> bool:
        return False

    def visit_MatchClass(self, node: cst.MatchClass) -> bool:
        return False

    def visit_MatchMapping(self, node: cst.MatchMapping) -> bool:
        return False

    def visit_FormattedStringExpression(self, node: cst.FormattedStringExpression) -> bool:
        return node.equal is None

    # --- calls ---

    def leave_Call(self, node: cst.Call, new: cst.Call) -> cst.BaseExpression:
        place = self._place(node, "call")
        arguments = [self._spread(old, argument, place) for old, argument in zip(node.args, new.args, strict=True)]
        arguments.append(cst.Arg(_say("call", place), star="**"))
        call = new.with_changes(func=_say("callee", place, new.func), args=_with_commas(arguments))
        return _say("returned", place, call, keep=node)

    def _spread(self, node: cst.Arg, new: cst.Arg, place: int) -> cst.Arg:
        value = new.value
        if isinstance(value, cst.GeneratorExp) and not value.lpar:
            value = value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        if node.star:
            # A place of its own: an iterator is asked to its end after the call has begun.
            own = self._copy(place, "star")
            value = _say("loop" if node.star == "*" else "mapping", own, value)
        return new.with_changes(value=value)

    def leave_Decorator(self, node: cst.Decorator, new: cst.Decorator) -> cst.Decorator:
        return new.with_changes(decorator=_say("decorator", self._place(node.decorator, "decorator"), new.decorator))

    # --- expressions that may call ---

    def leave_Attribute(self, node: cst.Attribute, new: cst.Attribute) -> cst.BaseExpression:
        return self._used(node, new, "value", "attribute")

    def leave_Subscript(self, node: cst.Subscript, new: cst.Subscript) -> cst.BaseExpression:
        return self._used(node, new, "value", "subscript")

    def leave_BinaryOperation(self, node: cst.BinaryOperation, new: cst.BinaryOperation) -> cst.BaseExpression:
        return self._used(node, new, "left", "operator")

    def leave_Comparison(self, node: cst.Comparison, new: cst.Comparison) -> cst.BaseExpression:
        return self._used(node, new, "left", "operator")

    def visit_UnaryOperation(self, node: cst.UnaryOperation) -> None:
        if isinstance(node.operator, cst.Not):
            self._inner.add(id(node.expression))

    def leave_UnaryOperation(self, node: cst.UnaryOperation, new: cst.UnaryOperation) -> cst.BaseExpression:
        if isinstance(node.operator, cst.Not) and isinstance(node.expression, cst.BooleanOperation):
            place = self._place(node, "test")
            first = _say_first("at", place, new.expression)
            return _say("done", place, new.with_changes(expression=first, lpar=[], rpar=[]), keep=node)
        return self._used(node, new, "expression", "operator")

    def visit_BooleanOperation(self, node: cst.BooleanOperation) -> None:
        self._inner.update((id(node.left), id(node.right)))

    def leave_BooleanOperation(self, node: cst.BooleanOperation, new: cst.BooleanOperation) -> cst.BaseExpression:
        if id(node) in self._inner:
            return new
        place = self._place(node, "test")
        return _say("done", place, _say_first("at", place, new).with_changes(lpar=[], rpar=[]), keep=node)

    def leave_Await(self, node: cst.Await, new: cst.Await) -> cst.BaseExpression:
        return self._used(node, new, "expression", "await")

    def leave_Yield(self, node: cst.Yield, new: cst.Yield) -> cst.BaseExpression:
        if not isinstance(new.value, cst.From):
            return new
        place = self._place(node, "yield from")
        value = new.value.with_changes(item=_say("at", place, new.value.item))
        inner = new.with_changes(value=value, lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        return _say("done", place, inner, keep=node)

    def _used(self, node: Any, new: Any, field: str, form: str) -> cst.BaseExpression:
        """Say ``at`` around an operand and, unless the node is stored into, ``done`` around the whole."""
        place = self._place(node, form)
        inner = new.with_changes(**{field: _say("at", place, getattr(new, field))})
        if id(node) in self._targets:
            return inner
        return _say("done", place, inner.with_changes(lpar=[], rpar=[]), keep=node)

    def leave_FormattedString(self, node: cst.FormattedString, new: cst.FormattedString) -> cst.BaseExpression:
        place = self._place(node, "format")
        parts = [
            part.with_changes(expression=_say("at", place, part.expression))
            if isinstance(part, cst.FormattedStringExpression) and part.equal is None
            else part
            for part in new.parts
        ]
        if id(node) in self._inner:
            return new.with_changes(parts=parts)
        return _say("done", place, new.with_changes(parts=parts, lpar=[], rpar=[]), keep=node)

    def visit_ConcatenatedString(self, node: cst.ConcatenatedString) -> None:
        self._inner.update((id(node.left), id(node.right)))

    def leave_ConcatenatedString(self, node: cst.ConcatenatedString, new: cst.ConcatenatedString) -> cst.BaseExpression:
        if id(node) in self._inner:
            return new
        return _say("done", self._place(node, "format"), new.with_changes(lpar=[], rpar=[]), keep=node)

    # --- tests ---

    def visit_If(self, node: cst.If) -> None:
        self._inner.add(id(node.test))

    def leave_If(self, node: cst.If, new: cst.If) -> cst.If:
        return new.with_changes(test=self._tested(node.test, new.test))

    def visit_While(self, node: cst.While) -> None:
        self._inner.add(id(node.test))

    def leave_While(self, node: cst.While, new: cst.While) -> cst.While:
        return new.with_changes(test=self._tested(node.test, new.test))

    def visit_IfExp(self, node: cst.IfExp) -> None:
        self._inner.add(id(node.test))

    def leave_IfExp(self, node: cst.IfExp, new: cst.IfExp) -> cst.IfExp:
        return new.with_changes(test=self._tested(node.test, new.test))

    def visit_Assert(self, node: cst.Assert) -> None:
        self._inner.add(id(node.test))

    def leave_Assert(self, node: cst.Assert, new: cst.Assert) -> cst.Assert:
        return new.with_changes(test=self._tested(node.test, new.test))

    def visit_CompIf(self, node: cst.CompIf) -> None:
        self._inner.add(id(node.test))

    def leave_CompIf(self, node: cst.CompIf, new: cst.CompIf) -> cst.CompIf:
        return new.with_changes(test=self._tested(node.test, new.test))

    def _tested(self, node: cst.BaseExpression, new: cst.BaseExpression) -> cst.BaseExpression:
        """``done(k, True if test else False)``: the test's truth, asked once, at its place."""
        place = self._place(node, "test")
        test = _say_first("at", place, new).with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        choice = cst.IfExp(test=test, body=cst.Name("True"), orelse=cst.Name("False"))
        return _say("done", place, choice, keep=node)

    # --- loops, managers, spreads ---

    def visit_For(self, node: cst.For) -> None:
        self._stored_into(node.target)

    def leave_For(self, node: cst.For, new: cst.For) -> cst.For:
        kind = "async_loop" if node.asynchronous else "loop"
        return new.with_changes(iter=_say(kind, self._place(node.iter, "for"), new.iter, keep=node.iter))

    def visit_CompFor(self, node: cst.CompFor) -> None:
        self._stored_into(node.target)

    def leave_CompFor(self, node: cst.CompFor, new: cst.CompFor) -> cst.CompFor:
        kind = "async_loop" if node.asynchronous else "loop"
        return new.with_changes(iter=_say(kind, self._place(node.iter, "for"), new.iter, keep=node.iter))

    def visit_With(self, node: cst.With) -> None:
        for item in node.items:
            if item.asname is not None:
                self._stored_into(item.asname.name)

    def leave_With(self, node: cst.With, new: cst.With) -> Any:
        kind = "async_manager" if node.asynchronous else "manager"
        items = [
            changed.with_changes(item=_say(kind, self._place(item.item, "with"), changed.item, keep=item.item))
            for item, changed in zip(node.items, new.items, strict=True)
        ]
        return cst.FlattenSentinel([new.with_changes(items=items), _statement(_say("reset"))])

    def leave_Dict(self, node: cst.Dict, new: cst.Dict) -> cst.BaseExpression:
        return self._displayed(node, new)

    def leave_Set(self, node: cst.Set, new: cst.Set) -> cst.BaseExpression:
        return self._displayed(node, new)

    def _displayed(self, node: Any, new: Any) -> cst.BaseExpression:
        """A display that hashes what is in it, once every part has been made."""
        if not new.elements:
            return new
        place = self._place(node, "display")
        return _say(
            "done", place, new.with_changes(elements=_first_said(new.elements, place), lpar=[], rpar=[]), keep=node
        )

    def leave_SetComp(self, node: cst.SetComp, new: cst.SetComp) -> cst.SetComp:
        return new.with_changes(elt=_say("at", self._place(node, "display"), new.elt))

    def leave_DictComp(self, node: cst.DictComp, new: cst.DictComp) -> cst.DictComp:
        return new.with_changes(key=_say("at", self._place(node, "display"), new.key))

    def leave_StarredDictElement(
        self, node: cst.StarredDictElement, new: cst.StarredDictElement
    ) -> cst.StarredDictElement:
        return new.with_changes(value=_say("mapping", self._place(node, "star"), new.value, keep=node.value))

    def leave_StarredElement(self, node: cst.StarredElement, new: cst.StarredElement) -> cst.StarredElement:
        if id(node) in self._targets:
            return new
        return new.with_changes(value=_say("loop", self._place(node, "star"), new.value, keep=node.value))

    # --- statements ---

    def _stored_into(self, target: cst.CSTNode) -> None:
        self._targets.add(id(target))
        if isinstance(target, cst.Tuple | cst.List):
            for element in target.elements:
                self._targets.add(id(element))
                self._stored_into(element.value)
        elif isinstance(target, cst.StarredElement):
            self._stored_into(target.value)

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
        self._stored_into(node.target)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        self._stored_into(node.target)

    def visit_AugAssign(self, node: cst.AugAssign) -> None:
        self._stored_into(node.target)

    def visit_Del(self, node: cst.Del) -> None:
        self._stored_into(node.target)

    def leave_SimpleStatementLine(self, node: cst.SimpleStatementLine, new: cst.SimpleStatementLine) -> Any:
        return new.with_changes(body=self._said(node.body, new.body))

    def leave_SimpleStatementSuite(self, node: cst.SimpleStatementSuite, new: cst.SimpleStatementSuite) -> Any:
        return new.with_changes(body=self._said(node.body, new.body))

    def _said(
        self, body: Sequence[cst.BaseSmallStatement], new: Sequence[cst.BaseSmallStatement]
    ) -> list[cst.BaseSmallStatement]:
        """Statements with a word before and after each that may call something by itself."""
        said: list[cst.BaseSmallStatement] = []
        for node, changed in zip(body, new, strict=True):
            place = self._statement_place(node)
            if place is not None:
                said.append(cst.Expr(_say("begin", place)))
            said.append(changed.with_changes(semicolon=cst.MaybeSentinel.DEFAULT))
            if place is not None or isinstance(node, cst.Assign | cst.AnnAssign):
                said.append(cst.Expr(_say("reset")))
        return said

    def _statement_place(self, node: cst.BaseSmallStatement) -> int | None:
        if isinstance(node, cst.AugAssign):
            return self._place(node, "operator")
        if isinstance(node, cst.Assign):
            unpacked = [target.target for target in node.targets if isinstance(target.target, cst.Tuple | cst.List)]
            return self._place(unpacked[0], "unpack") if unpacked else None
        if isinstance(node, cst.Del):
            return self._place(node.target, "delete")
        if isinstance(node, cst.Raise) and node.exc is not None:
            return self._place(node, "raise")
        if isinstance(node, cst.Import) or (isinstance(node, cst.ImportFrom) and not _is_future(node)):
            return self._place(node, "import")
        return None

    def leave_Match(self, node: cst.Match, new: cst.Match) -> Any:
        begin = _statement(_say("begin", self._place(node, "match")))
        return cst.FlattenSentinel([begin, new, _statement(_say("reset"))])

    def leave_MatchCase(self, node: cst.MatchCase, new: cst.MatchCase) -> cst.MatchCase:
        return new.with_changes(body=_with_first(new.body, _say("reset")))

    def leave_ExceptHandler(self, node: cst.ExceptHandler, new: cst.ExceptHandler) -> cst.ExceptHandler:
        return new.with_changes(body=_with_first(new.body, _say("reset")))

    def leave_Finally(self, node: cst.Finally, new: cst.Finally) -> cst.Finally:
        return new.with_changes(body=_with_first(new.body, _say("reset")))

    # --- bodies ---

    def leave_FunctionDef(self, node: cst.FunctionDef, new: cst.FunctionDef) -> cst.FunctionDef:
        head, rest = _split(new.body)
        begin = _statement(_say("enter", self._symbol(node)))
        end = cst.Finally(cst.IndentedBlock([_statement(_say("exit"))]))
        guarded = cst.Try(cst.IndentedBlock(rest or [_statement(cst.Name("None"))]), finalbody=end)
        return new.with_changes(body=cst.IndentedBlock([*head, begin, guarded]))

    def leave_Lambda(self, node: cst.Lambda, new: cst.Lambda) -> cst.Lambda:
        begun = _say("body", self._symbol(node))
        body = _say("result", begun, new.body)
        return new.with_changes(body=body, colon=cst.Colon(whitespace_after=cst.SimpleWhitespace(" ")))

    def leave_ClassDef(self, node: cst.ClassDef, new: cst.ClassDef) -> Any:
        place = self._place(node, "class")
        keywords = [*new.keywords, cst.Arg(_say("class", place), star="**")]
        changed = new.with_changes(
            keywords=_with_commas(keywords),
            bases=_with_commas(list(new.bases), trailing=True),
            lpar=cst.LeftParen(),
            rpar=cst.RightParen(),
        )
        return cst.FlattenSentinel([changed, _statement(_say("reset"))])

    def leave_Module(self, node: cst.Module, new: cst.Module) -> cst.Module:
        head, rest = _split(cst.IndentedBlock(new.body))
        return new.with_changes(body=[*head, _statement(_say("module")), *rest])

    def _symbol(self, node: cst.CSTNode) -> int:
        self._symbols.append(f"{self._module}:{self._names[id(node)]}")
        return len(self._symbols) - 1


def rewrite(source: str, path: str, module: str, places: list[Place], symbols: list[str]) -> str:
    """The rewritten source of a module."""
    wrapper = MetadataWrapper(cst.parse_module(source))
    return wrapper.visit(Rewriting(source, path, module, places, symbols)).code


def _say(word: str, *arguments: int | cst.BaseExpression, keep: Any = None) -> cst.Call:
    """A call of ``__witness_word__``; with the parentheses of the node it stands for."""
    given = [cst.Integer(str(argument)) if isinstance(argument, int) else argument for argument in arguments]
    args = [cst.Arg(argument) for argument in given]
    pars = {} if keep is None else {"lpar": keep.lpar, "rpar": keep.rpar}
    return cst.Call(cst.Name(f"__witness_{word}__"), args, **pars)


def _say_first(word: str, place: int, value: Any) -> Any:
    """Say a word around the operand that a chain of ``and``, ``or`` and ``not`` evaluates first."""
    if isinstance(value, cst.BooleanOperation):
        return value.with_changes(left=_say_first(word, place, value.left))
    return _say(word, place, value)


def _first_said(elements: Sequence[Any], place: int) -> list[Any]:
    """Elements of a display, with a word around the first that is evaluated by itself."""
    said = list(elements)
    for index, element in enumerate(said):
        if isinstance(element, cst.DictElement):
            said[index] = element.with_changes(key=_say("at", place, element.key))
            break
        if isinstance(element, cst.Element):
            said[index] = element.with_changes(value=_say("at", place, element.value))
            break
    return said


def _with_commas(arguments: list[cst.Arg], *, trailing: bool = False) -> list[cst.Arg]:
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    last = len(arguments) - 1
    return [
        argument.with_changes(comma=comma if trailing or index < last else cst.MaybeSentinel.DEFAULT)
        for index, argument in enumerate(arguments)
    ]


def _statement(value: cst.BaseExpression) -> cst.SimpleStatementLine:
    return cst.SimpleStatementLine([cst.Expr(value)])


def _with_first(body: cst.BaseSuite, value: cst.BaseExpression) -> cst.IndentedBlock:
    return cst.IndentedBlock([_statement(value), *_lines(body)])


def _lines(body: cst.BaseSuite) -> list[Any]:
    if isinstance(body, cst.IndentedBlock):
        return list(body.body)
    return [cst.SimpleStatementLine(list(body.body))]


def _split(body: cst.BaseSuite) -> tuple[list[Any], list[Any]]:
    """What has to stay first (a docstring, ``from __future__``), and the rest."""
    lines = _lines(body)
    index = 0
    while index < len(lines) and _stays_first(lines[index], index):
        index += 1
    return lines[:index], lines[index:]


def _stays_first(line: Any, index: int) -> bool:
    if not isinstance(line, cst.SimpleStatementLine):
        return False
    first = line.body[0]
    is_docstring = isinstance(first, cst.Expr) and isinstance(first.value, cst.SimpleString | cst.ConcatenatedString)
    return (index == 0 and is_docstring and len(line.body) == 1) or (
        isinstance(first, cst.ImportFrom) and _is_future(first)
    )


def _is_future(node: cst.ImportFrom) -> bool:
    return isinstance(node.module, cst.Name) and node.module.value == "__future__"
