"""Words of systemd command lines and lists: quotes, C escapes, specifiers and variables.

Source: systemd.syntax(7) "Quoting", systemd.service(5) "Command lines", systemd.unit(5)
"Specifiers".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from celerylint.facts.manifests.lines import replaced, take
from celerylint.facts.manifests.words import HOLE, Hole, Spec, Text, TextBuilder, Var, Word
from celerylint.patterns import regex
from celerylint.structs import dataclass, replace

_PREFIXES = "@-:+!|"
_SPECIFIERS = frozenset("aAbBCdDEfgGhHiIjJlLmMnNopPqrRsStTuUvVwWyY")
_ESCAPE = regex(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))")
_SIMPLE = dict(zip("abfnrtvs\\\"'", "\a\b\f\n\r\t\v \\\"'", strict=True))
_PLAIN = regex(r"[^\s'\"\\]+")
_VARIABLE = regex(r"\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_WHOLE_VARIABLE = regex(r"\$([A-Za-z_][A-Za-z0-9_]*)$")
_SPECIFIER = regex(rf"%([^\s{HOLE}])")


@dataclass(frozen=True, slots=True)
class Item:
    """One decoded item of a list; [start, end) is its source, quotes included."""

    text: Text
    start: int
    end: int
    quoted: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class Line:
    """The words of one command; unclosed is the offset of a quote that never ends."""

    words: tuple[Word, ...]
    unclosed: int | None = None


def items(text: Text) -> list[Item]:
    """The items of a list that blanks separate, quotes and escapes
    decoded, nothing else replaced.
    """
    found = []
    at = 0
    while at < len(text.value):
        if text.value[at].isspace():
            at += 1
            continue
        item, at = _item(text, at)
        found.append(item)
    return found


def exec_words(text: Text) -> Iterator[Line]:
    """The commands of an Exec line (a lone `;` separates them), prefixes removed, as words.

    `${X}` stays one word whatever it holds, `$X` as a word of its own may become several; with the
    prefix `:` neither is replaced, with `@` the second word (the name to show) is left out.
    """
    command: list[Item] = []
    for item in items(text):
        if item.text.value == ";" and text.value[_at(text, item.start)] == ";" and not item.quoted:
            yield _line(command)
            command = []
        else:
            command.append(item)
    yield _line(command)


def specifiers(text: Text) -> Text:
    """The text with `%n` and the like as `Spec` holes; `%%` is a percent sign."""
    return replaced(text, _SPECIFIER, _specifier) if "%" in text.value else text


def _specifier(match: re.Match[str]) -> str | Hole | None:
    letter = match.group(1)
    if letter == "%":
        return "%"
    return Spec(match.group()) if letter in _SPECIFIERS else None


def _line(command: list[Item]) -> Line:
    if not command:
        return Line(())
    first = command[0]
    path = first.text.value.lstrip(_PREFIXES)
    prefix = first.text.value[: len(first.text.value) - len(path)]
    bare = first.text.cut(len(prefix))
    start = first.start if first.quoted or not prefix else bare.start(0)
    kept = [replace(first, text=bare, start=start), *command[2 if "@" in prefix else 1 :]]
    unclosed = next((item.start for item in command if not item.closed), None)
    words = tuple(_word(item, replaces=":" not in prefix) for item in kept)
    return Line(words, unclosed)


def _word(item: Item, replaces: bool) -> Word:
    text = specifiers(item.text)
    quoted = True
    if replaces:
        whole = _WHOLE_VARIABLE.match(text.value)
        if whole is not None:
            quoted = False
            builder = TextBuilder()
            builder.hole(Var(whole.group(1), scope="unit", quoted=False), item.start, item.end)
            text = builder.build()
        else:
            text = replaced(text, _VARIABLE, _variable) if "$" in text.value else text
    word = text.word(quoted=item.quoted) if quoted else text.word(quoted=False)
    return replace(word, start=item.start, end=item.end)


def _variable(match: re.Match[str]) -> str | Hole:
    return "$" if match.group(1) is None else Var(match.group(1), scope="unit")


def _item(text: Text, at: int) -> tuple[Item, int]:
    builder = TextBuilder()
    body, start, quote, quoted = text.value, at, "", False
    while at < len(body):
        char = body[at]
        plain = _PLAIN.match(body, at)
        if plain is not None:
            take(builder, text, at, plain.end())
            at = plain.end()
        elif char == quote:
            quote = ""
            at += 1
        elif not quote and char in "'\"":
            quote, quoted = char, True
            at += 1
        elif char == "\\" and at + 1 < len(body):
            at = _escape(builder, text, at)
        elif not quote and char.isspace():
            break
        else:
            take(builder, text, at, at + 1)
            at += 1
    built = builder.build()
    if not built.runs:
        built = Text.at("", text.start(start))
    item = Item(built, text.start(start), text.end(at), quoted, not quote)
    return item, at


def _escape(builder: TextBuilder, text: Text, at: int) -> int:
    match = _ESCAPE.match(text.value, at)
    if match is None:
        take(builder, text, at, at + 1)
        return at + 1
    digits = match.group(1) or match.group(2) or match.group(3)
    number = int(digits, 16) if digits else int(match.group(4) or "0", 8)
    if match.group(5) is not None:
        # An escape that systemd does not know (`\;` and the like) gives the character itself.
        decoded = _SIMPLE.get(match.group(5), match.group(5))
    else:
        decoded = chr(number) if number < 0x110000 else "\ufffd"
    builder.add(decoded, text.start(at), text.end(match.end()))
    return match.end()


def _at(text: Text, offset: int) -> int:
    """The index of the character at a source offset."""
    low, high = 0, len(text.value) - 1
    while low < high:
        middle = (low + high) // 2
        if text.start(middle) < offset:
            low = middle + 1
        else:
            high = middle
    return low
