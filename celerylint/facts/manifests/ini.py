"""Ini files as Python's configparser reads them, with the place of every value.

Source: configparser's documentation, and its behaviour with `strict=False` and the inline comment
prefixes that supervisor and circus ask for; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable

from celerylint.facts.manifests.lines import spans
from celerylint.facts.manifests.model import Problem
from celerylint.facts.manifests.words import Text, TextBuilder
from celerylint.patterns import regex
from celerylint.structs import dataclass, field

_SECTION = regex(r"\[(.+)\]")
_OPTION = regex(r"([^=:]*)[=:]\s*(.*)")


@dataclass(slots=True)
class Option:
    """A key and its value, lines joined by newlines; [start, end) is the key's place."""

    key: str
    start: int
    end: int
    value: Text


@dataclass(slots=True)
class Section:
    """A section: repeated sections are one, of repeated keys the
    last counts. Keys are lower case.
    """

    name: str
    start: int
    end: int
    options: dict[str, Option] = field(default_factory=dict)

    def text(self, key: str) -> Text | None:
        """The value of a key, or None."""
        option = self.options.get(key)
        return option.value if option else None


def sections(
    text: str, problems: list[Problem], inline: tuple[str, ...] = (";", "#")
) -> dict[str, Section]:
    """The sections by name, in order; lines that are neither section nor option are problems."""
    reader = _Reader(text, problems, inline)
    for number, (start, end) in enumerate(spans(text), 1):
        reader.line(number, start, end)
    reader.finish()
    return reader.found


class _Reader:
    def __init__(self, text: str, problems: list[Problem], inline: tuple[str, ...]) -> None:
        self.text = text
        self.problems = problems
        self.inline = inline
        self.found: dict[str, Section] = {}
        self.section: Section | None = None
        self.option: Option | None = None
        self.pieces: list[tuple[int, int]] = []
        self.indent = 0

    def line(self, number: int, start: int, end: int) -> None:
        line = self.text[start:end]
        comment = _comment_start(line, self.inline)
        kept = line if comment is None else line[:comment]
        body = kept.strip()
        begin = start + len(kept) - len(kept.lstrip())
        if not body:
            if comment is None and self.option is not None:
                self.pieces.append((start, start))
            return
        indent = len(line) - len(line.lstrip())
        if self.option is not None and indent > self.indent:
            self.pieces.append((begin, begin + len(body)))
            return
        self.indent = indent
        self.finish()
        self._statement(number, begin, body)

    def finish(self) -> None:
        """Give the open option its value: all its lines, empty ones at the end left out."""
        if self.option is None:
            return
        while len(self.pieces) > 1 and self.pieces[-1][0] == self.pieces[-1][1]:
            self.pieces.pop()
        self.option.value = _joined(self.text, self.pieces)
        self.option, self.pieces = None, []

    def _statement(self, number: int, begin: int, body: str) -> None:
        header = _SECTION.match(body)
        if header is not None:
            name = header.group(1)
            fresh = Section(name, begin + 1, begin + 1 + len(name))
            self.section = self.found.setdefault(name, fresh)
            return
        option = _OPTION.match(body)
        key = option.group(1).strip() if option else ""
        if self.section is None or option is None or not key:
            place = "no section before it" if self.section is None else "neither section nor key"
            if len(self.problems) < 5:
                self.problems.append((number, f"{place}: {body[:40]!r}"))
            return
        start = begin + option.start(2)
        self.pieces = [(start, start + len(option.group(2)))]
        self.option = Option(key.lower(), begin, begin + len(key), Text.at("", start))
        self.section.options[self.option.key] = self.option


def _comment_start(line: str, inline: Iterable[str]) -> int | None:
    """Where the comment of a line begins: a prefix behind a blank, in configparser's order of
    search.
    """
    if line.lstrip().startswith(("#", ";")):
        return 0
    at = dict.fromkeys(inline, -1)
    while at:
        following: dict[str, int] = {}
        found = []
        for prefix, before in at.items():
            index = line.find(prefix, before + 1)
            if index < 0:
                continue
            following[prefix] = index
            if index == 0 or line[index - 1].isspace():
                found.append(index)
        if found:
            return min(found)
        at = following
    return None


def _joined(text: str, pieces: list[tuple[int, int]]) -> Text:
    builder = TextBuilder()
    for number, (start, end) in enumerate(pieces):
        if number:
            builder.add("\n", pieces[number - 1][1], start)
        builder.add(text[start:end], start)
    built = builder.build()
    return built if built.runs else Text.at("", pieces[0][0] if pieces else 0)
