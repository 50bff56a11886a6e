"""Where the nodes of a LibCST tree stand, as character offsets into the text.

LibCST's own PositionProvider copies lines and columns for every node at 0.3 to 0.5 MB/s; counting characters
while the tree is rendered once gives the same syntactic positions five times faster.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any

import libcst as cst
from libcst._nodes.internal import CodegenState


class _Recording:
    __slots__ = ("end_node", "node", "start", "start_node", "state")

    def __init__(
        self, state: _Counting, node: object, start_node: object | None, end_node: object | None
    ) -> None:
        self.state, self.node = state, node
        self.start_node, self.end_node = start_node, end_node
        self.start = 0

    def __enter__(self) -> None:
        self.start = self.state.offset

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        spans = self.state.spans
        # A node without a position of its own (a parenthesis, say) ends where the rendering stands.
        start = spans.get(self.start_node, (self.start, 0))[0]
        end = spans.get(self.end_node, (0, self.state.offset))[1]
        spans[self.node] = (start, end)


class _Counting(CodegenState):
    """Counts the characters that rendering would write, and keeps none of them."""

    def __init__(self, indent: str, newline: str) -> None:
        super().__init__(default_indent=indent, default_newline=newline)
        self.offset = 0
        self.spans: dict[object, tuple[int, int]] = {}

    def add_token(self, value: str) -> None:
        self.offset += len(value)

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.offset += len(token)

    def pop_trailing_newline(self) -> None:
        pass

    def record_syntactic_position(  # type: ignore[override]
        self, node: Any, *, start_node: Any = None, end_node: Any = None
    ) -> _Recording:
        return _Recording(self, node, start_node, end_node)


class _CountingComments(_Counting):
    def __init__(self, indent: str, newline: str) -> None:
        super().__init__(indent, newline)
        self.comments: list[tuple[int, str]] = []

    def add_token(self, value: str) -> None:
        if value[:1] == "#":
            self.comments.append((self.offset, value))
        self.offset += len(value)


def locate(
    module: cst.Module, comments: bool
) -> tuple[dict[object, tuple[int, int]], list[tuple[int, str]]]:
    """Offsets (start, end) of every node that has a syntactic position, and the comments if asked for."""
    make = _CountingComments if comments else _Counting
    state = make(module.default_indent, module.default_newline)
    module._codegen(state)
    return state.spans, state.comments if isinstance(state, _CountingComments) else []
