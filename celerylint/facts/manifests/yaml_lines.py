"""Commands in the parts of a YAML file that could not be read: found by lines, surroundings
unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from celerylint.facts.manifests.model import Command, Unit
from celerylint.facts.manifests.shell import split
from celerylint.facts.manifests.yaml_nodes import Sequence
from celerylint.facts.manifests.yaml_text import Entry, YamlFile
from celerylint.patterns import regex

_KEY = regex(
    r"^(?P<indent>[ \t]*)(?:-[ \t]+)?(?P<key>command|args|entrypoint)[ \t]*:", re.MULTILINE
)
_ROLES = {"args": "args", "command": "command", "entrypoint": "entrypoint"}
_MOST = 20
WHY = "the file could not be read around here"


def stray_units(file: YamlFile) -> Iterator[Unit]:
    """One unit without a name for each command in a lost part of the file."""
    found = 0
    for start, end in _apart(file.lost):
        for match in _KEY.finditer(file.blanked.text, start, end):
            found += 1
            if found > _MOST:
                return
            part = file.part(*_block(file.blanked.text, match, end))
            for root in part.documents:
                for entry in part.entries(root):
                    command = _command(part, entry)
                    if command is not None:
                        key = entry.key
                        yield Unit("", key.start, key.end, "unknown", (command,), env_open=WHY)


def _apart(parts: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The parts in order, each place once."""
    done = 0
    for start, end in sorted(parts):
        if end > done:
            yield max(start, done), end
            done = end


def _block(text: str, match: re.Match[str], end: int) -> tuple[int, int]:
    """The key with what is indented below it, or is a list at its own indent."""
    start, indent = match.start("key"), match.start("key") - match.start()
    at = text.find("\n", match.end(), end) + 1
    while 0 < at < end:
        stop = text.find("\n", at, end) + 1 or end
        line = text[at:stop]
        depth = len(line) - len(line.lstrip(" \t"))
        if line.strip() and depth <= indent and not (depth == indent and line.lstrip()[0] == "-"):
            return start, at
        at = stop
    return start, end


def _command(file: YamlFile, entry: Entry) -> Command | None:
    value, role = entry.value, _ROLES.get(entry.name)
    if role is None:
        return None
    if isinstance(value, Sequence):
        return Command("exec", role, value.start, value.end, words=file.words(value))
    text = file.text(value)
    return (
        None if text is None else Command("split", role, value.start, value.end, words=split(text))
    )
