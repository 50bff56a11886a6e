"""Lines of a file, and the values that readers of line-wise formats decode in the same way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from celerylint.facts.manifests.shell_expansion import expansion
from celerylint.facts.manifests.words import HOLE, Hole, Part, Text, TextBuilder, Var, Word
from celerylint.structs import dataclass, replace


def spans(text: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """(start, end) of each line, without its line end (`\\n` or `\\r\\n`)."""
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, end - 1 if end > start and text[end - 1] == "\r" else end
        start = end + 1


def take(builder: TextBuilder, text: Text, start: int, end: int) -> None:
    """Append text[start:end) with its places.

    Cheaper than `cut` where the piece stands in the file as it reads, which is nearly always: a
    text
    of many continued lines would cost the square of their number.
    """
    piece, source = text.value[start:end], text.start(start)
    if HOLE not in piece and text.end(end) - source == end - start:
        builder.add(piece, source)
    else:
        builder.text(text.cut(start, end))


def replaced(
    text: Text, pattern: re.Pattern[str], put: Callable[[re.Match[str]], str | Hole | None]
) -> Text:
    """The text with what a pattern finds replaced: by the text or the hole that `put` gives for it,
    or left as it reads where that is None."""
    found = [(match, put(match)) for match in pattern.finditer(text.value)]
    if not any(part is not None for _, part in found):
        return text
    builder, done = TextBuilder(), 0
    for match, part in found:
        if part is None:
            continue
        take(builder, text, done, match.start())
        done = match.end()
        start, end = text.start(match.start()), text.end(done)
        if isinstance(part, str):
            builder.add(part, start, end)
        else:
            builder.hole(part, start, end)
    take(builder, text, done, len(text.value))
    return builder.build()


@dataclass(frozen=True, slots=True)
class Grammar:
    """How a format quotes values.

    stops end an unquoted value; escape protects the next character outside quotes, and those of
    `protected` inside double quotes (a line end vanishes then); scope names who replaces `$X`, ""
    where nobody does.
    """

    stops: str = " \t\r\n"
    escape: str = "\\"
    protected: str = '"\\$'
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A decoded value: source is text[start:end) of what it was read from, quotes included."""

    text: Text
    start: int
    end: int
    quoted: bool = False
    closed: bool = True

    def word(self, source: Text) -> Word:
        """It as one word whose place includes the quotes."""
        word = self.text.word(quoted=True)
        left, right = source.start(self.start), source.end(self.end)
        return replace(word, start=left, end=max(left, right), quoted=self.quoted)


def value(text: Text, at: int, grammar: Grammar) -> Value:
    """Decode the value that begins at index `at`: quotes group and vanish, variables become holes.

    An open quote ends with the text (`closed` is False then).
    """
    builder = TextBuilder()
    body, start, quote, quoted = text.value, at, "", False
    while at < len(body):
        char = body[at]
        plain = _plain(grammar, quote).match(body, at)
        if plain is not None:
            take(builder, text, at, plain.end())
            at = plain.end()
        elif char == quote:
            quote = ""
            at += 1
        elif not quote and char in "'\"":
            quote, quoted = char, True
            at += 1
        elif char == grammar.escape and _protects(body, at, grammar, quote):
            if body[at + 1] != "\n":
                builder.add(body[at + 1], text.start(at), text.end(at + 2))
            at += 2
        elif char == "$" and grammar.scope and quote != "'":
            at = _variable(builder, text, at, grammar.scope)
        elif not quote and char in grammar.stops:
            break
        else:
            take(builder, text, at, at + 1)
            at += 1
    built = builder.build()
    if not built.runs:
        built = Text.at("", text.start(start) + (1 if quoted else 0))
    return Value(built, start, at, quoted, not quote)


def values(text: Text, grammar: Grammar) -> list[Value]:
    """All values of a list that the grammar's stops separate."""
    found = []
    at = 0
    while at < len(text.value):
        if text.value[at] in grammar.stops:
            at += 1
            continue
        each = value(text, at, grammar)
        found.append(each)
        at = max(each.end, at + 1)
    return found


def rescoped(part: Part, scope: str) -> Part:
    """The part with its variables replaced by someone else than a shell."""
    if not isinstance(part, Var):
        return part
    default = part.default
    if default is not None:
        default = tuple(rescoped(each, scope) for each in default)
    return replace(part, scope=scope, default=default)


def _variable(builder: TextBuilder, text: Text, at: int, scope: str) -> int:
    """Add the variable at `at`. Values are never split, so it counts as quoted everywhere."""
    part, end, _ = expansion(text, at, quoted=True)
    if not isinstance(part, Var) or not (part.name[:1].isalpha() or part.name.startswith("_")):
        take(builder, text, at, at + 1)
        return at + 1
    renamed = rescoped(part, scope)
    assert isinstance(renamed, Var)
    builder.hole(renamed, text.start(at), text.end(end))
    return end


def _protects(body: str, at: int, grammar: Grammar, quote: str) -> bool:
    if quote == "'" or at + 1 >= len(body):
        return False
    return not quote or body[at + 1] in grammar.protected


@lru_cache(maxsize=64)
def _plain(grammar: Grammar, quote: str) -> re.Pattern[str]:
    """What stands for itself: inside single quotes all, elsewhere what has no meaning."""
    special = {"'": "'", '"': '"' + grammar.escape + "$", "": "'\"$" + grammar.escape}[quote]
    stops = "" if quote else grammar.stops
    return re.compile(f"[^{re.escape(special + stops + HOLE)}]+")
