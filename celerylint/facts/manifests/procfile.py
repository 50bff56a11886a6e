"""Procfile: one process a line, run by a shell.

Source: Heroku's documentation of the Procfile, honcho's and foreman's own line pattern.
"""

from __future__ import annotations

from celerylint.facts.manifests.lines import spans
from celerylint.facts.manifests.model import Command, Manifest, Problem, Unit, manifest
from celerylint.facts.manifests.templates import blank, fill
from celerylint.facts.manifests.words import Text
from celerylint.patterns import regex

_ENTRY = regex(r"([A-Za-z0-9_-]+):\s*(\S.*)")


def read(path: str, text: str) -> Manifest:
    """Facts of a Procfile: a unit of kind "process" for each line; `release` is a hook.

    A name that stands twice under the same template conditions is a problem: the later one wins.
    """
    blanked = blank(text)
    units: list[Unit] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, tuple[str, ...]], int] = {}
    for number, (start, end) in enumerate(spans(text), 1):
        entry = _ENTRY.match(blanked.text[start:end].rstrip())
        if entry is None:
            continue
        name, begin = entry.group(1), start + entry.start(2)
        conditions = blanked.conditions(start)
        first = seen.setdefault((name, conditions), number)
        if first != number:
            problems.append((number, f"process {name} is defined in line {first} already"))
        script = fill(Text.at(entry.group(2), begin), blanked)
        role = "hook" if name == "release" else "command"
        command = Command(
            "shell", role, begin, start + entry.end(2), script=script, conditions=conditions
        )
        name_end = start + entry.end(1)
        units.append(Unit(name, start, name_end, kind="process", commands=(command,)))
    return manifest(path, "procfile", text, units=tuple(units), problems=tuple(problems[:5]))
