"""The instructions of a Dockerfile: continued lines joined, comments dropped, heredocs cut out.

Source: the Dockerfile reference (parser directives, escape, here-documents) and BuildKit's parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from celerylint.facts.manifests.lines import spans
from celerylint.facts.manifests.model import Problem
from celerylint.facts.manifests.words import Text, TextBuilder
from celerylint.patterns import regex
from celerylint.structs import dataclass

_DIRECTIVE = regex(r"#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(\S.*)")
_HEREDOC = regex(r"(?<!\S)\d*<<(-?)(['\"]?)([A-Za-z_][A-Za-z0-9_.-]*)\2(?=[\s;|&>]|$)")
_PATIENCE = 20
"""Here-documents without an end that are searched for: each search costs the rest of the file."""

_WITH_HEREDOC = {"run", "copy", "add"}


@dataclass(frozen=True, slots=True)
class Heredoc:
    """A here-document: its name is the file name that COPY would give it."""

    name: str
    body: Text
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: name in lower case, flags (`--from=x`) apart, the rest as one text."""

    name: str
    flags: tuple[tuple[str, Text], ...]
    rest: Text
    start: int
    end: int
    line: int
    heredocs: tuple[Heredoc, ...] = ()


def escape_character(text: str) -> str:
    """The character that continues lines: a backslash, or what `# escape=` at the very top says."""
    for start, end in spans(text):
        directive = _DIRECTIVE.match(text[start:end].strip())
        if directive is None:
            break
        if directive.group(1).lower() == "escape":
            return "`" if directive.group(2).strip() == "`" else "\\"
    return "\\"


def instructions(text: str, problems: list[Problem]) -> Iterator[Instruction]:
    """Each instruction in order; what is wrong with a line goes to `problems`."""
    reader = _Reader(text, escape_character(text), problems)
    while (found := reader.next()) is not None:
        yield found


class _Reader:
    def __init__(self, text: str, escape: str, problems: list[Problem]) -> None:
        self.text = text
        self.escape = escape
        self.problems = problems
        self.lines = list(spans(text))
        self.at = 0
        self.unclosed = 0

    def next(self) -> Instruction | None:
        while self.at < len(self.lines) and self._skippable(self.at):
            self.at += 1
        if self.at >= len(self.lines):
            return None
        line = self.at + 1
        logical = self._logical()
        body = logical.value
        match = re.match(r"\s*(\S+)\s*", body)
        if match is None:
            return self.next() if self.at < len(self.lines) else None
        name = match.group(1).lower()
        flags, at = _flags(logical, match.end())
        rest = logical.cut(at).strip()
        start, end = logical.start(match.start(1)), logical.end(len(body.rstrip()))
        heredocs = tuple(self._heredocs(rest)) if name in _WITH_HEREDOC else ()
        return Instruction(name, flags, rest, start, end, line, heredocs)

    def _skippable(self, number: int) -> bool:
        start, end = self.lines[number]
        line = self.text[start:end].strip()
        return not line or line.startswith("#")

    def _logical(self) -> Text:
        """Join lines while they end in the escape character; comments and empty lines in between
        vanish.
        """
        builder = TextBuilder()
        first = self.at
        while self.at < len(self.lines):
            start, end = self.lines[self.at]
            if self.at > first and self._skippable(self.at):
                self.at += 1
                continue
            line = self.text[start:end].rstrip(" \t")
            self.at += 1
            if not line.endswith(self.escape):
                builder.add(self.text[start:end], start)
                return builder.build()
            builder.add(line[:-1], start)
        self.problems.append((self.at, "the file ends in the middle of a continued line"))
        return builder.build()

    def _heredocs(self, rest: Text) -> Iterator[Heredoc]:
        if "<<" not in rest.value or rest.value.startswith("["):
            return
        for match in _HEREDOC.finditer(rest.value):
            if self.unclosed >= _PATIENCE:
                return
            last = self._closing(match.group(3), tabs=bool(match.group(1)))
            if last is None:
                self.unclosed += 1
                line = max(self.at, 1)
                message = f"the here-document {match.group(3)} is never closed"
                self.problems.append((line, message))
                return
            body = self._body(last, tabs=bool(match.group(1)))
            self.at = last + 1
            start, end = rest.start(match.start()), rest.end(match.end())
            yield Heredoc(match.group(3), body, start, end)

    def _closing(self, delimiter: str, tabs: bool) -> int | None:
        for number in range(self.at, len(self.lines)):
            start, end = self.lines[number]
            line = self.text[start:end]
            if (line.lstrip("\t") if tabs else line) == delimiter:
                return number
        return None

    def _body(self, last: int, tabs: bool) -> Text:
        builder = TextBuilder()
        for number in range(self.at, last):
            start = self.lines[number][0]
            stop = self.lines[number + 1][0]
            line = self.text[start:stop]
            tab_count = len(line) - len(line.lstrip("\t")) if tabs else 0
            builder.add(line[tab_count:], start + tab_count)
        return builder.build()


def _flags(logical: Text, at: int) -> tuple[tuple[tuple[str, Text], ...], int]:
    """Leading `--name=value` words, and the index behind them."""
    found = []
    pattern = re.compile(r"--([a-z][a-z-]*)(=)?(\S*)\s*")
    while (match := pattern.match(logical.value, at)) is not None:
        found.append((match.group(1), logical.cut(match.start(3), match.end(3))))
        at = match.end()
    return tuple(found), at
