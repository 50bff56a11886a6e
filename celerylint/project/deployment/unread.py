"""Mentions of Celery commands that no process could be made of: what a report must not hide."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from celerylint.facts.manifests.model import Manifest
from celerylint.facts.manifests.shell import tokens
from celerylint.facts.manifests.words import Word
from celerylint.patterns import regex
from celerylint.project.collected import Mention
from celerylint.project.deployment.manifest_files import Files
from celerylint.project.deployment.units import service, starts_itself
from celerylint.project.process import Process

_COMMAND = regex(
    r"(?:^|[\s\"'/=])celery(?:\s+-[^\s#]+(?:\s+[^\s#-]\S*)?)*[\"',\s]+(worker|beat|flower|multi)\b"
)
_COMMENT = regex(r"^\s*(#|;|//|--)")
_ASSIGNED = regex(r"^\s*(export\s+|local\s+|declare\s+)?\w+\+?=")
_WORKER = regex(r"celery|worker|beat|flower", re.IGNORECASE)
_NEVER = regex(r"\b(echo|pkill|grep|pip|inspect|supervisorctl|docker|printf)\b")


def unread(kept: Sequence[Manifest], processes: Sequence[Process], files: Files) -> list[Mention]:
    """The mentions that led to nothing, in the order of the files."""
    lines = {(span.path, span.line) for each in processes for span in each.chain}
    found = []
    for manifest in kept:
        found += list(_commands(manifest, lines, files))
        if manifest.kind == "compose":
            found += list(_services(manifest, lines, files))
    return sorted(found, key=lambda each: (each.path, each.line))


def _commands(manifest: Manifest, lines: set[tuple[str, int]], files: Files) -> Iterator[Mention]:
    text = files.text(manifest.path) or ""
    if manifest.kind in ("env", "helm-values"):
        return
    written = _written(manifest) if manifest.kind == "shell" else None
    read = any(path == manifest.path for path, _ in lines)
    for number, line in enumerate(text.split("\n"), 1):
        if "celery" not in line or _COMMENT.match(line):
            continue
        if _NEVER.search(line) or not _COMMAND.search(line):
            continue
        if written is not None and number not in written:
            continue
        if written is not None and read and _ASSIGNED.match(line):
            continue  # a variable of which the start that was found may be made
        if not any((manifest.path, near) in lines for near in range(number - 3, number + 2)):
            yield Mention(manifest.path, number, "a Celery command that could not be read")


def _written(manifest: Manifest) -> set[int]:
    """The lines of a script on which words stand: not those of heredocs."""
    command = manifest.units[0].commands[0] if manifest.units else None
    found = tokens(command.script) if command is not None and command.script is not None else []
    return {manifest.position(token.start)[0] for token in found if isinstance(token, Word)}


def _services(manifest: Manifest, lines: set[tuple[str, int]], files: Files) -> Iterator[Mention]:
    """compose services that look like workers, whose command is not in the tree."""
    for unit in manifest.units:
        found = service(manifest, unit, files)
        if not _WORKER.search(unit.name) or found.command("command", "entrypoint") is not None:
            continue
        if found.build() is None and len(found.layers) == 1 and unit.extends is None:
            line = manifest.position(unit.start)[0]
            if (manifest.path, line) not in lines and starts_itself(found):
                reason = f"service {unit.name}: its command is not in this tree"
                yield Mention(manifest.path, line, reason)
