"""Several YAML files as one text, so that nodes of all of them can stand in one document.

Each file is parsed by itself; its nodes then move to where its text begins in the whole.
"""

from __future__ import annotations

from celerylint.facts.manifests.merging import Unsettled
from celerylint.facts.manifests.model import Stretch, newlines
from celerylint.facts.manifests.templates import Blanked, Hole
from celerylint.facts.manifests.yaml_nodes import DEEPEST, Mapping, Node, Nodes, Scalar, Sequence
from celerylint.facts.manifests.yaml_text import YamlFile
from celerylint.structs import replace

MOST_CHARACTERS = 4_000_000


class Gathered:
    """The texts so far. parts are those of Manifest."""

    def __init__(self) -> None:
        self.parts: list[Stretch] = []
        self._texts: list[str] = []
        self._blanked: list[str] = []
        self._holes: list[Hole] = []
        self._starts: dict[str, int] = {}
        self._files: dict[str, YamlFile] = {}
        self._length = 0

    def raw(self, path: str, text: str, blanked: str = "") -> int:
        """Where this file's text begins; it is added once. Raises Unsettled for too much text."""
        if path not in self._starts:
            if self._length + len(text) > MOST_CHARACTERS:
                raise Unsettled("more text than is read")
            self._starts[path] = self._length
            self.parts.append((self._length, path, newlines(text)))
            self._texts.append(f"{text}\n")
            self._blanked.append(f"{blanked or text}\n")
            self._length += len(text) + 1
        return self._starts[path]

    def documents(self, path: str, text: str, whole: bool = False) -> list[Node]:
        """The documents of a file; what could not be read of it is left out, or (whole) raises
        Unsettled."""
        file = self._files.get(path)
        if file is None:
            file = self._files[path] = YamlFile(text)
            start = self.raw(path, text, file.blanked.text)
            self._holes += [
                replace(each, start=each.start + start, end=each.end + start)
                for each in file.blanked.holes
            ]
        if whole and file.lost:
            raise Unsettled("a patch that is no YAML")
        start = self._starts[path]
        return [copied(file, root, start) for root in file.documents]

    def inside(self, path: str, scalar: Scalar) -> list[Node]:
        """The documents of YAML that is a scalar of a file which was added. Raises Unsettled where
        the scalar is written in a way that moves characters."""
        file, start = self._files[path], self._starts[path]
        first, last = scalar.start - start, scalar.end - start
        source = file.blanked.text
        json = scalar.style == ">" and scalar.value.lstrip().startswith(("[", "{"))
        if scalar.style == "|" or json:
            first = source.find("\n", first, last) + 1
        elif scalar.style in ("'", '"'):
            first, last = first + 1, last - 1
        if scalar.style != "|" and not json and source[first:last] != scalar.value:
            raise Unsettled("a patch in a folded text")
        found = []
        for begin, end in _apart(source, first, last):
            part = file.part(begin, end)
            if part.problems or part.lost:
                raise Unsettled("a patch that is no YAML")
            found += [copied(part, root, start) for root in part.documents]
        return found

    def file(self) -> YamlFile:
        """All texts as one file, for what asks for the text of nodes."""
        holes = tuple(sorted(self._holes, key=lambda hole: hole.start))
        blanked = Blanked.of("".join(self._blanked), holes)
        return YamlFile("".join(self._texts), blanked, Nodes([]))


def _apart(source: str, start: int, end: int) -> list[tuple[int, int]]:
    """The documents of an indented text, between lines of `---`."""
    found, begin, at = [], start, start
    while at < end:
        stop = source.find("\n", at, end) + 1 or end
        if source[at:stop].strip() == "---":
            found.append((begin, at))
            begin = stop
        at = stop
    return [each for each in (*found, (begin, end)) if source[each[0] : each[1]].strip()]


def copied(file: YamlFile, root: Node, by: int) -> Node:
    """The node that many characters later, its merge keys resolved; aliases stay shared. Raises
    Unsettled for nodes inside themselves, and for more levels than a file may have."""
    made: dict[int, Node] = {id(root): _empty(root, by)}
    stack = [root]

    def moved(node: Node) -> Node:
        if id(node) not in made:
            made[id(node)] = _empty(node, by)
            stack.append(node)
        return made[id(node)]

    while stack:
        node = stack.pop()
        new = made[id(node)]
        if isinstance(node, Mapping) and isinstance(new, Mapping):
            for entry in file.entries(node):
                key = _empty(entry.key, by)
                new.pairs.append((key, moved(entry.value)))
        elif isinstance(node, Sequence) and isinstance(new, Sequence):
            new.items += [moved(item) for item in node.items]
    _measured(made[id(root)])
    return made[id(root)]


def _measured(root: Node) -> None:
    heights: dict[int, int] = {}
    stack = [(root, False)]
    while stack:
        node, done = stack.pop()
        below = _below(node)
        if done:
            height = 1 + max((heights[id(each)] for each in below), default=0)
            if not 0 < height <= DEEPEST:
                raise Unsettled("too many levels")
            heights[id(node)] = height
        elif id(node) not in heights:
            heights[id(node)] = DEEPEST  # whoever meets it again before it is done is inside it
            stack.append((node, True))
            stack += [(each, False) for each in below]


def _below(node: Node) -> list[Node]:
    if isinstance(node, Mapping):
        return [value for _, value in node.pairs]
    return node.items if isinstance(node, Sequence) else []


def _empty(node: Node, by: int) -> Node:
    start, end = node.start + by, node.end + by
    if isinstance(node, Scalar):
        return Scalar(start, end, node.tag, node.style, node.value, node.anchored)
    return (
        Mapping(start, end, node.tag)
        if isinstance(node, Mapping)
        else Sequence(start, end, node.tag)
    )
