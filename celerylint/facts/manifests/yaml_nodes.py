"""YAML files as nodes that know their place, whatever is wrong with the file.

The nodes are built from the C parser's events and not by PyYAML's own composer, which follows
nesting by recursion (100,000 dashes end the process) and gives nothing at all for a file with one
bad line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from celerylint.structs import dataclass, field

DEEPEST = 200
"""Collections inside each other; real manifests stay below 30."""
MOST_NODES = 50_000
"""Nodes of a file, some 20,000 lines; what follows is not read."""
MOST_REPAIRS = 12
"""How many bad places are taken out of a file before the rest is given up."""


@dataclass(slots=True, eq=False)
class Scalar:
    """A scalar: start is that of its tag or anchor; style is "" for plain, else | > ' or "."""

    start: int
    end: int
    tag: str
    style: str
    value: str
    anchored: bool = False


@dataclass(slots=True, eq=False)
class Sequence:
    """A list, block or flow."""

    start: int
    end: int
    tag: str
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Mapping:
    """A mapping with its keys as written: in order, repeated ones and `<<` included."""

    start: int
    end: int
    tag: str
    pairs: list[tuple[Node, Node]] = field(default_factory=list)


Node = Scalar | Sequence | Mapping


@dataclass(slots=True)
class Nodes:
    """The documents of a file. lost are the places that could not be read, as [start, end) of whole
    lines; problems are (line, sentence), at most one per file."""

    documents: list[Node]
    lost: list[tuple[int, int]] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)


class _Stopped(Exception):
    """Reading ends here for good: (offset, sentence)."""


class _Composer:
    """Turns events into nodes without recursion."""

    def __init__(self, budget: int) -> None:
        self.left = budget
        self.documents: list[Node] = []
        self._open: list[Sequence | Mapping] = []
        self._keys: list[Node | None] = []
        self._anchors: dict[str, Node] = {}

    def feed(self, event: Any) -> None:
        kind = type(event).__name__
        if kind == "ScalarEvent":
            start, end = event.start_mark.index, event.end_mark.index
            tag, style = event.tag or "", event.style or ""
            self._place(Scalar(start, end, tag, style, event.value, bool(event.anchor)), event)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            made = Mapping if kind == "MappingStartEvent" else Sequence
            node = made(event.start_mark.index, event.end_mark.index, event.tag or "")
            self._place(node, event)
            self._open.append(node)
            self._keys.append(None)
            if len(self._open) > DEEPEST:
                raise _Stopped(event.start_mark.index, f"nested deeper than {DEEPEST} levels")
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._close(event.end_mark.index)
        elif kind == "AliasEvent":
            here = event.start_mark.index
            empty = Scalar(here, event.end_mark.index, "", "", "")
            self._attach(self._anchors.get(event.anchor, empty))
        elif kind == "DocumentStartEvent":
            self._anchors = {}

    def _place(self, node: Node, event: Any) -> None:
        self.left -= 1
        if self.left < 0:
            raise _Stopped(event.start_mark.index, f"more than {MOST_NODES} nodes")
        if event.anchor:
            self._anchors[event.anchor] = node
        self._attach(node)

    def _attach(self, node: Node) -> None:
        if not self._open:
            self.documents.append(node)
            return
        parent = self._open[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif (key := self._keys[-1]) is None:
            self._keys[-1] = node
        else:
            parent.pairs.append((key, node))
            self._keys[-1] = None

    def _close(self, end: int) -> None:
        self._keys.pop()
        self._open.pop().end = end

    def finish(self, end: int) -> None:
        """Close what an error left open."""
        while self._open:
            self._close(end)


def compose(text: str) -> Nodes:
    """The nodes of a YAML (or JSON) text. Never raises; a bad place costs itself and what is
    indented below it."""
    if text.count("\n%") > 50:  # each directive is compared with all before it
        return Nodes([], problems=[(1, "too many YAML directives")])
    found = Nodes([])
    best: list[Node] = []
    budget = MOST_NODES
    for _ in range(MOST_REPAIRS):
        composer = _Composer(budget)
        problem = _run(composer, text)
        budget = composer.left
        if problem is None:
            found.documents = composer.documents
            return found
        offset, sentence, final = problem
        composer.finish(offset)
        found.problems = found.problems or [(text.count("\n", 0, offset) + 1, sentence)]
        best = max(best, composer.documents, key=_reach)
        if final:
            break
        start, end = _bad_lines(text, offset)
        if start == end:
            break
        found.lost.append((start, end))
        text = text[:start] + re.sub(r"[^\r\n]", " ", text[start:end]) + text[end:]
    found.documents = best
    reach = _reach(best)
    if reach < len(text):
        found.lost.append((reach, len(text)))
    return found


def _reach(documents: list[Node]) -> int:
    return max((node.end for node in documents), default=0)


def _run(composer: _Composer, text: str) -> tuple[int, str, bool] | None:
    """Feed all events; else (offset, what is wrong, whether a repair is no use)."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(text, Loader=loader):
            composer.feed(event)
    except _Stopped as stop:
        offset, sentence = stop.args
        return offset, f"{sentence}: what follows was not read", True
    except yaml.MarkedYAMLError as error:
        return _mark(error, len(text)), f"not valid YAML: {error.problem or error.context}", False
    except (yaml.reader.ReaderError, ValueError):
        # A control character or half a surrogate pair. The position in the error counts bytes or
        # characters, by loader: look for the character instead.
        odd = yaml.reader.Reader.NON_PRINTABLE.search(text)
        return odd.start() if odd else 0, "not valid YAML: unreadable character", odd is None
    return None


def _mark(error: Any, length: int) -> int:
    """Where the mistake stands. An unclosed quote or bracket shows at the end of the file only:
    there the place where it was opened is meant."""
    mark, context = error.problem_mark, error.context_mark
    early = any(word in (error.context or "") for word in ("flow", "quoted", "simple key"))
    if context is not None and (mark is None or early or mark.index >= length):
        return int(context.index)
    return int(mark.index) if mark is not None else 0


def _bad_lines(text: str, offset: int) -> tuple[int, int]:
    """The line at offset and the deeper ones behind it: they would otherwise join what stands
    before."""
    lines = _lines(text, text.rfind("\n", 0, min(offset, len(text))) + 1)
    start, end, indent = next(lines, (offset, offset, 0))
    while indent < 0 and start > 0:  # an error is often seen at the blank end of the file
        start, end, indent = next(_lines(text, text.rfind("\n", 0, start - 1) + 1))
    for _, stop, depth in lines:
        if 0 <= depth <= indent:
            break
        end = stop
    return start, end


def _lines(text: str, at: int) -> Iterator[tuple[int, int, int]]:
    """(start, end with newline, indent; -1 for a blank line) of each line from `at` on."""
    while at < len(text):
        end = text.find("\n", at) + 1 or len(text)
        body = text[at:end]
        yield at, end, len(body) - len(body.lstrip()) if body.strip() else -1
        at = end
