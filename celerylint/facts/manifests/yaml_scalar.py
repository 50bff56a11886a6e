"""The text of one YAML scalar, with the place of each of its characters.

Folding, escapes and indentation move characters, so a scalar's value plus an offset would be wrong.
What is decoded here is compared with the value that PyYAML gives; where the two disagree PyYAML is
right and the scalar is placed as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from celerylint.facts.manifests.words import Text, TextBuilder
from celerylint.patterns import regex

LONGEST = 300_000
"""Characters of a scalar up to which each character gets its own place."""

_BREAK = r"(?:\r\n|[\r\n\x85\u2028\u2029])"
_FOLD = rf"(?P<fold>[ \t]*{_BREAK}(?:[ \t]|{_BREAK})*)"
_WORD = r"[^ \t\r\n\x85\u2028\u2029"
_PLAIN = regex(rf"{_FOLD}|(?P<text>{_WORD}]+|[ \t]+)")
_SINGLE = regex(rf"{_FOLD}|(?P<quote>'')|(?P<text>{_WORD}']+|[ \t]+)")
_DOUBLE = regex(
    rf"{_FOLD}|\\(?P<joined>{_BREAK}(?:[ \t]|{_BREAK})*)"
    r"|\\(?P<code>x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})|\\(?P<escape>.)"
    rf'|(?P<text>{_WORD}"\\]+|[ \t]+)'
)
_ESCAPES = {"0": "\0", "a": "\x07", "b": "\x08", "t": "\t", "\t": "\t", "n": "\n", "v": "\x0b"}
_ESCAPES |= {"f": "\x0c", "r": "\r", "e": "\x1b", "N": "\x85", "_": "\xa0"}
_ESCAPES |= {"L": "\u2028", "P": "\u2029"}
_BREAKS = regex(_BREAK)
_HEADER = regex(rf"[|>](?P<signs>[-+0-9]*)[^\r\n\x85\u2028\u2029]*(?:{_BREAK})?")
_LINE = regex(rf"(?P<body>[^\r\n\x85\u2028\u2029]*)(?P<stop>{_BREAK}|\Z)")
# An anchor ends where its name does (`&a:b` is the text `:b`), a tag at the next blank.
_PROPERTY = regex(r"&[0-9A-Za-z_-]+|[!&]\S*")
_BLANK = regex(r"\s+|#[^\r\n\x85\u2028\u2029]*")

Break = tuple[str, int, int]
"""A line break: what it reads as, and its place."""


def decode(source: str, start: int, end: int, style: str, value: str) -> Text:
    """The text of a scalar that stands at source[start:end], properties (tag, anchor) left out.

    style is PyYAML's: "" for plain, a quote, "|" or ">". value is what PyYAML made of it.
    """
    if not value:
        return Text.at("", start)
    margin = 1 if style in ("'", '"') else 0
    if source[start + margin : end - margin] == value:  # nothing was moved: nearly always
        return Text.at(value, start + margin)
    if len(value) <= LONGEST:
        for text in _attempts(source, start, end, style):
            if text.value == value:
                return text
    return Text(value, ((0, start, end - start),))


def after_properties(source: str, start: int, end: int) -> int:
    """Where a node's own text begins: behind its tag and anchor, and what separates them."""
    at = start
    while at < end and (found := _PROPERTY.match(source, at, end)) is not None:
        at = found.end()
        while at < end and (blank := _BLANK.match(source, at, end)) is not None:
            at = blank.end()
    return at


def _attempts(source: str, start: int, end: int, style: str) -> Iterator[Text]:
    if style in ("|", ">"):
        yield from _blocks(source, start, end, style)
    elif style == "'":
        yield _flow(source, start + 1, end - 1, _SINGLE)
    elif style == '"':
        yield _flow(source, start + 1, end - 1, _DOUBLE)
    else:
        yield _flow(source, start, end, _PLAIN)


def _flow(source: str, start: int, end: int, tokens: re.Pattern[str]) -> Text:
    builder = TextBuilder()
    at = start
    while at < end and (match := tokens.match(source, at, end)) is not None:
        kind, found, stop = match.lastgroup, match.group(match.lastgroup or 0), match.end()
        if kind == "text":
            builder.add(found, at)
        elif kind == "fold":
            builder.add(_folded(found), at, stop)
        elif kind == "joined":
            builder.add("".join(map(_read, _BREAKS.findall(found)[1:])), at, stop)
        elif kind == "code":
            builder.add(_character(found[1:]), at, stop)
        else:
            builder.add("'" if kind == "quote" else _ESCAPES.get(found, found), at, stop)
        at = stop
    return builder.build()


def _character(digits: str) -> str:
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF else "\ufffd"


def _read(line_break: str) -> str:
    return line_break if line_break in "\u2028\u2029" else "\n"


def _folded(run: str) -> str:
    first, *others = map(_read, _BREAKS.findall(run))
    if first != "\n":
        return first + "".join(others)
    return "".join(others) or " "


def _blocks(source: str, start: int, end: int, style: str) -> Iterator[Text]:
    header = _HEADER.match(source, start, end)
    if header is None:
        return
    signs = header.group("signs")
    chomp = "+" if "+" in signs else "-" if "-" in signs else ""
    first, deepest = _indents(source, header.end(), end)
    if not signs.strip("+-"):
        yield _block(source, header.end(), end, style == ">", first, chomp)
    # With an indentation indicator the indent counts from the parent's, which is not known here;
    # nor is it where a text holds nothing but blank lines.
    for indent in range(1, min(deepest, 200) + 2):
        yield _block(source, header.end(), end, style == ">", indent, chomp)


def _indents(source: str, start: int, end: int) -> tuple[int, int]:
    """The indent that the first line of text shows, and the deepest one that could be meant."""
    deepest = 0
    for line in _LINE.finditer(source, start, end):
        body = line.group("body")
        deepest = max(deepest, len(body) - len(body.lstrip(" ")))
        if body.strip(" ") or line.end() >= end:
            break
    return max(deepest, 1), deepest


def _block(source: str, start: int, end: int, folded: bool, indent: int, chomp: str) -> Text:
    builder = TextBuilder()
    leading: list[Break] = []
    trailing: list[Break] = []
    was_blank = False
    for line in _LINE.finditer(source, start, end):
        body, at = line.group("body"), line.start()
        stop = [(_read(line.group("stop")), line.end("body"), line.end())]
        stop = stop if line.group("stop") else []
        margin = min(len(body) - len(body.lstrip(" ")), indent)
        rest = body[margin:]
        if rest and margin < indent:
            break
        if not rest:
            trailing += stop
            continue
        is_blank = rest[0] in " \t"
        if folded and leading and leading[0][0] == "\n" and not (was_blank or is_blank):
            leading = [] if trailing else [(" ", leading[0][1], at + margin)]
        _add(builder, leading + trailing)
        builder.add(rest, at + margin)
        leading, trailing, was_blank = stop, [], is_blank
    if chomp != "-":
        _add(builder, leading)
    if chomp == "+":
        _add(builder, trailing)
    return builder.build()


def _add(builder: TextBuilder, breaks: list[Break]) -> None:
    for read, start, end in breaks:
        builder.add(read, start, end)
