"""What lowering does whichever parser made the tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celerylint.facts.syntax import PARAM_KINDS, Node

POSITIONAL_ONLY, POSITIONAL, VAR_POSITIONAL, KEYWORD_ONLY, VAR_KEYWORD = range(len(PARAM_KINDS))
Table = dict[type, Callable[[Any, int, int], Node]]


class Lowering:
    """Lowers one module: `words` are the names met in the function at hand; a parser's own class
    says where a node stands, and by `_table` what it becomes.
    """

    _table: Table

    def __init__(self) -> None:
        self.words: set[str] = set()
        self._within: tuple[int, int] | None = None

    def span(self, node: Any) -> tuple[int, int]:
        """Offsets of a node."""
        raise NotImplementedError

    def lower(self, node: Any) -> Node:
        """The tuple of an expression."""
        start, end = self.span(node)
        make = self._table.get(type(node))
        return ("other", start, end) if make is None else make(node, start, end)

    def optional(self, node: Any) -> Node | None:
        """The tuple of an expression that may be absent."""
        return None if node is None else self.lower(node)

    def _expression(self, node: Any, s: int, e: int) -> Node | None:
        """An expression as a statement; a constant, such as a docstring, says nothing."""
        lowered = self.lower(node.value)
        return None if lowered[0] == "const" else ("expr", s, e, lowered)
