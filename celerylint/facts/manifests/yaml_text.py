"""What readers of YAML formats ask of a file: keys, items, words
with their places, template holes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator

from celerylint.facts.manifests import templates
from celerylint.facts.manifests.words import Text, TextBuilder, Tmpl, Word
from celerylint.facts.manifests.yaml_nodes import Mapping, Node, Nodes, Scalar, Sequence, compose
from celerylint.facts.manifests.yaml_scalar import after_properties, decode
from celerylint.patterns import regex
from celerylint.structs import dataclass, replace

_NULLS = ("", "~", "null", "Null", "NULL")
_MOST_MERGES = 50
_DOT = regex(r"(?<![\w.$)\]\"])\.(?![\w.])")
_VALUE = regex(r"\$?\.Values(\.[\w-]+)+|include \"[^\"]*\" [.$]")
_INDENT = regex(r"\bn?indent (\d+)")
_SCOPES = ("with ", "range ")
Change = Callable[[Text], Text] | None
_MERGE = "tag:yaml.org,2002:merge"


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping: its name as written (`key`), its node, its value."""

    name: str
    key: Scalar
    value: Node


class YamlFile:
    """One file: documents, problems, and the text of any node.

    Templates (`{{ }}`, `{% %}`) are blanked first; what they stood for comes back as Tmpl parts.
    """

    def __init__(
        self, text: str, blanked: templates.Blanked | None = None, nodes: Nodes | None = None
    ) -> None:
        self.source = text
        self.blanked = templates.blank(text) if blanked is None else blanked
        self._nodes: Nodes = compose(self.blanked.text) if nodes is None else nodes
        self._entries: dict[int, dict[str, Entry]] = {}
        self.repeated: list[Entry] = []

    def part(self, start: int, end: int) -> YamlFile:
        """The same file with nothing but [start, end) in it."""
        text = self.blanked.text
        line = text.rfind("\n", 0, start) + 1
        before = "\n" * line + " " * (start - line)
        return YamlFile(self.source, replace(self.blanked, text=before + text[start:end]))

    @property
    def documents(self) -> list[Node]:
        """The root of each document."""
        return self._nodes.documents

    @property
    def lost(self) -> list[tuple[int, int]]:
        """The places that could not be read, whole lines, in no order."""
        return self._nodes.lost

    @property
    def problems(self) -> tuple[tuple[int, str], ...]:
        """(line, sentence): what is wrong with the file, else its first repeated key.

        A template that is no YAML without its template parts is no mistake: there it counts only
        what was lost around a mention of Celery. Its branches also repeat keys rightly.
        """
        if self.blanked.holes:
            text = self.blanked.text
            lost = any("celery" in text[start:end].lower() for start, end in self.lost)
            return tuple(self._nodes.problems) if lost else ()
        if self._nodes.problems or not self.repeated:
            return tuple(self._nodes.problems)
        entry = min(self.repeated, key=lambda each: each.key.start)
        line = self.source.count("\n", 0, entry.key.start) + 1
        return ((line, f"the key {entry.name!r} is repeated: the last one counts"),)

    def text(self, node: Node | None) -> Text | None:
        """The text of a scalar with template holes; None for anything else and for null."""
        if not isinstance(node, Scalar) or is_null(node):
            return None
        start = node.start
        if node.tag or node.anchored:
            start = after_properties(self.blanked.text, start, node.end)
        found = decode(self.blanked.text, start, node.end, node.style, node.value)
        return self._filled(found)

    def word(self, node: Node | None) -> Word | None:
        """The whole scalar as one word; None for anything else and for null."""
        text = self.text(node)
        return None if text is None else text.word()

    def entries(self, node: Node | None) -> tuple[Entry, ...]:
        """The keys of a mapping: own ones (of equal ones the last), then merged ones that it does
        not have. Keys that are no scalars are left out; anything but a mapping has none."""
        return tuple(self._by_name(node).values())

    def _by_name(self, node: Node | None, depth: int = 0) -> dict[str, Entry]:
        if not isinstance(node, Mapping) or depth > _MOST_MERGES:
            return {}
        known = self._entries.get(id(node))
        if known is None:
            # Kept before the merges are looked at, so that a mapping which merges itself ends.
            known, merges = self._own(node)
            self._entries[id(node)] = known
            for merged in merges:
                for name, entry in list(self._by_name(merged, depth + 1).items()):
                    known.setdefault(name, entry)
        return known

    def _own(self, node: Mapping) -> tuple[dict[str, Entry], list[Node]]:
        own: dict[str, Entry] = {}
        merges: list[Node] = []
        for key, value in node.pairs:
            if not isinstance(key, Scalar):
                continue
            if key.tag == _MERGE or (key.value == "<<" and not key.style and not key.tag):
                merges += value.items if isinstance(value, Sequence) else [value]
                continue
            name = self._name(key)
            if name in own:
                self.repeated.append(Entry(name, key, value))
            own[name] = Entry(name, key, value)
        return own, merges

    def _name(self, key: Scalar) -> str:
        if self.blanked.within(key.start, key.end):
            return self.source[key.start : key.end].strip("\"'")
        return key.value

    def get(self, node: Node | None, *path: str) -> Node | None:
        """What stands behind these keys, or None."""
        for name in path:
            entry = self.entry(node, name)
            if entry is None:
                return None
            node = entry.value
        return node

    def entry(self, node: Node | None, name: str) -> Entry | None:
        """The entry of that name, or None."""
        return self._by_name(node).get(name)

    def string(self, node: Node | None, *path: str) -> str:
        """The literal text behind these keys; "" when there is none or it holds a template."""
        word = self.word(self.get(node, *path))
        return (word.literal() or "") if word is not None else ""

    def words(self, node: Node | None, change: Change = None) -> tuple[Word, ...]:
        """The scalars of a list as words (a scalar alone is a list of one), each text changed
        first.
        Template regions between the items that may render more of them become words that may be any
        number of words."""
        if isinstance(node, Scalar):
            text = self.text(node)
            return () if text is None else (_changed(text, change).word(),)
        if not isinstance(node, Sequence):
            return ()
        found = [_changed(self._item(item), change).word() for item in node.items]
        flow = self.blanked.text.startswith("[", node.start)
        least = 0 if flow else self._column(node.start)
        rendered = [
            Word((Tmpl(self.reading(hole), quoted=False),), hole.start, hole.end)
            for hole in self._rendering(node.start, node.end, least)
        ]
        return tuple(
            sorted([*found, *rendered], key=lambda word: word.start) if rendered else found
        )

    def _item(self, item: Node) -> Text:
        text = self.text(item)
        if text is not None:
            return text
        if isinstance(item, Scalar):
            return Text.at(item.value, item.start)
        # A mapping where a word was meant (`- echo: done`): the tool refuses it; it stays one word.
        return Text.at(self.source[item.start : item.end].strip(), item.start)

    def rendered(self, node: Mapping, name: str) -> tuple[str, ...]:
        """The template regions below this key that may put keys or items there, as written."""
        start, end = self.extent(node, name)
        value = self.get(node, name)
        least = self._column(start) + 1
        if isinstance(value, (Mapping, Sequence)):
            least = 0 if self.blanked.text[value.start] in "[{" else self._column(value.start)
        return tuple(self.reading(hole) for hole in self._rendering(start, end, least))

    def _rendering(self, start: int, end: int, least: int) -> Iterator[templates.Hole]:
        """The regions alone on their lines that render text at column `least` or deeper."""
        for hole in self.blanked.within(start, end):
            if hole.renders and not hole.filled:
                indent = _INDENT.search(hole.body)
                if (int(indent.group(1)) if indent else self._column(hole.start)) >= least:
                    yield hole

    def _column(self, offset: int) -> int:
        return offset - self.source.rfind("\n", 0, offset) - 1

    def reading(self, hole: templates.Hole) -> str:
        """What a template region says; in a Go template's `with`, `.` is what `with` names."""
        if hole.keyword or not _DOT.search(hole.body):
            return hole.body
        outer = self.blanked.conditions(hole.start)
        scope = next((each for each in reversed(outer) if each.startswith(_SCOPES)), "")
        named = scope.removeprefix("with ").strip() if scope.startswith("with ") else ""
        return _DOT.sub(lambda _: named, hole.body) if _VALUE.fullmatch(named) else hole.body

    def extent(self, node: Mapping, name: str) -> tuple[int, int]:
        """From this key to the next one of the mapping (0, 0 where it has no such key)."""
        for number, (key, _) in enumerate(node.pairs):
            if isinstance(key, Scalar) and key.value == name:
                last = number + 1 == len(node.pairs)
                return key.start, node.end if last else node.pairs[number + 1][0].start
        return 0, 0

    def _filled(self, text: Text) -> Text:
        """The text with its template regions as holes."""
        holes = self.blanked.within(text.start(0), text.end(len(text)))
        written = len(text.value.rstrip())
        if any(not hole.filled and hole.start >= text.end(written) for hole in holes):
            # Blanked lines below a block scalar look like its last lines.
            text = text.cut(0, written)
        end = text.end(len(text))
        holes = tuple(
            hole
            for hole in holes
            if hole.start < end and (hole.filled or (hole.renders and hole.start >= text.start(0)))
        )
        if not holes:
            return text
        builder = TextBuilder()
        at = 0
        for hole in holes:
            first, last = _index(text, hole.start), _index(text, hole.end)
            if first < at:
                continue
            if first > at:
                builder.text(text.cut(at, first))
            builder.hole(Tmpl(self.reading(hole), quoted=hole.filled), hole.start, hole.end)
            at = last
        builder.text(text.cut(at))
        return builder.build()


def _changed(text: Text, change: Change) -> Text:
    return text if change is None else change(text)


def _index(text: Text, offset: int) -> int:
    """The first character of the text that stands at or behind this place."""
    return bisect_left(range(len(text)), offset, key=text.start)


def is_null(node: Node | None) -> bool:
    """Is this nothing, or YAML's null?"""
    if node is None:
        return True
    if not isinstance(node, Scalar) or node.style or node.tag not in ("", "!reset"):
        return False
    return node.value in _NULLS


@dataclass(frozen=True, slots=True)
class Found:
    """A mapping with the nodes above it, outermost first, and the keys that lead through them to it
    ("" for an item of a list)."""

    node: Mapping
    above: tuple[Node, ...]
    keys: tuple[str, ...]

    def nearest(self, file: YamlFile, *path: str) -> Node | None:
        """What stands behind these keys in this mapping or in the nearest one above that has it."""
        for node in (self.node, *reversed(self.above)):
            if (value := file.get(node, *path)) is not None:
                return value
        return None


def walk(file: YamlFile, root: Node) -> Iterator[Found]:
    """Every mapping at and below root, in order; what aliases share comes once."""
    seen: set[int] = set()
    stack: list[tuple[Node, tuple[Node, ...], tuple[str, ...]]] = [(root, (), ())]
    while stack:
        node, above, keys = stack.pop()
        if isinstance(node, Scalar) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            yield Found(node, above, keys)
            below = [(entry.name, entry.value) for entry in file.entries(node)]
        else:
            below = [("", item) for item in node.items]
        stack += [(each, (*above, node), (*keys, name)) for name, each in reversed(below)]
