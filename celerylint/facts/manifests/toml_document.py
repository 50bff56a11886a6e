"""TOML values with their places: tomli says what a file means, a scanner where each value stands.

A place is believed only where decoding what stands there gives tomli's value, so a wrong one cannot
come out; a value without a place points at its key. Source: the TOML 1.0 specification.
"""

from __future__ import annotations

from typing import Any

from celerylint.facts.manifests.lines import take
from celerylint.facts.manifests.words import Text, TextBuilder
from celerylint.patterns import regex
from celerylint.structs import dataclass, field

Path = tuple[str | int, ...]

_BLANK = regex(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE = regex(r"[ \t]*")
_KEY = regex(r"[A-Za-z0-9_-]+|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_STRING = regex(
    r'"""(?:[^\\"]|\\[\s\S]|"(?!""))*"{3,5}|\'\'\'(?:[^\']|\'(?!\'\'))*\'{3,5}'
    r"|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'"
)
_BARE = regex(r"[^,\]}\n#]+")
_PIECE = regex(
    r"\\[ \t]*\r?\n\s*|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\x[0-9a-fA-F]{2}|\\.|\r\n|[^\\\r]+|\r"
)
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}
_DEEPEST = 60
_ROOT: Path = ()


@dataclass(slots=True)
class Document:
    """A parsed file. data is tomli's answer; an unreadable file has none, and a problem."""

    source: str
    data: dict[str, Any] = field(default_factory=dict)
    problem: tuple[int, str] | None = None
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def get(self, *path: str | int) -> Any:
        """The value at a path of keys and indices, or None."""
        found: Any = self.data
        for part in path:
            holds = part in found if isinstance(found, dict) else False
            if isinstance(found, list) and isinstance(part, int):
                holds = part < len(found)
            if not holds:
                return None
            found = found[part]
        return found

    def table(self, *path: str | int) -> dict[str, Any]:
        """The table at a path, empty where there is none."""
        found = self.get(*path)
        return found if isinstance(found, dict) else {}

    def text(self, *path: str | int) -> Text | None:
        """The string, number or boolean at a path as text with places, or None."""
        found = self.get(*path)
        if isinstance(found, bool) or not isinstance(found, (str, int, float)):
            found = str(found).lower() if isinstance(found, bool) else None
        if found is None:
            return None
        start, end = self.places.get(path, (-1, -1))
        if start >= 0:
            literal = self.source[start:end]
            decoded = _decoded(literal, start) if literal[:1] in "'\"" else Text.at(literal, start)
            if decoded.value == found or not isinstance(found, str):
                return decoded
        at = self.key(*path)[0]
        return Text(str(found), ((0, at, 0),))

    def key(self, *path: str | int) -> tuple[int, int]:
        """Where the key of a path stands; of the nearest key above it where it has none."""
        while path and path not in self.keys:
            path = path[:-1]
        return self.keys.get(path, (0, 0))


def parse(text: str) -> Document:
    """Read a TOML file; an invalid one gives a Document with a problem and no data."""
    import tomli

    document = Document(text)
    try:
        document.data = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        line = getattr(error, "lineno", 1) or 1
        document.problem = (int(line), f"invalid TOML: {getattr(error, 'msg', error)}")
    except RecursionError:
        document.problem = (1, "nested too deeply")
    else:
        _Scanner(document).scan()
    return document


class _Scanner:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.text = document.source
        self.counts: dict[Path, int] = {}

    def scan(self) -> None:
        """Note every key and value of the file, which tomli has found valid."""
        at, prefix = 0, _ROOT
        while (at := self._skip(at)) < len(self.text):
            if self.text[at] == "[":
                at, prefix = self._header(at)
            else:
                at = self._pair(at, prefix, 0)
            if at < 0:
                return

    def _skip(self, at: int) -> int:
        match = _BLANK.match(self.text, at)
        return match.end() if match else at

    def _header(self, at: int) -> tuple[int, Path]:
        many = self.text.startswith("[[", at)
        keys, end = self._keys(at + (2 if many else 1))
        if not keys:
            return -1, _ROOT
        prefix: Path = ()
        for number, (key, _, _) in enumerate(keys):
            prefix = (*prefix, key)
            if number + 1 == len(keys) and many:
                self.counts[prefix] = self.counts.get(prefix, 0) + 1
            if prefix in self.counts:
                prefix = (*prefix, self.counts[prefix] - 1)
        self.document.keys[prefix] = (keys[-1][1], keys[-1][2])
        return end + (2 if many else 1), prefix

    def _keys(self, at: int) -> tuple[list[tuple[str, int, int]], int]:
        """The parts of a dotted key with their places, and the index behind it."""
        found = []
        while True:
            at = self._space(at)
            match = _KEY.match(self.text, at)
            if match is None:
                return [], -1
            key = match.group()
            name = _decoded(key, 0).value if key[0] in "'\"" else key
            found.append((name, at, match.end()))
            at = self._space(match.end())
            if not self.text.startswith(".", at):
                return found, at
            at += 1

    def _space(self, at: int) -> int:
        match = _SPACE.match(self.text, at)
        return match.end() if match else at

    def _pair(self, at: int, prefix: Path, depth: int) -> int:
        keys, at = self._keys(at)
        if not keys or not self.text.startswith("=", at):
            return -1
        path = prefix
        for key, start, end in keys:
            path = (*path, key)
            self.document.keys.setdefault(path, (start, end))
        return self._value(self._space(at + 1), path, depth)

    def _value(self, at: int, path: Path, depth: int) -> int:
        char = self.text[at : at + 1]
        if depth > _DEEPEST:
            return -1
        if char == "[":
            return self._items(at + 1, path, depth + 1, "]")
        if char == "{":
            return self._items(at + 1, path, depth + 1, "}")
        match = (_STRING if char in "'\"" else _BARE).match(self.text, at)
        if match is None:
            return -1
        end = at + len(match.group().rstrip())
        self.document.places[path] = (at, end)
        self.document.keys.setdefault(path, (at, end))
        return end

    def _items(self, at: int, path: Path, depth: int, closer: str) -> int:
        index = 0
        while True:
            at = self._skip(at)
            if self.text.startswith(closer, at):
                return at + 1
            if at >= len(self.text):
                return -1
            if closer == "}":
                at = self._pair(at, path, depth)
            else:
                at = self._value(at, (*path, index), depth)
            if at < 0:
                return -1
            index += 1
            at = self._skip(at)
            if self.text.startswith(",", at):
                at += 1


def _decoded(literal: str, offset: int) -> Text:
    """The string that a literal stands for; offset is where the literal begins."""
    quotes = 3 if literal[:3] in ('"""', "'''") and len(literal) >= 6 else 1
    start, end = quotes, len(literal) - quotes
    if quotes == 3 and literal.startswith(("\n", "\r\n"), start):
        start += 2 if literal[start] == "\r" else 1
    body = Text.at(literal, offset)
    builder = TextBuilder()
    raw = literal[0] == "'"
    while start < end:
        match = _PIECE.match(literal, start, end)
        if match is None or (raw and match.group()[0] == "\\"):
            take(builder, body, start, start + 1)
            start += 1
            continue
        piece = match.group()
        if piece[0] not in "\\\r":
            take(builder, body, start, match.end())
        else:
            builder.add(_unescaped(piece), offset + start, offset + match.end())
        start = match.end()
    built = builder.build()
    return built if built.runs else Text.at("", offset + quotes)


def _unescaped(piece: str) -> str:
    if piece == "\r\n":
        return "\n"
    if piece == "\r" or piece[1:2].isspace():
        return piece if piece == "\r" else ""
    if piece[1] in "uUx" and len(piece) > 2:
        number = int(f"0x{piece[2:]}", 0)
        return chr(number) if number < 0x110000 else ""
    return _ESCAPES.get(piece[1], piece[1])
