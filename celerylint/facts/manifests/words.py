"""Decoded text that remembers where each character stands in its file, and words made of parts.

Positions are computed while text is decoded, never searched for afterwards: a word may occur twice
in a line. All offsets are character indices into the text that a reader was given;
`Manifest.position` turns them into lines.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from celerylint.structs import dataclass, replace

HOLE = "\ue000"
"""Stands in a Text for what another language put there: the part is in `Text.holes`."""


@dataclass(frozen=True, slots=True)
class Lit:
    """Characters that stand for themselves, unquoted and unescaped."""

    text: str


@dataclass(frozen=True, slots=True)
class Var:
    """A variable: `${name op default}`.

    op is "", ":-", "-", ":=", "=", ":?", "?", ":+", "+", or what else follows the name ("%", "#",
    "[@]", ...). scope says who replaces it: "shell" (the shell that runs the words), "unit" (the
    supervisor, from the unit's own environment: Kubernetes' `$(X)`, systemd's `${X}`, supervisor's
    `%(ENV_X)s`), "outside" (whoever starts the tool: compose's interpolation), "build" (Dockerfile
    ARG and ENV), "make". quoted: it stays one word whatever its value is; otherwise blanks in the
    value split it.
    """

    name: str
    op: str = ""
    default: tuple[Part, ...] | None = None
    scope: str = "shell"
    quoted: bool = True


@dataclass(frozen=True, slots=True)
class Cmd:
    """What a command prints: `$(text)`, backticks, `$((...))`."""

    text: str
    quoted: bool = True


@dataclass(frozen=True, slots=True)
class Tmpl:
    """What a template renders: text is what stands between the braces, trimmed.

    quoted: it is (part of) one word; otherwise it may render any number of words, none included.
    """

    text: str
    quoted: bool = True


@dataclass(frozen=True, slots=True)
class Spec:
    """A specifier of the format: systemd's `%n`, supervisor's `%(program_name)s`, HTCondor's
    `$(Process)`."""

    text: str
    quoted: bool = True


# Behind every offset.
_ALL = sys.maxsize
Hole = Var | Cmd | Tmpl | Spec
Part = Lit | Hole


@dataclass(frozen=True, slots=True)
class Text:
    """A decoded string with its place in the file.

    runs are (index into value, source offset, source length), ascending; a run of equal length on
    both sides maps character by character, any other (an escape, a fold, a hole) maps as a whole.
    holes are (index, part): the character there is HOLE.
    """

    value: str
    runs: tuple[tuple[int, int, int], ...] = ()
    holes: tuple[tuple[int, Hole], ...] = ()

    @staticmethod
    def at(value: str, offset: int) -> Text:
        """Text that stands in the file exactly as it reads, from `offset` on."""
        return Text(value, ((0, offset, len(value)),))

    def __len__(self) -> int:
        return len(self.value)

    def __str__(self) -> str:
        return self.value

    def start(self, index: int) -> int:
        """Source offset of the character at index (for index == len: the end of the text)."""
        if index >= len(self.value):
            return self.end(len(self.value))
        run, length = self._run(index)
        at, source, width = run
        return source + (index - at) if width == length else source

    def end(self, index: int) -> int:
        """Source offset behind the character before index (for index == 0: the start of the
        text)."""
        if index <= 0 or not self.runs:
            return self.runs[0][1] if self.runs else 0
        index = min(index, len(self.value))
        (at, source, width), length = self._run(index - 1)
        return source + (index - at) if width == length else source + width

    def _run(self, index: int) -> tuple[tuple[int, int, int], int]:
        if len(self.runs) == 1:
            return self.runs[0], len(self.value) - self.runs[0][0]
        number = bisect_right(self.runs, (index, _ALL, _ALL)) - 1
        following = self.runs[number + 1][0] if number + 1 < len(self.runs) else len(self.value)
        return self.runs[number], following - self.runs[number][0]

    def cut(self, start: int, end: int | None = None) -> Text:
        """The part [start, end), positions and holes kept."""
        end = len(self.value) if end is None else min(end, len(self.value))
        start = min(max(start, 0), end)
        runs = []
        first = max(bisect_right(self.runs, (start, _ALL, _ALL)) - 1, 0)
        for number in range(first, len(self.runs)):
            at, source, width = self.runs[number]
            if at >= end:
                break
            stop = self.runs[number + 1][0] if number + 1 < len(self.runs) else len(self.value)
            left = max(at, start)
            if width == stop - at:
                runs.append((left - start, source + left - at, min(stop, end) - left))
            else:
                runs.append((left - start, source, width))
        if not runs and self.runs:
            runs.append((0, self.start(start), 0))
        return Text(self.value[start:end], tuple(runs), self._holes_in(start, end))

    def _holes_in(self, start: int, end: int) -> tuple[tuple[int, Hole], ...]:
        if not self.holes:
            return ()
        first = bisect_left(self.holes, start, key=lambda hole: hole[0])
        last = bisect_left(self.holes, end, key=lambda hole: hole[0])
        return tuple((at - start, part) for at, part in self.holes[first:last])

    def lines(self) -> Iterator[Text]:
        """The lines without their newlines."""
        start = 0
        while True:
            end = self.value.find("\n", start)
            if end < 0:
                yield self.cut(start)
                return
            yield self.cut(start, end)
            start = end + 1

    def strip(self) -> Text:
        """Without blanks (and newlines) at both ends."""
        body = self.value
        return self.cut(len(body) - len(body.lstrip()), len(body.rstrip()))

    def parts(self, quoted: bool = True) -> tuple[Part, ...]:
        """The whole text as the parts of one word: literals, and the holes between them."""
        found: list[Part] = []
        last = 0
        for at, part in self.holes:
            if at > last:
                found.append(Lit(self.value[last:at]))
            found.append(replace(part, quoted=part.quoted and quoted))
            last = at + 1
        if last < len(self.value) or not found:
            found.append(Lit(self.value[last:]))
        return tuple(found)

    def word(self, quoted: bool = True) -> Word:
        """The whole text as one word, unsplit (an item of a list, the value of a key)."""
        source = self if any(blank in self.value for blank in " \t\n") else None
        return Word(self.parts(), self.start(0), self.end(len(self.value)), quoted, source)


class TextBuilder:
    """Puts a Text together piece by piece."""

    def __init__(self) -> None:
        self._value: list[str] = []
        self._length = 0
        self._runs: list[tuple[int, int, int]] = []
        self._holes: list[tuple[int, Hole]] = []

    def add(self, decoded: str, start: int, end: int | None = None) -> None:
        """Append characters that stand at [start, end); without end they stand there as they
        read."""
        if not decoded:
            return
        width = len(decoded) if end is None else end - start
        self._run(start, width, len(decoded))
        self._value.append(decoded)
        self._length += len(decoded)

    def hole(self, part: Hole, start: int, end: int) -> None:
        """Append what another language will put there."""
        self._holes.append((self._length, part))
        self._run(start, end - start, 1)
        self._value.append(HOLE)
        self._length += 1

    def text(self, piece: Text) -> None:
        """Append a whole Text."""
        for at, source, width in piece.runs:
            self._runs.append((self._length + at, source, width))
        self._holes.extend((self._length + at, part) for at, part in piece.holes)
        self._value.append(piece.value)
        self._length += len(piece.value)

    def _run(self, start: int, width: int, length: int) -> None:
        if self._runs and width == length:
            at, source, before = self._runs[-1]
            if before == self._length - at and source + before == start:
                self._runs[-1] = (at, source, before + width)
                return
        self._runs.append((self._length, start, width))

    def build(self) -> Text:
        """The text so far."""
        return Text("".join(self._value), tuple(self._runs), tuple(self._holes))


def join(pieces: Iterable[Text]) -> Text:
    """Several texts as one, each with its own places."""
    builder = TextBuilder()
    for piece in pieces:
        builder.text(piece)
    return builder.build()


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command, or the value of a key.

    start and end are source offsets, quotes included; quoted says that quotes (or a list) hold it
    together. source is its decoded text when it holds blanks and so may be read again (the script
    behind `-c`), else None.
    """

    parts: tuple[Part, ...]
    start: int
    end: int
    quoted: bool = False
    source: Text | None = None

    def literal(self) -> str | None:
        """Its text when nothing in it can change, else None."""
        if all(isinstance(part, Lit) for part in self.parts):
            return "".join(part.text for part in self.parts if isinstance(part, Lit))
        return None

    def prefix(self) -> str:
        """The literal text before the first part that can change."""
        text = ""
        for part in self.parts:
            if not isinstance(part, Lit):
                break
            text += part.text
        return text

    def open(self) -> bool:
        """May this word become none or several words?"""
        return any(_may_split(part) for part in self.parts)

    def __str__(self) -> str:
        return "".join(show(part) for part in self.parts)


def _may_split(part: Part) -> bool:
    if isinstance(part, Lit):
        return False
    many = isinstance(part, Var) and (part.name == "@" or part.op == "[@]")
    return many or not part.quoted


def show(part: Part) -> str:
    """A part roughly as it is written."""
    if isinstance(part, Lit):
        return part.text
    if isinstance(part, Var):
        if not part.op:
            return "${" + part.name + "}"
        default = "" if part.default is None else "".join(show(each) for each in part.default)
        return "${" + part.name + part.op + default + "}"
    if isinstance(part, Cmd):
        return f"$({part.text})"
    return f"{{{{ {part.text} }}}}" if isinstance(part, Tmpl) else part.text


def literal(text: str, start: int = 0, end: int = 0) -> Word:
    """A word that nothing can change."""
    return Word((Lit(text),), start, end, True)
