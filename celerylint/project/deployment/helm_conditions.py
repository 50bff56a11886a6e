"""Whether a condition of a Helm template holds, as far as the chart's values.yaml says.

Source: Go's text/template: what is false, 0, nil or empty is false; functions take their arguments
in a row, and a pipe adds the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from celerylint.patterns import regex

LookUp = Callable[[str], Any]
"""What values.yaml has at a dotted path: a scalar, None where it has nothing, else UNKNOWN."""

UNKNOWN: Any = object()
_TOKEN = regex(r'\s*(?:(?P<text>"[^"\\]*")|(?P<sign>[()|])|(?P<word>[^\s()|"]+))')
_PATH = regex(r"\$?\.Values\.([A-Za-z0-9_.-]+)$")
_NUMBER = regex(r"-?\d+(\.\d+)?$")
_WORDS = {"true": True, "false": False, "nil": None}
_LONGEST = 2000
_DEEPEST = 20


def holds(condition: str, look_up: LookUp) -> bool | None:
    """Does `if x`, `with x` or `not if x` (the branch of an else) hold? None: not known."""
    negative = condition.startswith(("not if ", "not with "))
    keyword, _, expression = condition.removeprefix("not ").partition(" ")
    if keyword not in ("if", "with"):
        return None
    value = evaluate(expression, look_up)
    if value is UNKNOWN:
        return None
    return bool(value) is not negative


def evaluate(expression: str, look_up: LookUp) -> Any:
    """The value of an expression, or UNKNOWN."""
    tokens: list[str] = []
    at, end = 0, len(expression.rstrip())
    while at < end:
        match = _TOKEN.match(expression, at)
        if match is None or end > _LONGEST:
            return UNKNOWN
        tokens.append(match.group().strip())
        at = match.end()
    reader = _Reader(tokens, look_up)
    value = reader.pipeline(0)
    return UNKNOWN if reader.at < len(tokens) else value


class _Reader:
    def __init__(self, tokens: Sequence[str], look_up: LookUp) -> None:
        self._tokens, self._look_up = tokens, look_up
        self.at = 0

    def _next(self) -> str:
        return self._tokens[self.at] if self.at < len(self._tokens) else ""

    def pipeline(self, depth: int) -> Any:
        """Commands with `|` between them."""
        value = self._command(depth, [])
        while self._next() == "|":
            self.at += 1
            value = self._command(depth, [value])
        return value

    def _command(self, depth: int, last: list[Any]) -> Any:
        first = self._next()
        if first in ("", ")", "|") or depth > _DEEPEST:
            return self._lost()
        named = first[0].isalpha() and first not in _WORDS
        self.at += named
        values: list[Any] = []
        while self._next() and self._next() not in (")", "|"):
            values.append(self._operand(depth))
        if named:
            return _call(first, [*values, *last])
        return values[0] if len(values) == 1 and not last else UNKNOWN

    def _operand(self, depth: int) -> Any:
        token = self._next()
        self.at += 1
        if token == "(":
            value = self.pipeline(depth + 1)
            if self._next() != ")":
                return self._lost()
            self.at += 1
            return value
        if token[0] == '"':
            return token[1:-1]
        if token in _WORDS:
            return _WORDS[token]
        if _NUMBER.match(token):
            return float(token)
        path = _PATH.match(token)
        return self._look_up(path.group(1)) if path is not None else UNKNOWN

    def _lost(self) -> Any:
        self.at = len(self._tokens) + 1
        return UNKNOWN


def _call(name: str, values: list[Any]) -> Any:
    if name in ("and", "or") and values:
        return _joined(values, name == "or")
    if name == "default" and len(values) == 2:
        return UNKNOWN if values[1] is UNKNOWN else values[1] or values[0]
    if not values or UNKNOWN in values:
        return UNKNOWN
    if name in ("not", "empty") and len(values) == 1:
        return not values[0]
    if name in ("int", "int64", "float64", "toString", "quote") and len(values) == 1:
        return _converted(name, values[0])
    if name in ("eq", "ne", "gt", "ge", "lt", "le") and len(values) >= 2:
        return _compared(name, values)
    return values[0] if name in ("trim", "lower") and values[0] == "" else UNKNOWN


def _joined(values: list[Any], wanted: bool) -> Any:
    """`or` gives the first value that counts as true, `and` the first that does not."""
    unknown = False
    for value in values:
        if value is UNKNOWN:
            unknown = True
        elif bool(value) is wanted:
            return value if not unknown else wanted
    return UNKNOWN if unknown else values[-1]


def _converted(name: str, value: Any) -> Any:
    if name in ("toString", "quote"):
        return UNKNOWN
    try:
        return float(value) if value is not None else 0.0
    except (TypeError, ValueError):
        return UNKNOWN


def _compared(name: str, values: list[Any]) -> Any:
    first, *others = values
    alike = all(type(each) is type(first) for each in others)
    if not alike or first is None:
        return UNKNOWN  # Go refuses to compare most of these
    if name == "eq":
        return first in others
    if len(others) != 1:
        return UNKNOWN
    other = others[0]
    return {
        "ne": first != other,
        "gt": first > other,
        "ge": first >= other,
        "lt": first < other,
        "le": first <= other,
    }[name]
