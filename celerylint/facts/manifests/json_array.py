"""A JSON array of strings whose items keep their places: Docker's exec form, lists in HCL."""

from __future__ import annotations

import json

from celerylint.facts.manifests.lines import take
from celerylint.facts.manifests.words import Text, TextBuilder, Word
from celerylint.patterns import regex
from celerylint.structs import replace

_BLANK = regex(r"[ \t\r\n]*")
_STRING = regex(r'"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"')
_PIECE = regex(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|[^\\]+")


def strings(text: Text) -> tuple[Word, ...] | None:
    """The items of `["a", "b"]` as words, or None where the text is not a JSON array of strings."""
    body = text.value
    at = _after_blanks(body, 0)
    if not body.startswith("[", at):
        return None
    at = _after_blanks(body, at + 1)
    found: list[Word] = []
    while not body.startswith("]", at):
        if found:
            if not body.startswith(",", at):
                return None
            at = _after_blanks(body, at + 1)
        match = _STRING.match(body, at)
        if match is None:
            return None
        found.append(string(text, match.start(), match.end()))
        at = _after_blanks(body, match.end())
    return tuple(found) if _after_blanks(body, at + 1) == len(body) else None


def string(text: Text, start: int, end: int) -> Word:
    """The JSON string text[start:end), quotes included, as one word."""
    builder = TextBuilder()
    at = start + 1
    while at < end - 1:
        match = _PIECE.match(text.value, at, end - 1)
        if match is None:
            break
        piece = match.group()
        if piece.startswith("\\"):
            builder.add(json.loads(f'"{piece}"'), text.start(at), text.end(match.end()))
        else:
            take(builder, text, at, match.end())
        at = match.end()
    built = builder.build()
    if not built.runs:
        built = Text.at("", text.start(start) + 1)
    return replace(built.word(), start=text.start(start), end=text.end(end))


def _after_blanks(body: str, at: int) -> int:
    match = _BLANK.match(body, at)
    return match.end() if match else at
