"""Lowers LibCST expressions to the plain tuples of `celerylint.facts.syntax`."""

from __future__ import annotations

import ast
from typing import Any

import libcst as cst

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
    cst.Add: "+",
    cst.AddAssign: "+",
    cst.Subtract: "-",
    cst.SubtractAssign: "-",
    cst.Multiply: "*",
    cst.MultiplyAssign: "*",
    cst.Divide: "/",
    cst.DivideAssign: "/",
    cst.FloorDivide: "//",
    cst.FloorDivideAssign: "//",
    cst.Modulo: "%",
    cst.ModuloAssign: "%",
    cst.Power: "**",
    cst.PowerAssign: "**",
    cst.LeftShift: "<<",
    cst.LeftShiftAssign: "<<",
    cst.RightShift: ">>",
    cst.RightShiftAssign: ">>",
    cst.BitAnd: "&",
    cst.BitAndAssign: "&",
    cst.BitOr: "|",
    cst.BitOrAssign: "|",
    cst.BitXor: "^",
    cst.BitXorAssign: "^",
    cst.MatrixMultiply: "@",
    cst.MatrixMultiplyAssign: "@",
    cst.Not: "not",
    cst.Minus: "-",
    cst.Plus: "+",
    cst.BitInvert: "~",
    cst.And: "and",
    cst.Or: "or",
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
    cst.In: "in",
    cst.NotIn: "not in",
    cst.Is: "is",
    cst.IsNot: "is not",
}
CONSTANTS = {"None": None, "True": True, "False": False}


class Expressions(Lowering):
    """Lowers expressions of one module, given where its nodes stand."""

    def __init__(self, spans: dict[int, tuple[int, int]]) -> None:
        super().__init__()
        self.spans = spans
        self._table = {
            cst.Name: self._name,
            cst.Attribute: self._attribute,
            cst.Call: self._call,
            cst.SimpleString: self._constant,
            cst.ConcatenatedString: self._concatenated,
            cst.FormattedString: self._formatted,
            cst.Integer: self._constant,
            cst.Float: self._constant,
            cst.Imaginary: self._constant,
            cst.Ellipsis: lambda node, s, e: ("const", s, e, ...),
            cst.List: lambda node, s, e: self._sequence("list", node, s, e),
            cst.Tuple: lambda node, s, e: self._sequence("tuple", node, s, e),
            cst.Set: lambda node, s, e: self._sequence("set", node, s, e),
            cst.Dict: self._dict,
            cst.Subscript: self._subscript,
            cst.BinaryOperation: self._binary,
            cst.BooleanOperation: self._boolean,
            cst.UnaryOperation: self._unary,
            cst.Comparison: self._comparison,
            cst.IfExp: self._conditional,
            cst.Lambda: self._lambda,
            cst.ListComp: lambda node, s, e: self._comprehension("list", node, s, e),
            cst.SetComp: lambda node, s, e: self._comprehension("set", node, s, e),
            cst.GeneratorExp: lambda node, s, e: self._comprehension("generator", node, s, e),
            cst.DictComp: lambda node, s, e: self._comprehension("dict", node, s, e),
            cst.StarredElement: lambda node, s, e: ("star", s, e, self.lower(node.value)),
            cst.Await: lambda node, s, e: ("await", s, e, self.lower(node.expression)),
            cst.NamedExpr: self._walrus,
            cst.Yield: self._yield,
        }

    def span(self, node: object) -> tuple[int, int]:
        """Offsets of a node; (0, 0) for the few kinds that have none of their own."""
        return self._within or self.spans.get(id(node), (0, 0))

    def _name(self, node: cst.Name, s: int, e: int) -> Node:
        if node.value in CONSTANTS:
            return ("const", s, e, CONSTANTS[node.value])
        self.words.add(node.value)
        return ("name", s, e, node.value)

    def _attribute(self, node: cst.Attribute, s: int, e: int) -> Node:
        self.words.add(node.attr.value)
        return ("attr", s, e, self.lower(node.value), node.attr.value)

    def _call(self, node: cst.Call, s: int, e: int) -> Node:
        function = self.lower(node.func)
        return ("call", s, e, function, tuple(self.argument(arg) for arg in node.args))

    def argument(self, arg: cst.Arg) -> tuple[Any, ...]:
        """An argument of a call, or a base of a class."""
        value = self.lower(arg.value)
        start = self.span(arg)[0] if arg.star or arg.keyword is not None else value[1]
        keyword = None if arg.keyword is None else arg.keyword.value
        return (arg.star, keyword, value, start, value[2])

    def _constant(self, node: Any, s: int, e: int) -> Node:
        try:
            value = ast.literal_eval(node.value)
        except (SyntaxError, ValueError):
            # LibCST does not look into escapes, nor count digits.
            return ("other", s, e)
        if isinstance(value, int) and value.bit_length() > MOST_BITS:
            return ("other", s, e)
        return ("const", s, e, value)

    def _concatenated(self, node: cst.ConcatenatedString, s: int, e: int) -> Node:
        parts: list[Node] = []
        outer, self._within = self._within, (s, e)
        rest: Any = node
        while isinstance(rest, cst.ConcatenatedString):
            parts.append(self.lower(rest.left))
            rest = rest.right
        parts.append(self.lower(rest))
        self._within = outer
        if all(part[0] == "const" for part in parts):
            values = [part[3] for part in parts]
            try:
                empty: Any = values[0][:0]
                return ("const", s, e, empty.join(values))
            except TypeError:
                return ("other", s, e)
        flat: list[Node] = []
        for part in parts:
            flat.extend(part[3] if part[0] == "fstr" else (part,))
        return ("fstr", s, e, joined(flat, s, e))

    def _formatted(self, node: cst.FormattedString, s: int, e: int) -> Node:
        parts: list[Node] = []
        outer, self._within = self._within, (s, e)
        raw = "r" in node.start.lower()
        for part in node.parts:
            if isinstance(part, cst.FormattedStringText):
                parts.append(("const", s, e, _text(part.value, raw)))
            elif isinstance(part, cst.FormattedStringExpression):
                if part.equal is not None:
                    parts.append(("const", s, e, _shown(part)))
                plain = part.conversion is None and part.format_spec is None and part.equal is None
                parts.append(("fmt", s, e, self.lower(part.expression), plain))
        self._within = outer
        return ("fstr", s, e, joined(parts, s, e))

    def _sequence(self, kind: str, node: Any, s: int, e: int) -> Node:
        items = []
        for element in node.elements:
            if isinstance(element, cst.StarredElement):
                items.append(self.lower(element))
            else:
                items.append(self.lower(element.value))
        if kind == "tuple":
            s, e = spanning(tuple(items), s - 1, e + 1)
        return ("seq", s, e, kind, tuple(items))

    def _dict(self, node: cst.Dict, s: int, e: int) -> Node:
        entries = []
        for element in node.elements:
            key = element.key if isinstance(element, cst.DictElement) else None
            entries.append((self.optional(key), self.lower(element.value)))
        return ("dict", s, e, tuple(entries))

    def _subscript(self, node: cst.Subscript, s: int, e: int) -> Node:
        base = self.lower(node.value)
        indexes: list[Node] = []
        for element in node.slice:
            start, end = self.span(element)
            if isinstance(element.slice, cst.Index):
                indexes.append(self.lower(element.slice.value))
            else:
                indexes.append(("slice", start, end))
        index = indexes[0]
        if len(indexes) > 1 or node.slice[0].comma is not cst.MaybeSentinel.DEFAULT:
            index = ("seq", *spanning(tuple(indexes), s, e), "tuple", tuple(indexes))
        return ("sub", s, e, base, index)

    def _binary(self, node: cst.BinaryOperation, s: int, e: int) -> Node:
        operator = OPERATORS.get(type(node.operator), "?")
        return ("bin", s, e, operator, self.lower(node.left), self.lower(node.right))

    def _boolean(self, node: cst.BooleanOperation, s: int, e: int) -> Node:
        operator = OPERATORS[type(node.operator)]
        left, right = self.lower(node.left), self.lower(node.right)
        return ("bool", left[1], right[2], operator, left, right)

    def _unary(self, node: cst.UnaryOperation, s: int, e: int) -> Node:
        return ("un", s, e, OPERATORS[type(node.operator)], self.lower(node.expression))

    def _comparison(self, node: cst.Comparison, s: int, e: int) -> Node:
        rest = tuple(
            (OPERATORS.get(type(each.operator), "?"), self.lower(each.comparator))
            for each in node.comparisons
        )
        return ("cmp", s, e, self.lower(node.left), rest)

    def _conditional(self, node: cst.IfExp, s: int, e: int) -> Node:
        return (
            "ifexp",
            s,
            e,
            self.lower(node.test),
            self.lower(node.body),
            self.lower(node.orelse),
        )

    def _lambda(self, node: cst.Lambda, s: int, e: int) -> Node:
        return ("lambda", s, e, self.params(node.params), self.lower(node.body))

    def _comprehension(self, kind: str, node: Any, s: int, e: int) -> Node:
        fors = []
        step: cst.CompFor | None = node.for_in
        while step is not None:
            tests = tuple(self.lower(each.test) for each in step.ifs)
            fors.append((self.lower(step.target), self.lower(step.iter), tests))
            step = step.inner_for_in
        if kind == "dict":
            pair = (self.lower(node.key), self.lower(node.value))
            element: Node = ("seq", s, e, "tuple", pair)
        else:
            element = self.lower(node.elt)
        if kind == "generator":
            s, e = element[1], (fors[-1][2] or fors[-1][1:2])[-1][2]
        return ("comp", s, e, kind, element, tuple(fors))

    def _walrus(self, node: cst.NamedExpr, s: int, e: int) -> Node:
        return ("walrus", s, e, self.lower(node.target), self.lower(node.value))

    def _yield(self, node: cst.Yield, s: int, e: int) -> Node:
        value = node.value.item if isinstance(node.value, cst.From) else node.value
        return ("yield", s, e, self.optional(value))

    def params(self, params: cst.Parameters) -> tuple[Any, ...]:
        """The parameters of a function or lambda, in the order of the call."""
        found = [self._param(each, POSITIONAL_ONLY) for each in params.posonly_params]
        found += [self._param(each, POSITIONAL) for each in params.params]
        if isinstance(params.star_arg, cst.Param):
            found.append(self._param(params.star_arg, VAR_POSITIONAL))
        found += [self._param(each, KEYWORD_ONLY) for each in params.kwonly_params]
        if params.star_kwarg is not None:
            found.append(self._param(params.star_kwarg, VAR_KEYWORD))
        return tuple(found)

    def _param(self, param: cst.Param, kind: int) -> tuple[Any, ...]:
        annotation = None if param.annotation is None else self.lower(param.annotation.annotation)
        default = self.optional(param.default)
        start, end = self.span(param.name)
        last = default or annotation
        return (param.name.value, kind, default, annotation, start, last[2] if last else end)


def _shown(part: cst.FormattedStringExpression) -> str:
    """What `{a=}` shows before the value."""
    written = cst.Module(()).code_for_node
    assert part.equal is not None
    before = written(part.whitespace_before_expression)
    return before + written(part.expression) + written(part.equal)


def _text(value: str, raw: bool) -> str:
    value = value.replace("{{", "{").replace("}}", "}")
    if raw or "\\" not in value:
        return value
    try:
        quoted = value.replace('"', '\\"').replace("\n", "\\n").replace('\\\\"', '\\"')
        return str(ast.literal_eval(f'"{quoted}"'))
    except (SyntaxError, ValueError):
        return value
