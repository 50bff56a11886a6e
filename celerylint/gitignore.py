"""What git ignores: the pattern language of .gitignore (gitignore(5)) as regular expressions.

Most patterns are plain names or `*.ext`; these are answered by a set and by `endswith`, because the
walk asks about every file of the tree.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cached_property

from celerylint.patterns import regex
from celerylint.structs import dataclass

MAGIC = regex(r"[*?\[\\]")
# A name that no pattern can mean: stands for "anything in this folder".
ANYTHING = "\x01"


@dataclass(frozen=True)
class Pattern:
    """One line: matches the name alone or (anchored) the path below the file that holds it."""

    text: str
    negated: bool
    folders_only: bool
    anchored: bool

    @cached_property
    def is_plain(self) -> bool:
        """Does it mean just what it says?"""
        return MAGIC.search(self.text) is None

    @cached_property
    def regex(self) -> re.Pattern[str]:
        return re.compile(_translated(self.text))

    def matches(self, name: str, below: str, is_folder: bool) -> bool:
        """below: the path relative to the folder of the file that holds the pattern."""
        if self.folders_only and not is_folder:
            return False
        asked = below if self.anchored else name
        return asked == self.text if self.is_plain else self.regex.fullmatch(asked) is not None


class Ignore:
    """The patterns of one file, which count below `prefix` ("" or "folder/", from the tree's root).

    above: for a file above the root, the root's own path from there, with a final `/`.
    """

    def __init__(self, patterns: tuple[Pattern, ...], prefix: str = "", above: str = "") -> None:
        self.patterns = patterns
        self.prefix = prefix
        self.above = above
        names = [pattern for pattern in patterns if not pattern.anchored]
        magic = [pattern for pattern in names if not pattern.is_plain]
        endings = [p for p in magic if p.text[0] == "*" and not MAGIC.search(p.text, 1)]
        self._names = frozenset(p.text for p in names if p not in magic)
        self._endings = tuple(p.text[1:] for p in endings)
        self._rest = _any([p for p in magic if p not in endings])
        self._anchored = _any([p for p in patterns if p.anchored])

    @classmethod
    def parse(cls, text: str, prefix: str = "", above: str = "") -> Ignore:
        """The patterns of a .gitignore; one that makes no sense matches nothing, as in git."""
        lines = text.removeprefix("\ufeff").split("\n")
        return cls(tuple(p for line in lines if (p := _pattern(line))), prefix, above)

    def verdict(self, name: str, path: str, is_folder: bool) -> bool | None:
        """True: ignored; False: taken back by `!`; None: not said. path: from the tree's root."""
        if not self.patterns:
            return None
        below = self.above + path[len(self.prefix) :] if self._anchored else ""
        if not (
            name in self._names
            or name.endswith(self._endings)
            or (self._rest and self._rest.fullmatch(name))
            or (self._anchored and self._anchored.fullmatch(below))
        ):
            return None
        for pattern in reversed(self.patterns):
            if pattern.matches(name, below, is_folder):
                return not pattern.negated
        return None

    def without(self, path: str) -> Ignore:
        """The same without what hides this path, a folder above it, or everything in it."""
        parts = (self.above + path[len(self.prefix) :]).rstrip("/").split("/")
        hidden = [("/".join(parts[: at + 1]), parts[at]) for at in range(len(parts))]
        inner = ("/".join([*parts, ANYTHING]), ANYTHING)
        kept = tuple(
            pattern
            for pattern in self.patterns
            if pattern.negated
            or not any(pattern.matches(name, below, True) for below, name in (*hidden, inner))
        )
        return self if kept == self.patterns else Ignore(kept, self.prefix, self.above)


def ignores_above(root: str) -> tuple[Ignore, ...]:
    """What counts at `root` from outside: git's info/exclude and the .gitignore files above it."""
    top = next((at for at in upwards(root) if os.path.exists(os.path.join(at, ".git"))), None)
    if top is None:
        return ()
    found = []
    between = [at for at in upwards(root) if len(at) >= len(top) and at != root]
    files = [(os.path.join(_common_folder(os.path.join(top, ".git")), "info", "exclude"), top)]
    files += [(os.path.join(at, ".gitignore"), at) for at in reversed(between)]
    for path, at in files:
        above = os.path.relpath(root, at).replace(os.sep, "/") + "/" if at != root else ""
        ignore = Ignore.parse(_text(path), above=above)
        found.append(ignore.without("") if above else ignore)
    return tuple(each for each in found if each.patterns)


def _common_folder(dot_git: str) -> str:
    """Where a repository's info/ lies: a worktree's or submodule's `.git` is a file that tells."""
    if os.path.isdir(dot_git):
        return dot_git
    folder = os.path.join(os.path.dirname(dot_git), _text(dot_git).partition("gitdir:")[2].strip())
    return os.path.join(folder, _text(os.path.join(folder, "commondir")).strip())


def _text(path: str) -> str:
    """A file of git's; empty where there is none that can be read."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except (OSError, ValueError):
        return ""


def upwards(folder: str) -> Iterator[str]:
    """An absolute folder and all that it lies in, nearest first."""
    yield folder
    while (parent := os.path.dirname(folder)) != folder:
        folder = parent
        yield folder


def _any(patterns: list[Pattern]) -> re.Pattern[str] | None:
    if not patterns:
        return None
    return re.compile("|".join(f"(?:{_translated(pattern.text)})" for pattern in patterns))


def _pattern(line: str) -> Pattern | None:
    line = line.removesuffix("\r")
    # Spaces at the end count only behind a backslash.
    stripped = line.rstrip(" ")
    if len(stripped) < len(line) and (len(stripped) - len(stripped.rstrip("\\"))) % 2:
        stripped += " "
    if not stripped or stripped[0] == "#":
        return None
    negated = stripped[0] == "!"
    text = stripped[negated:]
    folders_only = text.endswith("/")
    text = text.removesuffix("/")
    anchored = "/" in text
    text = text.removeprefix("/")
    return Pattern(text, negated, folders_only, anchored) if text else None


TOKEN = regex(
    r"""
      (?P<rest> (?:/|\A)\*\*\Z )       # all that is inside
    | (?P<deep> (?:\A|(?<=/))\*\*/ )  # any number of folders, also none
    | (?P<star> \*+ )
    | (?P<one> \? )
    | \[ (?P<not> [!^]? ) (?P<class> \]? (?: \[:[a-z]+:\] | \\. | [^]\\] )* ) \]
    | \\ (?P<escaped> . )
    | (?P<literal> . )
    """,
    re.VERBOSE | re.DOTALL,
)
CLASSES = {
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "alnum": "a-zA-Z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "space": r"\s",
    "blank": r" \t",
    "punct": r"!-/:-@\[-`{-~",
    "xdigit": "0-9A-Fa-f",
}
NEVER = r"(?!)"


def _translated(text: str) -> str:
    """A pattern as a regular expression; a run of stars becomes one."""
    parts = []
    for token in TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "rest":
            parts.append("/.+" if token.start() else ".+")
        elif kind == "deep":
            parts.append("(?:.*/)?")
        elif kind == "star":
            parts.append("[^/]*")
        elif kind == "one":
            parts.append("[^/]")
        elif kind == "class":
            parts.append(_class(token["not"], token["class"]))
        elif token["literal"] in ("[", "\\"):
            # An open class or a lone backslash at the end: git matches nothing.
            return NEVER
        else:
            parts.append(re.escape(token["escaped"] or token["literal"]))
    return "(?s:" + "".join(parts) + ")"


def _class(negation: str, body: str) -> str:
    parts = []
    for item in re.finditer(r"\[:([a-z]+):\]|\\(.)|(-)|(.)", body, re.DOTALL):
        named, escaped, dash, plain = item.groups()
        if named:
            parts.append(CLASSES.get(named, ""))
        else:
            parts.append(dash or re.escape(escaped or plain))
    made = f"(?!/)[{'^' if negation else ''}{''.join(parts)}]"
    try:
        re.compile(made)
    except re.error:
        return NEVER
    return made
