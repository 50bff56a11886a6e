"""Reads a rule's page: its title, its one-sentence summary, and the cases that are its tests.

A heading starts a case, a fence below a line with only "`path`:" is a file of it, an `output` fence
the exact findings. In a file, `# error` at a line's end marks a finding of the page's rule on that
line, alone on its line on the next one; `# error "words"` asks for these words in the message and
`# error: CEL501` for another rule. `;` and `//` may stand for `#`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from celerylint.patterns import regex
from celerylint.structs import dataclass, field

_TITLE = regex(r"# (?P<code>CEL\d{3}) (?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)\s*")
_HEADING = regex(r"(?P<level>#{2,6})\s+(?P<title>.*?)\s*#*\s*$")
_PATH = regex(r"`(?P<path>[^`]+)`:\s*$")
_FENCE = regex(r"(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)$")
_MARKER = regex(
    r'(?:#|;|//)\s*error(?::\s*(?P<rule>[A-Za-z0-9-]+))?(?:\s+"(?P<words>[^"]*)")?(?=\s*(?:$|#|;|//))'
)
_ONE = r'(?:#|;|//)\s*error(?::\s*[A-Za-z0-9-]+)?(?:\s+"[^"]*")?\s*'
_CHAIN = regex(rf"(?P<chain>(?:{_ONE})+)$")


class PageError(Exception):
    """A page that is not in the format; the message begins with its line."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A finding that a case expects: `rule` is a code or name, "" for the page's own rule."""

    path: str
    line: int
    rule: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A small project under a heading. `line` is the heading's; `output` is None where no fence
    pins the text.

    `output_lines` are the page's lines (from 1, the fences' own lines excluded) that hold the
    output, as a half-open range, for rewriting.
    """

    title: str
    line: int
    files: dict[str, str]
    markers: tuple[Marker, ...]
    output: str | None = None
    output_lines: tuple[int, int] = (0, 0)

    @property
    def silent(self) -> bool:
        """Does the case say that the page's rule has nothing to say?"""
        return not self.output and not any(not marker.rule for marker in self.markers)


@dataclass(frozen=True, slots=True)
class Page:
    """A page: `summary` is its first paragraph, on one line."""

    code: str
    name: str
    summary: str
    headings: tuple[str, ...]
    cases: tuple[Case, ...]


@dataclass(slots=True)
class _Draft:
    title: str
    line: int
    files: dict[str, str] = field(default_factory=dict)
    output: str | None = None
    output_lines: tuple[int, int] = (0, 0)

    def case(self) -> Case:
        markers = tuple(
            marker for path, text in self.files.items() for marker in _markers(path, text)
        )
        return Case(self.title, self.line, self.files, markers, self.output, self.output_lines)


@dataclass(frozen=True, slots=True)
class _Fence:
    line: int
    end: int
    info: str
    text: str


def read(text: str) -> Page:
    """The page in a Markdown text. Raises PageError."""
    lines = text.split("\n")
    title = _TITLE.fullmatch(lines[0]) if lines else None
    if title is None:
        raise PageError("1: begin with `# CEL301 rule-name`")
    drafts = [_Draft("", 1)]
    path, number = "", 1
    while number < len(lines):
        line = lines[number]
        heading, named, fence = _HEADING.match(line), _PATH.match(line), _FENCE.match(line)
        if fence:
            block = _block(lines, number, fence["fence"], fence["info"].strip())
            _take(drafts[-1], block, path)
            path, number = "", block.end
        elif heading:
            drafts.append(_Draft(_full_title(drafts, heading), number + 1))
            path = ""
        elif named:
            path = named["path"]
        elif line.strip():
            path = ""
        number += 1
    cases = tuple(draft.case() for draft in drafts if draft.files)
    headings = tuple(draft.title for draft in drafts[1:])
    return Page(title["code"], title["name"], _summary(lines[1:]), headings, cases)


def _full_title(drafts: list[_Draft], heading: re.Match[str]) -> str:
    title: str = heading["title"]
    if len(heading["level"]) == 2:
        return title
    parent = drafts[-1].title.split(" / ")[: len(heading["level"]) - 2]
    return " / ".join([*parent, title])


def _block(lines: list[str], start: int, fence: str, info: str) -> _Fence:
    closing = re.compile(rf"{re.escape(fence[0])}{{{len(fence)},}}\s*$")
    for number in range(start + 1, len(lines)):
        if closing.match(lines[number]):
            body = "".join(f"{line}\n" for line in lines[start + 1 : number])
            return _Fence(start + 1, number, info, body)
    raise PageError(f"{start + 1}: the fence is never closed")


def _take(draft: _Draft, block: _Fence, path: str) -> None:
    if block.info == "output":
        if draft.output is not None:
            raise PageError(f"{block.line}: a case has one output fence")
        draft.output, draft.output_lines = block.text, (block.line + 1, block.end + 1)
    elif path:
        if path in draft.files:
            raise PageError(f"{block.line}: `{path}` is there twice")
        draft.files[path] = block.text


def _summary(lines: list[str]) -> str:
    paragraph: list[str] = []
    for line in lines:
        if line.startswith(("#", "```")) or (paragraph and not line.strip()):
            break
        if line.strip():
            paragraph.append(line.strip())
    return " ".join(paragraph)


def _markers(path: str, text: str) -> Iterator[Marker]:
    waiting: list[tuple[str, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        chain = _CHAIN.search(line)
        found = (
            [(m["rule"] or "", m["words"] or "") for m in _MARKER.finditer(chain["chain"])]
            if chain
            else []
        )
        if chain and not line[: chain.start()].strip():
            waiting += found
            continue
        if line.strip():
            for rule, words in waiting + found:
                yield Marker(path, number, rule, words)
            waiting = []
    if waiting:
        raise PageError(f"`{path}` ends with an error marker that speaks of no line")


def rewritten(text: str, outputs: dict[tuple[int, int], str]) -> str:
    """A page's text with other contents in its output fences, by their `output_lines`."""
    lines = text.split("\n")
    for (first, end), output in sorted(outputs.items(), reverse=True):
        lines[first - 1 : end - 1] = output.rstrip("\n").split("\n") if output.strip() else []
    return "\n".join(lines)
