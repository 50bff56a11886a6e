"""Lowers LibCST statements to the plain tuples of `celerylint.facts.syntax`."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterable
from typing import Any

import libcst as cst

from celerylint.facts.cst_expressions import OPERATORS, Expressions
from celerylint.facts.syntax import Body, Node


class Statements(Expressions):
    """Lowers the statements of one module."""

    def __init__(self, spans: dict[int, tuple[int, int]]) -> None:
        super().__init__(spans)
        self._statements: dict[type, Callable[[Any, int, int], Node | None]] = {
            cst.Expr: self._expression,
            cst.Assign: self._assign,
            cst.AnnAssign: self._annotated,
            cst.AugAssign: self._augmented,
            cst.Import: self._import,
            cst.ImportFrom: self._import_from,
            cst.FunctionDef: self._function,
            cst.ClassDef: self._class,
            cst.If: self._if,
            cst.While: self._while,
            cst.For: self._for,
            cst.Try: self._try,
            cst.TryStar: self._try,
            cst.With: self._with,
            cst.Match: self._match,
            cst.Return: lambda node, s, e: ("return", s, e, self.optional(node.value)),
            cst.Raise: lambda node, s, e: ("raise", s, e, self.optional(node.exc)),
            cst.Del: lambda node, s, e: ("del", s, e, (self.lower(node.target),)),
            cst.Global: self._scope,
            cst.Nonlocal: self._scope,
            cst.Pass: lambda node, s, e: ("pass", s, e),
            cst.Break: lambda node, s, e: ("jump", s, e, "break"),
            cst.Continue: lambda node, s, e: ("jump", s, e, "continue"),
            cst.Assert: lambda node, s, e: ("assert", s, e, self.lower(node.test)),
        }

    def body(self, statements: Iterable[cst.CSTNode]) -> Body:
        """The tuples of a block's statements."""
        found: list[Node] = []
        for statement in statements:
            if isinstance(statement, cst.SimpleStatementLine):
                found.extend(self.body(statement.body))
                continue
            make = self._statements.get(type(statement))
            lowered = None if make is None else make(statement, *self.span(statement))
            if lowered is not None:
                found.append(lowered)
        return tuple(found)

    def block(self, suite: cst.BaseSuite) -> Body:
        """The tuples of an indented block or of what follows the colon on the same line."""
        return self.body(suite.body)

    def _assign(self, node: cst.Assign, s: int, e: int) -> Node:
        targets = tuple(self.lower(each.target) for each in node.targets)
        return ("assign", s, e, targets, self.lower(node.value))

    def _annotated(self, node: cst.AnnAssign, s: int, e: int) -> Node:
        annotation = self.lower(node.annotation.annotation)
        return ("ann", s, e, self.lower(node.target), annotation, self.optional(node.value))

    def _augmented(self, node: cst.AugAssign, s: int, e: int) -> Node:
        operator = OPERATORS.get(type(node.operator), "?")
        return ("aug", s, e, self.lower(node.target), operator, self.lower(node.value))

    def _import(self, node: cst.Import, s: int, e: int) -> Node:
        return ("import", s, e, tuple((_dotted(each.name), _alias(each)) for each in node.names))

    def _import_from(self, node: cst.ImportFrom, s: int, e: int) -> Node:
        module = "" if node.module is None else _dotted(node.module)
        names: Any = "*"
        if not isinstance(node.names, cst.ImportStar):
            names = tuple((_dotted(each.name), _alias(each)) for each in node.names)
        return ("from", s, e, module, len(node.relative), names)

    def _function(self, node: cst.FunctionDef, s: int, e: int) -> Node:
        decorators = self._decorators(node)
        params = self.params(node.params)
        returns = None if node.returns is None else self.lower(node.returns.annotation)
        outer, self.words = self.words, set()
        body = self.block(node.body)
        words = tuple(sorted(self.words))
        self.words |= outer
        return (
            "def",
            s,
            e,
            node.name.value,
            self.span(node.name)[0],
            params,
            decorators,
            marshal.dumps(body),
            returns,
            node.asynchronous is not None,
            words,
        )

    def _class(self, node: cst.ClassDef, s: int, e: int) -> Node:
        bases = [self.argument(arg) for arg in (*node.bases, *node.keywords)]
        decorators = self._decorators(node)
        name_start = self.span(node.name)[0]
        return (
            "class",
            s,
            e,
            node.name.value,
            name_start,
            tuple(bases),
            decorators,
            self.block(node.body),
        )

    def _decorators(self, node: cst.FunctionDef | cst.ClassDef) -> Body:
        return tuple(self.lower(each.decorator) for each in node.decorators)

    def _if(self, node: cst.If, s: int, e: int) -> Node:
        orelse: Body = ()
        if isinstance(node.orelse, cst.If):
            orelse = (self._if(node.orelse, *self.span(node.orelse)),)
        elif node.orelse is not None:
            orelse = self.block(node.orelse.body)
        return ("if", s, e, self.lower(node.test), self.block(node.body), orelse)

    def _while(self, node: cst.While, s: int, e: int) -> Node:
        return (
            "while",
            s,
            e,
            self.lower(node.test),
            self.block(node.body),
            self._else(node.orelse),
        )

    def _for(self, node: cst.For, s: int, e: int) -> Node:
        target, iterable = self.lower(node.target), self.lower(node.iter)
        return ("for", s, e, target, iterable, self.block(node.body), self._else(node.orelse))

    def _else(self, node: cst.Else | None) -> Body:
        return () if node is None else self.block(node.body)

    def _try(self, node: cst.Try | cst.TryStar, s: int, e: int) -> Node:
        handlers = []
        for handler in node.handlers:
            name = None
            if handler.name is not None and isinstance(handler.name.name, cst.Name):
                name = handler.name.name.value
            caught = self.optional(handler.type)
            handlers.append((*self.span(handler), caught, name, self.block(handler.body)))
        final = () if node.finalbody is None else self.block(node.finalbody.body)
        return ("try", s, e, self.block(node.body), tuple(handlers), self._else(node.orelse), final)

    def _with(self, node: cst.With, s: int, e: int) -> Node:
        items = tuple(
            (self.lower(each.item), None if each.asname is None else self.lower(each.asname.name))
            for each in node.items
        )
        return ("with", s, e, items, self.block(node.body))

    def _match(self, node: cst.Match, s: int, e: int) -> Node:
        cases = []
        for case in node.cases:
            names = tuple(sorted(_captures(case.pattern)))
            cases.append((names, self.optional(case.guard), self.block(case.body)))
        return ("match", s, e, self.lower(node.subject), tuple(cases))

    def _scope(self, node: cst.Global | cst.Nonlocal, s: int, e: int) -> Node:
        return ("scope", s, e, tuple(each.name.value for each in node.names))


def _dotted(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""


def _alias(node: cst.ImportAlias) -> str | None:
    if node.asname is None or not isinstance(node.asname.name, cst.Name):
        return None
    return node.asname.name.value


def _captures(pattern: cst.CSTNode) -> set[str]:
    names: set[str] = set()
    stack: list[cst.CSTNode] = [pattern]
    while stack:
        node = stack.pop()
        name = getattr(node, "name", None)
        if isinstance(node, cst.MatchAs | cst.MatchStar) and isinstance(name, cst.Name):
            names.add(name.value)
        elif isinstance(node, cst.MatchMapping) and node.rest is not None:
            names.add(node.rest.value)
        stack.extend(node.children)
    return names
