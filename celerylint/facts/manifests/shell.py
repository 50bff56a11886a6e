"""Splits shell text into words and operators, each with its place.

Source: POSIX.1-2017, Shell Command Language 2.2 to 2.7, and bash's manual.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from celerylint.facts.manifests.shell_expansion import closing, expansion
from celerylint.facts.manifests.words import HOLE, Cmd, Hole, Text, TextBuilder, Word
from celerylint.patterns import regex
from celerylint.structs import dataclass, replace


@dataclass(frozen=True, slots=True)
class Op:
    """An operator or a newline ("\\n")."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Array:
    """`name=(words)` or `name+=(words)`."""

    name: str
    append: bool
    words: tuple[Word, ...]
    start: int
    end: int


Token = Word | Op | Array

_OPERATORS = regex(r";;&|<<<|<<-|&>>|;;|;&|&&|\|\||\|&|<<|>>|<&|>&|<>|>\||&>|[;&|()<>\n]")
_PLAIN = {
    True: re.compile(rf"[^\s'\"\\$`;&|()<>{HOLE}]+"),
    False: re.compile(rf"[^\s'\"\\{HOLE}]+"),
}
_IN_DOUBLE = {
    True: re.compile(rf"[^\"\\$`{HOLE}]+"),
    False: re.compile(rf"[^\"\\{HOLE}]+"),
}
_ARRAY = regex(r"([A-Za-z_][A-Za-z0-9_]*)(\+?)=$")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def split(text: Text) -> tuple[Word, ...]:
    """The words of text that no shell reads: quotes and backslashes group, all else is literal.

    Equals `shlex.split` where that raises nothing; an open quote ends with the text (see
    `unbalanced`). Holes outside quotes may split (`quoted` False).
    """
    return tuple(_Lexer(text, shell=False).only_words())


def unbalanced(text: Text, shell: bool = False) -> int | None:
    """Source offset of the first quote or bracket that is never closed, or None."""
    lexer = _Lexer(text, shell)
    for _ in lexer.tokens():
        pass
    return lexer.open_at


def tokens(text: Text) -> list[Token]:
    """The words, operators and array assignments of a script, comments and heredocs left out."""
    return list(_Lexer(text, shell=True).tokens())


class _Lexer:
    def __init__(self, text: Text, shell: bool) -> None:
        self.text = text
        self.value = text.value
        self.shell = shell
        self.at = 0
        self.open_at: int | None = None
        self.holes = dict(text.holes)
        self.heredocs: list[tuple[str, bool]] = []
        self.heredoc_next: bool | None = None

    def only_words(self) -> Iterator[Word]:
        for token in self.tokens():
            if isinstance(token, Word):
                yield token

    def tokens(self) -> Iterator[Token]:
        value = self.value
        while self.at < len(value):
            char = value[self.at]
            if char in " \t\r\f\v" or (char == "\n" and not self.shell):
                self.at += 1
            elif self.shell and value.startswith(("\\\n", "\\\r\n"), self.at):
                self.at = value.index("\n", self.at) + 1
            elif self.shell and char == "#":
                end = value.find("\n", self.at)
                self.at = len(value) if end < 0 else end
            elif self.shell and (operator := self._operator()) is not None:
                yield operator
            else:
                yield self._token()

    def _operator(self) -> Op | None:
        match = _OPERATORS.match(self.value, self.at)
        if match is None or self.value.startswith(("<(", ">("), self.at):
            return None
        start, self.at = self.at, match.end()
        operator = Op(match.group(), self.text.start(start), self.text.end(self.at))
        if operator.text in ("<<", "<<-"):
            self.heredoc_next = operator.text == "<<-"
        elif operator.text == "\n":
            self._skip_heredocs()
        return operator

    def _skip_heredocs(self) -> None:
        for delimiter, tabs in self.heredocs:
            while self.at < len(self.value):
                end = self.value.find("\n", self.at)
                end = len(self.value) if end < 0 else end
                line = self.value[self.at : end].rstrip("\r")
                self.at = min(end + 1, len(self.value))
                if (line.lstrip("\t") if tabs else line) == delimiter:
                    break
        self.heredocs.clear()

    def _token(self) -> Token:
        start = self.at
        word = self._word()
        if self.heredoc_next is not None:
            self.heredocs.append((str(word), self.heredoc_next))
            self.heredoc_next = None
            return word
        if self.shell and not word.quoted and self.value.startswith("(", self.at):
            name = _ARRAY.match(word.literal() or "")
            if name is not None:
                return self._array(name, start)
        return word

    def _array(self, name: re.Match[str], start: int) -> Array:
        opened = self.at
        end = closing(self.value, self.at, "(", ")")
        if self.value[end - 1] != ")":
            self._never_closed(opened)
        inner = _Lexer(self.text.cut(self.at + 1, end - 1), shell=True)
        self.at = end
        words = tuple(inner.only_words())
        left, right = self.text.start(start), self.text.end(end)
        return Array(name.group(1), bool(name.group(2)), words, left, right)

    def _word(self) -> Word:
        builder = TextBuilder()
        start, quoted = self.at, False
        while self.at < len(self.value):
            char = self.value[self.at]
            plain = _PLAIN[self.shell].match(self.value, self.at)
            if plain is not None:
                builder.text(self.text.cut(self.at, plain.end()))
                self.at = plain.end()
            elif char in "'\"":
                quoted = True
                self._quoted(builder, char)
            elif char == "\\":
                self._escape(builder)
            elif self.shell and self.value.startswith("$'", self.at):
                quoted = True
                self._ansi(builder)
            elif not self._expansion(builder, quoted=False):
                break
        if self.at == start:  # cannot happen; never loop
            self.at += 1
        built = builder.build()
        blank = any(each in built.value for each in " \t\n")
        left, right = self.text.start(start), self.text.end(self.at)
        return Word(built.parts(), left, right, quoted, built if blank else None)

    def _expansion(self, builder: TextBuilder, quoted: bool) -> bool:
        """Reads a hole, `$...` or a process substitution; False where the word ends."""
        start, char = self.at, self.value[self.at]
        part: Hole | None
        if char == HOLE:
            part = self.holes.get(start)
            self.at += 1
            if part is None:
                builder.text(self.text.cut(start, self.at))
                return True
            part = replace(part, quoted=quoted)
        elif self.shell and char in "$`":
            part, self.at, closed = expansion(self.text, start, quoted)
            if not closed:
                self._never_closed(start)
            if part is None:
                if self.value[self.at : self.at + 1] != '"' or quoted:  # $"..." is "..."
                    builder.text(self.text.cut(start, self.at))
                return True
        elif self.shell and self.value.startswith(("<(", ">("), start):
            self.at = closing(self.value, start + 1, "(", ")")
            part = Cmd(self.value[start : self.at])
        else:
            return False
        builder.hole(part, self.text.start(start), self.text.end(self.at))
        return True

    def _quoted(self, builder: TextBuilder, quote: str) -> None:
        opened = self.at
        self.at += 1
        if quote == "'":
            end = self.value.find("'", self.at)
            if end < 0:
                self._never_closed(opened)
                end = len(self.value)
            builder.text(self.text.cut(self.at, end))
            self.at = end + 1
        else:
            self._double(builder, opened)
        self.at = min(self.at, len(self.value))

    def _double(self, builder: TextBuilder, opened: int) -> None:
        value = self.value
        while self.at < len(value):
            plain = _IN_DOUBLE[self.shell].match(value, self.at)
            if plain is not None:
                builder.text(self.text.cut(self.at, plain.end()))
                self.at = plain.end()
            elif value[self.at] == '"':
                self.at += 1
                return
            elif value[self.at] == "\\":
                self._escape_in_double(builder)
            else:
                self._expansion(builder, quoted=True)
        self._never_closed(opened)

    def _escape_in_double(self, builder: TextBuilder) -> None:
        following = self.value[self.at + 1 : self.at + 2]
        escapable = '\\"$`\n' if self.shell else '\\"'
        if following and following in escapable:
            self._escape(builder)
        else:
            builder.text(self.text.cut(self.at, self.at + 1))
            self.at += 1

    def _escape(self, builder: TextBuilder) -> None:
        """A backslash and the character that it protects; before a newline both vanish."""
        start, end = self.at, self.at + 2
        if self.value.startswith("\\\r\n", start):
            end += 1
        following = self.value[start + 1 : end]
        if not following:
            self._never_closed(start)
        elif following not in ("\n", "\r\n") or not self.shell:
            builder.add(following, self.text.start(start), self.text.end(end))
        self.at = min(end, len(self.value))

    def _ansi(self, builder: TextBuilder) -> None:
        """`$'...'`: backslash escapes as in C; numeric ones are kept as written."""
        opened = self.at
        self.at += 2
        while self.at < len(self.value) and self.value[self.at] != "'":
            width = 2 if self.value[self.at] == "\\" and self.at + 1 < len(self.value) else 1
            char = self.value[self.at + width - 1]
            decoded = _ESCAPES.get(char, char) if width == 2 else char
            left, right = self.text.start(self.at), self.text.end(self.at + width)
            builder.add(decoded, left, right)
            self.at += width
        if self.at >= len(self.value):
            self._never_closed(opened)
        self.at = min(self.at + 1, len(self.value))

    def _never_closed(self, at: int) -> None:
        if self.open_at is None:
            self.open_at = self.text.start(at)
