"""Lowers statements of Python's own parser to the plain tuples of `celerylint.facts.syntax`."""

from __future__ import annotations

import ast
import marshal
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from celerylint.facts.ast_expressions import OPERATORS, Expressions
from celerylint.facts.syntax import Body, Node, spanning
from celerylint.patterns import regex

_BEFORE_NAME = regex(r"(?:async(?:\s|\\\r?\n)+)?(?:def|class)(?:\s|\\\r?\n)+")


class Statements(Expressions):
    """Lowers the statements of one module."""

    def __init__(self, text: str, starts: Sequence[int]) -> None:
        super().__init__(text, starts)
        self._statements: dict[type, Callable[[Any, int, int], Node | None]] = {
            ast.Expr: self._expression,
            ast.Assign: lambda node, s, e: (
                ("assign", s, e, self.all(node.targets), self.lower(node.value))
            ),
            ast.AnnAssign: self._annotated,
            ast.AugAssign: self._augmented,
            ast.Import: lambda node, s, e: ("import", s, e, _names(node)),
            ast.ImportFrom: self._import_from,
            ast.FunctionDef: self._function,
            ast.AsyncFunctionDef: self._function,
            ast.ClassDef: self._class,
            ast.If: self._if,
            ast.While: self._while,
            ast.For: self._for,
            ast.AsyncFor: self._for,
            ast.Try: self._try,
            ast.With: self._with,
            ast.AsyncWith: self._with,
            ast.Match: self._match,
            ast.Return: lambda node, s, e: ("return", s, e, self.optional(node.value)),
            ast.Raise: lambda node, s, e: ("raise", s, e, self.optional(node.exc)),
            ast.Delete: self._delete,
            ast.Global: lambda node, s, e: ("scope", s, e, tuple(node.names)),
            ast.Nonlocal: lambda node, s, e: ("scope", s, e, tuple(node.names)),
            ast.Pass: lambda node, s, e: ("pass", s, e),
            ast.Break: lambda node, s, e: ("jump", s, e, "break"),
            ast.Continue: lambda node, s, e: ("jump", s, e, "continue"),
            ast.Assert: lambda node, s, e: ("assert", s, e, self.lower(node.test)),
        }
        if hasattr(ast, "TryStar"):
            self._statements[ast.TryStar] = self._try

    def body(self, statements: Iterable[ast.stmt]) -> Body:
        """The tuples of a block's statements."""
        found: list[Node] = []
        for statement in statements:
            make = self._statements.get(type(statement))
            lowered = None if make is None else make(statement, *self.span(statement))
            if lowered is not None:
                found.append(lowered)
        return tuple(found)

    def _annotated(self, node: ast.AnnAssign, s: int, e: int) -> Node:
        annotation = self.lower(node.annotation)
        return ("ann", s, e, self.lower(node.target), annotation, self.optional(node.value))

    def _augmented(self, node: ast.AugAssign, s: int, e: int) -> Node:
        operator = OPERATORS.get(type(node.op), "?")
        return ("aug", s, e, self.lower(node.target), operator, self.lower(node.value))

    def _import_from(self, node: ast.ImportFrom, s: int, e: int) -> Node:
        names: Any = "*" if node.names[0].name == "*" else _names(node)
        return ("from", s, e, node.module or "", node.level, names)

    def _delete(self, node: ast.Delete, s: int, e: int) -> Node:
        targets = self.all(node.targets)
        if len(targets) > 1:
            targets = (("seq", *spanning(targets, s, e), "tuple", targets),)
        return ("del", s, e, targets)

    def _name_start(self, start: int) -> int:
        found = _BEFORE_NAME.match(self.text, start)
        return found.end() if found else start

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, s: int, e: int) -> Node:
        decorators = self.all(node.decorator_list)
        params = self.params(node.args)
        returns = self.optional(node.returns)
        outer, self.words = self.words, set()
        body = self.body(node.body)
        words = tuple(sorted(self.words))
        self.words |= outer
        is_async = isinstance(node, ast.AsyncFunctionDef)
        start, blob = self._name_start(s), marshal.dumps(body)
        return ("def", s, e, node.name, start, params, decorators, blob, returns, is_async, words)

    def _class(self, node: ast.ClassDef, s: int, e: int) -> Node:
        bases = self.arguments(node.bases, node.keywords)
        decorators = self.all(node.decorator_list)
        start = self._name_start(s)
        return ("class", s, e, node.name, start, bases, decorators, self.body(node.body))

    def _if(self, node: ast.If, s: int, e: int) -> Node:
        test = self.lower(node.test)
        return ("if", s, e, test, self.body(node.body), self.body(node.orelse))

    def _while(self, node: ast.While, s: int, e: int) -> Node:
        test = self.lower(node.test)
        return ("while", s, e, test, self.body(node.body), self.body(node.orelse))

    def _for(self, node: ast.For | ast.AsyncFor, s: int, e: int) -> Node:
        target, iterable = self.lower(node.target), self.lower(node.iter)
        return ("for", s, e, target, iterable, self.body(node.body), self.body(node.orelse))

    def _try(self, node: Any, s: int, e: int) -> Node:
        handlers = tuple(
            (*self.span(each), self.optional(each.type), each.name, self.body(each.body))
            for each in node.handlers
        )
        body, orelse = self.body(node.body), self.body(node.orelse)
        return ("try", s, e, body, handlers, orelse, self.body(node.finalbody))

    def _with(self, node: ast.With | ast.AsyncWith, s: int, e: int) -> Node:
        items = tuple(
            (self.lower(each.context_expr), self.optional(each.optional_vars))
            for each in node.items
        )
        return ("with", s, e, items, self.body(node.body))

    def _match(self, node: ast.Match, s: int, e: int) -> Node:
        cases = tuple(
            (_captures(each.pattern), self.optional(each.guard), self.body(each.body))
            for each in node.cases
        )
        return ("match", s, e, self.lower(node.subject), cases)


def _names(node: ast.Import | ast.ImportFrom) -> tuple[tuple[str, str | None], ...]:
    return tuple((each.name, each.asname) for each in node.names)


def _captures(pattern: ast.pattern) -> tuple[str, ...]:
    names = set()
    for node in ast.walk(pattern):
        name = getattr(node, "rest" if isinstance(node, ast.MatchMapping) else "name", None)
        if isinstance(name, str):
            names.add(name)
    return tuple(sorted(names))
