"""Files that are not yet their format: Helm, Jinja, ERB and the like, with the template parts
blanked.

Blanking keeps every length, so that a place in the blanked text is the same place in the file. What
stood there is kept as a hole: a reader asks which holes a word meets, or which lie inside a list.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator

from celerylint.facts.manifests.words import Text, TextBuilder, Tmpl
from celerylint.patterns import regex
from celerylint.structs import dataclass, field

_SUFFIXES = (".j2", ".jinja2", ".jinja", ".gotmpl", ".tmpl", ".ctmpl", ".tpl", ".template", ".erb")
_OPENERS = regex(r"\{\{|\{%|(?<!\$)\{#")
_ERB_OPENERS = regex(r"<%(?!%)")
_CLOSERS = {"{{": "}}", "{%": "%}", "{#": "#}", "<%": "%>"}
_GO_COMMENT = regex(r"\{\{-?\s*/\*")
_GO_COMMENT_END = regex(r"\*/\s*-?\}\}")
_RAW = regex(r"\{%[-+]?\s*raw\s*[-+]?%\}")
_END_RAW = regex(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
_FIRST_WORD = regex(r"[A-Za-z_]+")
_ASSIGNMENT = regex(r"\$\w*\s*(,\s*\$\w+\s*)?:?=(?!=)")

_GO = {"if", "with", "range", "block", "define", "else", "end", "template", "break", "continue"}
_OPENING = {"if", "unless", "with", "range", "for", "block", "define", "macro", "filter", "call"}
_OPENING |= {"autoescape", "trans", "case", "while", "each"}
_OTHERWISE = {"else", "elif", "elsif", "when"}
_SILENT = {"set", "raw", "extends", "import", "from", "break", "continue", "do", "template"}
_CONTROL = _OPENING | _OTHERWISE | _SILENT | {"include"}
_DEEPEST = 20
_RUBY_BLOCK = regex(r"\bdo(\s*\|[^|]*\|)?$")


@dataclass(frozen=True, slots=True)
class Hole:
    """One template region: `start` and `end` index the text, `body` is what it says without its
    brackets.

    `filled` means that it stands where text comes out in the middle of a line, and so was replaced
    by
    `x` characters; otherwise it became blanks.
    """

    start: int
    end: int
    body: str
    filled: bool
    keyword: str = ""

    @property
    def renders(self) -> bool:
        """Whether it may put text of unknown length here: output, an included part, or a loop."""
        return self.keyword in ("", "for", "range", "each", "while", "include", "template", "call")


@dataclass(frozen=True, slots=True)
class Blanked:
    """A text of the same length as the file, with its template regions made harmless."""

    text: str
    holes: tuple[Hole, ...] = ()
    _ends: tuple[int, ...] = field(default=(), repr=False, compare=False)
    _stacks: tuple[tuple[str, ...], ...] = field(default=(), repr=False, compare=False)

    @staticmethod
    def of(text: str, holes: tuple[Hole, ...]) -> Blanked:
        """The blanked text with its holes in order."""
        ends = tuple(hole.end for hole in holes)
        return Blanked(text, holes, ends, tuple(_stacks(holes)))

    def within(self, start: int, end: int) -> tuple[Hole, ...]:
        """The holes that share at least one character with text[start:end], in order."""
        last = first = bisect.bisect_right(self._ends, start)
        while last < len(self.holes) and self.holes[last].start < end:
            last += 1
        return self.holes[first:last]

    def conditions(self, offset: int) -> tuple[str, ...]:
        """What must hold for the text at `offset` to be rendered, outermost first: `if x`, `not if
        x`.

        At most the outermost 20.
        """
        behind = bisect.bisect_right(self._ends, offset)
        return self._stacks[behind - 1] if behind else ()


def blank(text: str, *, erb: bool = False) -> Blanked:
    """Blank `{{ }}`, `{% %}` and `{# #}` regions, and `<% %>` ones where the file is ERB.

    A region becomes blanks when nothing else stands on its line, when it spans lines, and when it
    is
    a comment or a statement; else each character becomes `x`. Line breaks always stay. What
    `{% raw %}` encloses is left alone. Takes time linear in the text; an unclosed region is text.
    """
    if "{{" not in text and "{%" not in text and "{#" not in text and not (erb and "<%" in text):
        return Blanked(text)
    regions = _regions(text, _ERB_OPENERS if erb else _OPENERS)
    alone = _alone_on_line(text, regions)
    pieces, holes, done = [], [], 0
    for (start, end), lonely in zip(regions, alone, strict=True):
        source = text[start:end]
        hole = _hole(start, end, source, lonely)
        filler = "x" if hole.filled else " "
        filling = re.sub(r"[^\r\n]", filler, source) if "\n" in source else filler * len(source)
        pieces += [text[done:start], filling]
        holes.append(hole)
        done = end
    pieces.append(text[done:])
    return Blanked.of("".join(pieces), tuple(holes))


def template_name(path: str) -> tuple[str, bool]:
    """The path without its template suffix, and whether it had one:
    `x.service.j2` is `x.service`.
    """
    for suffix in _SUFFIXES:
        if path.endswith(suffix) and not path.endswith("/" + suffix):
            return path[: -len(suffix)], True
    return path, False


def _stacks(holes: tuple[Hole, ...]) -> Iterator[tuple[str, ...]]:
    """The conditions in force behind each hole; deeper ones are counted, not kept."""
    stack: tuple[str, ...] = ()
    deeper = 0
    for hole in holes:
        if hole.keyword in _OPENING and len(stack) < _DEEPEST and not deeper:
            stack = (*stack, hole.body)
        elif hole.keyword in _OPENING:
            deeper += 1
        elif hole.keyword == "end" and deeper:
            deeper -= 1
        elif hole.keyword == "end":
            stack = stack[:-1]
        elif hole.keyword in _OTHERWISE and stack and not deeper:
            below = hole.body.partition("if ")[2].strip()
            before = stack[-1] if len(stack[-1]) < 200 else stack[-1][:200]
            stack = (*stack[:-1], f"if {below}" if below else f"not {before}")
        yield stack


def _regions(text: str, openers: re.Pattern[str]) -> list[tuple[int, int]]:
    regions: list[tuple[int, int]] = []
    hopeless: set[str] = set()
    at = 0
    while (match := openers.search(text, at)) is not None:
        start, opener = match.start(), match.group()
        kind = "/*" if opener == "{{" and _GO_COMMENT.match(text, start) else opener
        end = -1 if kind in hopeless else _end_of(text, start, kind)
        if end < 0:
            # No later region of this kind can end either: looking again would cost the square.
            hopeless.add(kind)
            at = match.end()
            continue
        regions.append((start, end))
        at = end
        if opener == "{%" and _RAW.match(text, start):
            closing = _END_RAW.search(text, end)
            at = closing.start() if closing else len(text)
    return regions


def _end_of(text: str, start: int, kind: str) -> int:
    if kind == "/*":
        closing = _GO_COMMENT_END.search(text, start)
        return closing.end() if closing else -1
    closer = _CLOSERS[kind]
    end = text.find(closer, start + 2)
    if end < 0:
        return -1
    # `{{ {"a": {}} }}` and Jinja's `{{{x}}}`: a run of closing braces belongs to the region.
    while closer == "}}" and text.startswith("}}}", end):
        end += 1
    return end + 2


def _alone_on_line(text: str, regions: list[tuple[int, int]]) -> list[bool]:
    """For each region, whether only blanks and other regions share the lines that it touches."""
    alone: list[bool] = []
    first, clean = 0, True
    gap = text[: regions[0][0]] if regions else ""
    for index, (_, end) in enumerate(regions):
        following = regions[index + 1][0] if index + 1 < len(regions) else len(text)
        clean = clean and not gap.rpartition("\n")[2].strip()
        gap = text[end:following]
        rest, line_break, _ = gap.partition("\n")
        clean = clean and not rest.strip()
        if line_break or index + 1 == len(regions):
            alone += [clean] * (index + 1 - first)
            first, clean = index + 1, True
    return alone


def _hole(start: int, end: int, source: str, lonely: bool) -> Hole:
    body = source[2:-2].strip("-+~= \t\r\n")
    keyword = _keyword(source, body)
    statement = source.startswith("{%") or (source.startswith("<%") and source[2] != "=")
    silent = statement or keyword not in ("", "include", "template")
    return Hole(start, end, body, not (lonely or silent or "\n" in source), keyword)


def _keyword(source: str, body: str) -> str:
    """What kind of region it is: the statement's word, `end`, `comment`, `set`, or nothing for
    output.
    """
    if source.startswith(("{#", "<%#")) or body.startswith("/*"):
        return "comment"
    match = _FIRST_WORD.match(body)
    word = match.group() if match else ""
    if source.startswith("{{"):
        if _ASSIGNMENT.match(body):
            return "set"
        return word if word in _GO or word == "include" else ""
    if source.startswith("<%="):
        return ""
    if source.startswith("<%") and _RUBY_BLOCK.search(body):
        return "each"
    if word.startswith("end"):
        return "end"
    return word if word in _CONTROL else "set"


def fill(text: Text, blanked: Blanked) -> Text:
    """The text with a `Tmpl` hole for each region that it meets, whole regions at once.

    `text` was read from `blanked.text`. A statement inside it (an `if` between the words of a
    command) becomes a hole that may render any number of words; comments and assignments vanish.
    """
    if not blanked.holes or not text.value:
        return text
    holes = [
        hole
        for hole in blanked.within(text.start(0), text.end(len(text.value)))
        if hole.keyword not in ("comment", "set")
    ]
    if not holes:
        return text
    builder = TextBuilder()
    done = 0
    for hole in holes:
        start, end = _index(text, hole.start), _index(text, hole.end)
        if end <= start:
            continue
        builder.text(text.cut(done, start))
        _put(builder, text, (start, end), hole)
        done = end
    builder.text(text.cut(done))
    return builder.build()


def _put(builder: TextBuilder, text: Text, where: tuple[int, int], hole: Hole) -> None:
    """Add the hole: glued where text goes on at both sides, else as a word of its own."""
    start, end = where
    part = Tmpl(hole.body, quoted=hole.filled)
    before, after = text.value[start - 1 : start], text.value[end : end + 1]
    glued = hole.filled or bool(before.strip() and after.strip())
    left, right = text.start(start), text.end(end)
    if not glued:
        builder.add(" ", left, left)
    builder.hole(part, left, right)
    if not glued:
        builder.add(" ", right, right)


def _index(text: Text, offset: int) -> int:
    """The index of the first character that stands at or behind a source offset."""
    return bisect.bisect_left(range(len(text.value)), offset, key=text.start)
