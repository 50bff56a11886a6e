"""Lowers expressions of Python's own parser to the plain tuples of `celerylint.facts.syntax`."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from celerylint.facts.lowering import (
    KEYWORD_ONLY,
    POSITIONAL,
    POSITIONAL_ONLY,
    VAR_KEYWORD,
    VAR_POSITIONAL,
    Lowering,
)
from celerylint.facts.syntax import MOST_BITS, Node, joined, spanning

OPERATORS: dict[type, str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.MatMult: "@",
    ast.Not: "not",
    ast.USub: "-",
    ast.UAdd: "+",
    ast.Invert: "~",
    ast.And: "and",
    ast.Or: "or",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
}


class Offsets:
    """Character offsets of the places that `ast` gives as lines and columns in UTF-8 bytes."""

    def __init__(self, text: str, starts: Sequence[int]) -> None:
        self._text, self._starts = text, starts
        self._ascii = text.isascii()
        self._lines: dict[int, bytes] = {}

    def of(self, line: int, column: int) -> int:
        """The offset of a line (from 1) and a column in bytes (from 0)."""
        start = self._starts[line - 1]
        if self._ascii:
            return start + column
        data = self._lines.get(line)
        if data is None:
            end = self._starts[line] if line < len(self._starts) else len(self._text)
            data = self._lines[line] = self._text[start:end].encode("utf-8", "surrogatepass")
        return start + len(data[:column].decode("utf-8", "surrogatepass"))


class Expressions(Lowering):
    """Lowers the expressions of one module."""

    def __init__(self, text: str, starts: Sequence[int]) -> None:
        super().__init__()
        self.text = text
        self._offset = Offsets(text, starts).of
        self._table = {
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Call: self._call,
            ast.Constant: self._constant,
            ast.JoinedStr: self._formatted,
            ast.List: lambda node, s, e: ("seq", s, e, "list", self.all(node.elts)),
            ast.Tuple: self._tuple,
            ast.Set: lambda node, s, e: ("seq", s, e, "set", self.all(node.elts)),
            ast.Dict: self._dict,
            ast.Subscript: lambda node, s, e: (
                ("sub", s, e, self.lower(node.value), self.lower(node.slice))
            ),
            ast.Slice: lambda node, s, e: ("slice", s, e),
            ast.BinOp: self._binary,
            ast.BoolOp: self._boolean,
            ast.UnaryOp: self._unary,
            ast.Compare: self._comparison,
            ast.IfExp: self._conditional,
            ast.Lambda: self._lambda,
            ast.ListComp: lambda node, s, e: self._comprehension("list", node, s, e),
            ast.SetComp: lambda node, s, e: self._comprehension("set", node, s, e),
            ast.GeneratorExp: lambda node, s, e: self._comprehension("generator", node, s, e),
            ast.DictComp: lambda node, s, e: self._comprehension("dict", node, s, e),
            ast.Starred: lambda node, s, e: ("star", s, e, self.lower(node.value)),
            ast.Await: lambda node, s, e: ("await", s, e, self.lower(node.value)),
            ast.NamedExpr: lambda node, s, e: (
                ("walrus", s, e, self.lower(node.target), self.lower(node.value))
            ),
            ast.Yield: lambda node, s, e: ("yield", s, e, self.optional(node.value)),
            ast.YieldFrom: lambda node, s, e: ("yield", s, e, self.lower(node.value)),
        }

    def span(self, node: Any) -> tuple[int, int]:
        """Offsets of a node."""
        if self._within is not None:
            return self._within
        offset = self._offset
        return offset(node.lineno, node.col_offset), offset(node.end_lineno, node.end_col_offset)

    def all(self, nodes: Sequence[ast.expr]) -> tuple[Node, ...]:
        """The tuples of several expressions."""
        return tuple(self.lower(each) for each in nodes)

    def _name(self, node: ast.Name, s: int, e: int) -> Node:
        self.words.add(node.id)
        return ("name", s, e, node.id)

    def _attribute(self, node: ast.Attribute, s: int, e: int) -> Node:
        self.words.add(node.attr)
        return ("attr", s, e, self.lower(node.value), node.attr)

    def _call(self, node: ast.Call, s: int, e: int) -> Node:
        return ("call", s, e, self.lower(node.func), self.arguments(node.args, node.keywords))

    def arguments(
        self, positional: Sequence[ast.expr], keywords: Sequence[ast.keyword]
    ) -> tuple[Any, ...]:
        """The arguments of a call, or the bases of a class, as they are written."""
        found = [self._positional(each) for each in positional]
        found += [self._keyword(each) for each in keywords]
        if positional and keywords and self._within is None:
            found.sort(key=lambda each: int(each[3]))
        return tuple(found)

    def _positional(self, node: ast.expr) -> tuple[Any, ...]:
        if isinstance(node, ast.Starred):
            value = self.lower(node.value)
            return ("*", None, value, self.span(node)[0], value[2])
        value = self.lower(node)
        return ("", None, value, value[1], value[2])

    def _keyword(self, node: ast.keyword) -> tuple[Any, ...]:
        value = self.lower(node.value)
        return ("**" if node.arg is None else "", node.arg, value, self.span(node)[0], value[2])

    def _constant(self, node: ast.Constant, s: int, e: int) -> Node:
        value: Any = node.value
        if isinstance(value, int) and value.bit_length() > MOST_BITS:
            return ("other", s, e)
        return ("const", s, e, value)

    def _formatted(self, node: ast.JoinedStr, s: int, e: int) -> Node:
        # Before Python 3.12 the positions in an f-string are wrong as soon as it has several lines.
        outer, self._within = self._within, (s, e)
        parts: list[Node] = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                plain = part.conversion == -1 and part.format_spec is None
                parts.append(("fmt", s, e, self.lower(part.value), plain))
            elif isinstance(part, ast.Constant):
                parts.append(("const", s, e, part.value))
        self._within = outer
        return ("fstr", s, e, joined(parts, s, e))

    def _tuple(self, node: ast.Tuple, s: int, e: int) -> Node:
        items = self.all(node.elts)
        return ("seq", *spanning(items, s, e), "tuple", items)

    def _dict(self, node: ast.Dict, s: int, e: int) -> Node:
        pairs = zip(node.keys, node.values, strict=True)
        return (
            "dict",
            s,
            e,
            tuple((self.optional(key), self.lower(value)) for key, value in pairs),
        )

    def _binary(self, node: ast.BinOp, s: int, e: int) -> Node:
        operator = OPERATORS.get(type(node.op), "?")
        return ("bin", s, e, operator, self.lower(node.left), self.lower(node.right))

    def _boolean(self, node: ast.BoolOp, s: int, e: int) -> Node:
        operator = OPERATORS[type(node.op)]
        made, *rest = self.all(node.values)
        for each in rest:
            made = ("bool", made[1], each[2], operator, made, each)
        return made

    def _unary(self, node: ast.UnaryOp, s: int, e: int) -> Node:
        return ("un", s, e, OPERATORS[type(node.op)], self.lower(node.operand))

    def _comparison(self, node: ast.Compare, s: int, e: int) -> Node:
        pairs = zip(node.ops, node.comparators, strict=True)
        left = self.lower(node.left)
        rest = tuple((OPERATORS.get(type(op), "?"), self.lower(each)) for op, each in pairs)
        return ("cmp", s, e, left, rest)

    def _conditional(self, node: ast.IfExp, s: int, e: int) -> Node:
        test, body = self.lower(node.test), self.lower(node.body)
        return ("ifexp", s, e, test, body, self.lower(node.orelse))

    def _lambda(self, node: ast.Lambda, s: int, e: int) -> Node:
        return ("lambda", s, e, self.params(node.args), self.lower(node.body))

    def _comprehension(self, kind: str, node: Any, s: int, e: int) -> Node:
        fors = tuple(
            (self.lower(each.target), self.lower(each.iter), self.all(each.ifs))
            for each in node.generators
        )
        if kind == "dict":
            pair = (self.lower(node.key), self.lower(node.value))
            return ("comp", s, e, kind, ("seq", s, e, "tuple", pair), fors)
        element = self.lower(node.elt)
        if kind == "generator":
            last = fors[-1][2][-1] if fors[-1][2] else fors[-1][1]
            s, e = element[1], last[2]
        return ("comp", s, e, kind, element, fors)

    def params(self, params: ast.arguments) -> tuple[Any, ...]:
        """The parameters of a function or lambda, in the order of the call."""
        positional = [(each, POSITIONAL_ONLY) for each in params.posonlyargs]
        positional += [(each, POSITIONAL) for each in params.args]
        required = len(positional) - len(params.defaults)
        found = [
            self._param(each, kind, None if i < required else params.defaults[i - required])
            for i, (each, kind) in enumerate(positional)
        ]
        if params.vararg is not None:
            found.append(self._param(params.vararg, VAR_POSITIONAL, None))
        for each, default in zip(params.kwonlyargs, params.kw_defaults, strict=True):
            found.append(self._param(each, KEYWORD_ONLY, default))
        if params.kwarg is not None:
            found.append(self._param(params.kwarg, VAR_KEYWORD, None))
        return tuple(found)

    def _param(self, param: ast.arg, kind: int, default: ast.expr | None) -> tuple[Any, ...]:
        annotation = self.optional(param.annotation)
        value = self.optional(default)
        start, end = self.span(param)
        last = value or annotation
        end = start + len(param.arg) if last is None else last[2]
        return (param.arg, kind, value, annotation, start, end)
