"""Reads suppression comments: which rules they name, and where. Whether they are right is
triage's question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from celerylint.patterns import regex
from celerylint.structs import dataclass

_DIRECTIVE = regex(
    r"celerylint:\s*(?P<word>[A-Za-z-]+)\s*(?:\[(?P<names>[^\]]*)\])?", re.IGNORECASE
)
_NOQA = regex(r"#\s*noqa\s*:\s*(?P<codes>[A-Z]+\d+(?:(?:\s*,\s*|\s+)[A-Z]+\d+)*)", re.IGNORECASE)
_OURS = regex(r"CEL\d+", re.IGNORECASE)
_MARKS = {"ini": "#;", "conf": "#;", "service": "#;", "cfg": "#;", "json": "", "md": ""}


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment. `names` are codes or rule names as written; `whole_file` when it speaks of the
    whole file.

    `form` is "ignore", "ignore-file", "noqa", or, where the comment cannot be understood, "bare"
    (no names in brackets) or the unknown word itself. `text` is the directive as written.
    """

    line: int
    names: tuple[str, ...]
    form: str
    text: str

    @property
    def whole_file(self) -> bool:
        """Does it hold for every line of its file?"""
        return self.form == "ignore-file"


def parse(comments: Iterable[tuple[int, str]]) -> Iterator[Suppression]:
    """The suppressions in a file's comments, given as (line, text) with the comment mark."""
    for line, text in comments:
        for match in _DIRECTIVE.finditer(text):
            found = _directive(line, match)
            if found is not None:
                yield found
        noqa = _NOQA.search(text)
        if noqa:
            codes = tuple(code.upper() for code in _OURS.findall(noqa["codes"]))
            if codes:
                yield Suppression(line, codes, "noqa", noqa[0])


def _directive(line: int, match: re.Match[str]) -> Suppression | None:
    word = match["word"].lower()
    if match["names"] is None:
        known = word in ("ignore", "ignore-file", "disable", "noqa")
        return Suppression(line, (), "bare", match[0].strip()) if known else None
    names = tuple(name.strip() for name in match["names"].split(",") if name.strip())
    return Suppression(line, names, word if names else "bare", match[0])


def scan(path: str, text: str) -> tuple[tuple[int, str], ...]:
    """The comments of a file that is not Python's which may suppress something, as (line, text).

    A comment begins at a `#` at the line's start or behind white space (`;` too in unit and ini
    files).
    """
    if "celerylint" not in text and "noqa" not in text.lower():
        return ()
    ending = path.rsplit(".", 1)[-1].lower() if "." in path else ""
    marks = _MARKS.get(ending, "#")
    if not marks:
        return ()
    start = re.compile(rf"(?:^|(?<=\s))[{re.escape(marks)}]")
    found = []
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if "celerylint" in line or "noqa" in line.lower():
            begin = start.search(line)
            if begin:
                found.append((number, line[begin.start() :]))
    return tuple(found)
