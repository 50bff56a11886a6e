"""The shell's own commands that change what later words become."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.facts.manifests.shell_nodes import Simple, assignment
from celerylint.facts.manifests.words import Text, Word
from celerylint.project.deployment.conditions import NO, UNKNOWN, YES, Outcome
from celerylint.project.deployment.expansion import expand, text_of
from celerylint.project.values import Default, Unknown

if TYPE_CHECKING:
    from celerylint.project.deployment.shell_frame import Frame
    from celerylint.project.deployment.shell_run import Walker

_DECLARATIONS = ("export", "declare", "local", "readonly", "typeset")
_NOTHING = (
    ":",
    "true",
    "echo",
    "printf",
    "trap",
    "wait",
    "umask",
    "ulimit",
    "pwd",
    "alias",
    "type",
)
NAMES = frozenset(
    (
        *_DECLARATIONS,
        *_NOTHING,
        *("false", "cd", "pushd", "set", "shift", "source", ".", "exit", "return", "exec"),
        *("eval", "read", "unset", "command", "builtin"),
    )
)


def run(name: str, node: Simple, frame: Frame, walker: Walker) -> Outcome:
    """Carries out a builtin in the frame."""
    words = node.words
    if name in _NOTHING:
        frame.trapped = frame.trapped or name == "trap"
        return YES
    if name == "false":
        return NO
    if name in _DECLARATIONS:
        _declare(name, node, frame, walker)
        return YES
    if name in ("exit", "return"):
        frame.ended, frame.returned = True, name == "return"
        return UNKNOWN
    if name in ("exec", "command", "builtin"):
        return _exec(name, node, frame, walker)
    if name in ("source", "."):
        return _source(words[1:], frame, walker)
    if name == "eval":
        return _eval(words[1:], frame, walker)
    _change(name, words[1:], frame, walker)
    return UNKNOWN if name in ("cd", "pushd", "read") else YES


def _declare(name: str, node: Simple, frame: Frame, walker: Walker) -> None:
    export = name == "export" or any(
        "x" in (each.literal() or "")[1:] and _flag(each) for each in node.words
    )
    for assign in node.assigns:
        walker.assign(assign, frame, export)
    for word in node.words[1:]:
        found = assignment(word)
        if found is not None:
            walker.assign(found, frame, export)
        elif export and not _flag(word) and (known := word.literal()):
            value = frame.around.shell.get(known)
            if value is not None:
                frame.exported[known] = value


def _flag(word: Word) -> bool:
    return (word.literal() or "").startswith("-")


def _exec(name: str, node: Simple, frame: Frame, walker: Walker) -> Outcome:
    words = list(node.words[1:])
    while words and _flag(words[0]):
        taken = 2 if words[0].literal() == "-a" and name == "exec" else 1
        words = words[taken:]
    if words:
        walker.command(node, words, frame, executes=name == "exec")
        frame.ended = frame.ended or name == "exec"
    return UNKNOWN


def _source(words: tuple[Word, ...], frame: Frame, walker: Walker) -> Outcome:
    path = text_of(words[0], frame.around, walker.home) if words else None
    found = walker.source(path, frame) if path is not None and walker.source is not None else None
    if found is None:
        frame.open = frame.open or f"{path or 'a file'} is sourced"
        return UNKNOWN
    walker.inside(*found, frame)
    frame.come_back()
    return UNKNOWN


def _eval(words: tuple[Word, ...], frame: Frame, walker: Walker) -> Outcome:
    """`eval 'words'`: one literal word is read again."""
    if len(words) == 1:
        source = words[0].source or Text.at(words[0].literal() or "", words[0].start)
        walker.inside(walker.home, source, frame)
    return UNKNOWN


def _change(name: str, words: tuple[Word, ...], frame: Frame, walker: Walker) -> None:
    around = frame.around
    if name in ("cd", "pushd") and words:
        path = text_of(words[-1], around, walker.home)
        inside = path is not None and not path.startswith("/") and frame.workdir
        frame.workdir = f"{frame.workdir}/{path}" if inside else (path or "?")
    elif name == "shift" and around.parameters is not None:
        count = (
            int(words[0].literal() or 1) if words and (words[0].literal() or "").isdigit() else 1
        )
        around.parameters = around.parameters[count:]
    elif name == "set":
        literals = [word.literal() for word in words]
        if "--" in literals:
            rest = words[literals.index("--") + 1 :]
            around.parameters = expand(rest, around, walker.home)[0]
    elif name == "read":
        for word in words:
            if not _flag(word) and (known := word.literal()):
                frame.assign(known, Unknown(f"{known} is read at run time"))
    elif name == "unset":
        for word in words:
            if known := word.literal():
                around.shell[known] = Default(known)
