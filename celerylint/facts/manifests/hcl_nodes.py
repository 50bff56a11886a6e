"""HCL as a tree of blocks, objects, lists and strings with their places; the rest is unknown.

JSON is read too (a heredoc often holds it). Source: the HCL native syntax specification.
"""

from __future__ import annotations

import re

from celerylint.facts.manifests.lines import take
from celerylint.facts.manifests.words import Text, TextBuilder, Tmpl
from celerylint.patterns import regex
from celerylint.structs import dataclass, field, replace

_GAP = regex(r"(?:[ \t\r\n]+|#[^\n]*|//[^\n]*|/\*.*?(?:\*/|\Z))*", re.DOTALL)
_NAME = regex(r"[A-Za-z_][\w-]*")
_HEREDOC = regex(r"<<-?([A-Za-z_]\w*)[ \t]*\r?\n")
_ATOM = regex(r"-?[0-9][\w.]*|true\b|false\b|null\b")
_CALL = regex(r"(jsonencode|concat|tolist)\s*\(")
_PLAIN = regex(r"[^\"\\$%\n]+")
_ESCAPE = regex(r"\\(?:u([0-9a-fA-F]{4})|(.))")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_RAW_STOP = regex(r"[\"\[\](){},\n#]|//")
_DEEPEST = 60


@dataclass(slots=True)
class Scalar:
    """A string, number or anything that is not known (a `Tmpl`
    hole); start and end include quotes.
    """

    text: Text
    start: int
    end: int
    string: bool = False


@dataclass(slots=True)
class Items:
    """A list."""

    items: list[Node]
    start: int
    end: int


@dataclass(slots=True)
class Body:
    """What a block or an object holds: attributes, and the blocks below it."""

    start: int
    end: int
    type: str = ""
    labels: tuple[Text, ...] = ()
    attributes: dict[str, Node] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    blocks: list[Body] = field(default_factory=list)


Node = Scalar | Items | Body


class Parser:
    """Reads one file, or the part of it that a heredoc holds.
    Never raises, never goes backwards.
    """

    def __init__(self, text: str, at: int = 0, end: int | None = None) -> None:
        self.text = text
        self.at = at
        self.end = len(text) if end is None else end
        self.source = Text.at(text, 0)
        self.unclosed = False

    def file(self) -> Body:
        """All of it as one body."""
        body = Body(self.at, self.end)
        while self.at < self.end:
            before = self.at
            self._body(body, 0)
            if self.at == before or self._peek() == "}":
                self.at += 1  # a stray bracket: the rest is still read
        return body

    def _gap(self) -> None:
        match = _GAP.match(self.text, self.at, self.end)
        self.at = match.end() if match else self.at

    def _peek(self) -> str:
        return self.text[self.at] if self.at < self.end else ""

    def _body(self, body: Body, depth: int) -> None:
        """Attributes and blocks up to the closing bracket."""
        while True:
            self._gap()
            char = self._peek()
            if char in ("", "}"):
                return
            before = self.at
            key = self._key()
            if key is None:
                self.at = max(self.at, before + 1)
                continue
            name, start, end = key
            self._gap()
            if self._peek() in ("=", ":") and not self.text.startswith("==", self.at):
                self.at += 1
                body.attributes[name] = self.expression(depth + 1)
                body.places[name] = (start, end)
                self._gap()
                if self._peek() == ",":
                    self.at += 1
            elif self._peek() in ('"', "{"):
                self._block(body, name, start, depth)

    def _key(self) -> tuple[str, int, int] | None:
        start = self.at
        if self._peek() == '"':
            text = self._string()
            return text.value, start, self.at
        match = _NAME.match(self.text, self.at, self.end)
        if match is None:
            return None
        self.at = match.end()
        return match.group(), start, self.at

    def _block(self, body: Body, name: str, start: int, depth: int) -> None:
        labels = []
        while self._peek() == '"':
            labels.append(self._string())
            self._gap()
        if self._peek() == "{":
            body.blocks.append(self._braces(depth, name, tuple(labels), start))

    def _braces(
        self, depth: int, name: str = "", labels: tuple[Text, ...] = (), start: int = -1
    ) -> Body:
        found = Body(self.at if start < 0 else start, self.at, name, labels)
        if depth > _DEEPEST:
            self._skip()
            return found
        self.at += 1
        self._body(found, depth + 1)
        self.unclosed = self.unclosed or self._peek() != "}"
        self.at = min(self.at + 1, self.end)
        found.end = self.at
        return found

    def expression(self, depth: int) -> Node:
        """One value; what is not a literal becomes an unknown scalar."""
        self._gap()
        char = self._peek()
        if depth > _DEEPEST:
            return self._unknown()
        if char == "[":
            return self._list(depth, "]")
        if char == "{":
            return self._braces(depth)
        if char == '"':
            start = self.at
            return Scalar(self._string(), start, self.at, string=True)
        heredoc = _HEREDOC.match(self.text, self.at, self.end)
        if heredoc is not None:
            return self._heredoc(heredoc, depth)
        call = _CALL.match(self.text, self.at, self.end)
        if call is not None:
            self.at = call.end() - 1
            arguments = self._list(depth, ")")
            if call.group(1) == "concat":
                return _concatenated(arguments)
            return arguments.items[0] if len(arguments.items) == 1 else arguments
        atom = _ATOM.match(self.text, self.at, self.end)
        if atom is not None:
            self.at = atom.end()
            return Scalar(Text.at(atom.group(), atom.start()), atom.start(), atom.end())
        return self._unknown()

    def _list(self, depth: int, closer: str) -> Items:
        start = self.at
        self.at += 1
        items: list[Node] = []
        while True:
            self._gap()
            char = self._peek()
            if char in ("", closer):
                break
            before = self.at
            if char != ",":
                item = self.expression(depth + 1)
                items.append(_single(item) if closer == "]" else item)
            self._gap()
            if self._peek() == "," or self.at == before:
                self.at += 1
        self.unclosed = self.unclosed or char != closer
        self.at = min(self.at + 1, self.end)
        return Items(items, start, self.at)

    def _unknown(self) -> Scalar:
        start = self.at
        self._skip()
        raw = self.text[start : self.at].strip()
        builder = TextBuilder()
        builder.hole(Tmpl(raw[:200], quoted=False), start, start + len(raw))
        return Scalar(builder.build(), start, start + len(raw))

    def _skip(self) -> None:
        """Go behind an expression: to the end of the line or item that it stands in."""
        level = 0
        while (match := _RAW_STOP.search(self.text, self.at, self.end)) is not None:
            char = match.group()
            if char == '"':
                self.at = match.start()
                self._string()
                continue
            if level == 0 and char in ("\n", ",", "#", "//", "]", "}", ")"):
                break
            level += (char in "[({") - (char in "])}")
            self.at = match.end()
        else:
            self.at = self.end
            return
        self.at = match.start()

    def _heredoc(self, match: re.Match[str], depth: int) -> Node:
        start = match.end()
        closing = re.compile(rf"^[ \t]*{match.group(1)}\b", re.MULTILINE)
        found = closing.search(self.text, start, self.end)
        stop = found.start() if found else self.end
        self.unclosed = self.unclosed or found is None
        self.at = found.end() if found else self.end
        inner = Parser(self.text, start, stop)
        inner._gap()
        if inner._peek() in ("[", "{"):
            return inner.expression(depth + 1)
        return Scalar(Text.at(self.text[start:stop], start), start, stop, string=True)

    def _string(self) -> Text:
        builder = TextBuilder()
        opened = self.at
        self.at += 1
        while self.at < self.end:
            plain = _PLAIN.match(self.text, self.at, self.end)
            if plain is not None:
                take(builder, self.source, self.at, plain.end())
                self.at = plain.end()
                continue
            char = self.text[self.at]
            if char in '"\n':
                break
            self._special(builder)
        self.unclosed = self.unclosed or self._peek() != '"'
        self.at += self._peek() == '"'
        built = builder.build()
        return built if built.runs else Text.at("", opened + 1)

    def _special(self, builder: TextBuilder) -> None:
        start, text = self.at, self.text
        escape = _ESCAPE.match(text, start, self.end)
        if escape is not None:
            code, char = escape.groups()
            decoded = chr(int(code, 16)) if code else _ESCAPES.get(char, char)
            self.at = escape.end()
            builder.add(decoded, start, self.at)
        elif text.startswith(("$${", "%%{"), start):
            self.at += 2
            builder.add(text[start], start, self.at)
        elif text.startswith(("${", "%{"), start):
            self.at = self._interpolation_end(start)
            part = Tmpl(text[start + 2 : self.at - 1].strip()[:200], quoted=text[start] == "$")
            builder.hole(part, start, self.at)
        else:
            self.at += 1
            builder.add(text[start], start)

    def _interpolation_end(self, start: int) -> int:
        level = 0
        for index in range(start + 1, self.end):
            char = self.text[index]
            if char == "\n":
                return index
            level += (char == "{") - (char == "}")
            if level == 0:
                return index + 1
        return self.end


def _concatenated(arguments: Items) -> Items:
    """The items of all lists that `concat` joins; what is no list is unknown and may be several."""
    items: list[Node] = []
    for each in arguments.items:
        items += each.items if isinstance(each, Items) else [each]
    return Items(items, arguments.start, arguments.end)


def _single(item: Node) -> Node:
    """An unknown item of a written list: one word, unless a `for` makes several."""
    if not isinstance(item, Scalar) or item.string:
        return item
    holes = tuple(
        (at, replace(part, quoted=not str(getattr(part, "text", "")).startswith("for ")))
        for at, part in item.text.holes
    )
    return replace(item, text=replace(item.text, holes=holes))
