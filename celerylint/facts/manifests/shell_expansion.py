"""What begins with `$` or a backtick in a shell word: where it ends and which part it is.

Source: POSIX.1-2017, Shell Command Language 2.6, and bash's manual for the forms beyond it.
"""

from __future__ import annotations

import re

from celerylint.facts.manifests.words import HOLE, Cmd, Hole, Lit, Part, Text, Var
from celerylint.patterns import regex

_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]")
_SHORT = regex(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
_OPERATOR = regex(r":[-=?+]|[-=?+]")
_DEEPEST = 20

Found = tuple[Hole | None, int, bool]
"""(the part, the index behind it, whether it was closed); no part: the `$` stands for itself."""


def expansion(text: Text, at: int, quoted: bool, depth: int = 0) -> Found:
    """The expansion that begins at `at`, where a `$` or a backtick stands."""
    value = text.value
    if value[at] == "`":
        end = _backtick(value, at + 1)
        return Cmd(value[at + 1 : end - 1], quoted), end, value[end - 1 : end] == "`"
    following = value[at + 1 : at + 2]
    if value.startswith("$((", at):
        end = closing(value, at + 1, "(", ")")
        return Cmd(value[at + 2 : end - 1]), end, value[end - 1 : end] == ")"
    if following == "(":
        end = closing(value, at + 1, "(", ")")
        return Cmd(value[at + 2 : end - 1].strip(), quoted), end, value[end - 1 : end] == ")"
    if following == "{":
        end = closing(value, at + 1, "{", "}")
        closed = value[end - 1 : end] == "}"
        inner = text.cut(at + 2, end - 1 if closed else end)
        return _braced(inner, quoted, depth), end, closed
    name = _SHORT.match(value, at + 1)
    if name is None:
        return None, at + 1, True
    return Var(name.group(), quoted=quoted), name.end(), True


def _braced(inner: Text, quoted: bool, depth: int) -> Hole:
    value = inner.value
    name = _NAME.match(value)
    if name is None or depth > _DEEPEST or (value[:1] in "#!" and len(value) > 1):
        return Cmd("${" + value + "}", quoted)
    rest = value[name.end() :]
    if not rest:
        return Var(name.group(), quoted=quoted)
    if rest in ("[@]", "[*]"):
        return Var(name.group(), rest, quoted=quoted)
    operator = _OPERATOR.match(rest)
    if operator is None:
        return Var(name.group(), rest, quoted=quoted)
    default = parts(inner.cut(name.end() + operator.end()), depth + 1)
    return Var(name.group(), operator.group(), default, quoted=quoted)


def parts(text: Text, depth: int = 0) -> tuple[Part, ...]:
    """The parts of a default's words: quotes removed, blanks kept."""
    found: list[Part] = []
    literal: list[str] = []
    holes = dict(text.holes)
    value, at, double = text.value, 0, False
    while at < len(value):
        part: Hole | None = None
        char = value[at]
        if char == "'" and not double and (end := value.find("'", at + 1)) > 0:
            literal.append(value[at + 1 : end])
            at = end + 1
        elif char == '"':
            double = not double
            at += 1
        elif char == "\\" and at + 1 < len(value):
            literal.append(value[at + 1])
            at += 2
        elif char in "$`":
            part, at, _ = expansion(text, at, double, depth)
            if part is None:
                literal.append("$")
        else:
            part = holes.get(at) if char == HOLE else None
            if part is None:
                literal.append(char)
            at += 1
        if part is not None:
            if literal:
                found.append(Lit("".join(literal)))
                literal = []
            found.append(part)
    if literal or not found:
        found.append(Lit("".join(literal)))
    return tuple(found)


_INNER = {"(": re.compile(r"[()'\"\\`]"), "{": re.compile(r"[{}'\"\\`]")}


def closing(value: str, at: int, opener: str, closer: str) -> int:
    """Index behind the bracket that closes the one at `at`; the end of the text where none does."""
    level = 0
    while (match := _INNER[opener].search(value, at)) is not None:
        char, at = match.group(), match.end()
        if char == opener:
            level += 1
        elif char == closer:
            level -= 1
            if level == 0:
                return at
        elif char == "'":
            end = value.find("'", at)
            at = len(value) if end < 0 else end + 1
        elif char == '"':
            at = _double(value, at)
        elif char == "\\":
            at += 1
        else:
            at = _backtick(value, at)
    return len(value)


def _double(value: str, at: int) -> int:
    """Index behind the double quote that closes; `$(...)` inside may hold quotes of its own."""
    while at < len(value):
        char = value[at]
        if char == '"':
            return at + 1
        if char == "\\":
            at += 1
        elif value.startswith("$(", at):
            at = _nested(value, at + 1)
            continue
        at += 1
    return len(value)


def _nested(value: str, at: int) -> int:
    level = 0
    while at < len(value):
        char = value[at]
        level += (char == "(") - (char == ")")
        at += 2 if char == "\\" else 1
        if level == 0:
            return at
    return len(value)


def _backtick(value: str, at: int) -> int:
    while at < len(value):
        if value[at] == "`":
            return at + 1
        at += 2 if value[at] == "\\" else 1
    return len(value)
