"""The commands by which a platform asks whether a worker is alive, where they ask through Celery.

Sources: Kubernetes' probes, Docker's HEALTHCHECK, celery/bin/control.py (inspect, status).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from celerylint.facts.manifests.model import Command
from celerylint.facts.manifests.shell import split
from celerylint.facts.manifests.words import Lit, Text, Var, Word
from celerylint.patterns import regex
from celerylint.project.deployment.images import Image
from celerylint.project.deployment.place import Home
from celerylint.project.deployment.units import Service
from celerylint.project.process import Probe
from celerylint.structs import replace

_SHELLS = regex(r"(^|/)(ba|da|a|k|z)?sh$")
_ENDS = frozenset(("&&", "||", ";", "|", "&"))
_UNEXPANDED = regex(r"\$\{?\w|%h|`")
_HOLE = "\ue000"
_OWN_PROBES = frozenset(("kubernetes", "helm"))

Words = list[tuple[str, Word]]


def probes(service: Service | None, image: Image | None) -> tuple[Probe, ...]:
    """The probes of a unit that ask through Celery, else those of its image."""
    found: list[Probe] = []
    asked = False
    for manifest, unit in service.layers if service is not None else ():
        home = Home.of(manifest)
        kinds = {"healthcheck": "healthcheck", "readiness": "readiness", "startup": "startup"}
        commands = [each for each in unit.commands if each.role in kinds]
        commands += [unit.healthcheck] if unit.healthcheck is not None else []
        asked = asked or bool(commands) or unit.get("healthcheck.disable") is not None
        for command in commands:
            found += _of_command(command, kinds[command.role], home)
    if service is not None and service.manifest.kind in _OWN_PROBES:
        asked = True  # Kubernetes does not look at an image's HEALTHCHECK
    inherited = image.stage.unit.healthcheck if image is not None and not asked else None
    if image is not None and inherited is not None:
        found += _of_command(inherited, "healthcheck", image.home)
    return tuple(found)


def _of_command(command: Command, kind: str, home: Home) -> Iterator[Probe]:
    words, shell = _words(command)
    for number, (text, _) in enumerate(words):
        if text.rpartition("/")[2] == "celery":
            rest = words[number + 1 :]
            end = next((n for n, (each, _) in enumerate(rest) if each in _ENDS), len(rest))
            piped = end < len(rest) and rest[end][0] == "|"
            made = _probe(rest[:end], kind, home, shell)
            if made is not None:
                yield replace(made, piped=piped)


def _words(command: Command) -> tuple[Words, bool]:
    """The words, and whether a shell replaces the variables in them."""
    if command.script is not None:
        return _split(command.script), True
    words = [(_text(each), each) for each in command.words]
    texts = [text for text, _ in words]
    if texts and _SHELLS.search(texts[0]):
        for number, text in enumerate(texts[1:-1], 1):
            if re.fullmatch(r"-\w*c", text):
                source = words[number + 1][1].source
                return _split(source) if source is not None else [], True
    return words, False


def _split(text: Text) -> Words:
    return [(_text(each).rstrip(";"), each) for each in split(text)]


def _text(word: Word) -> str:
    return "".join(
        part.text
        if isinstance(part, Lit)
        else f"${part.name}"
        if isinstance(part, Var) and part.scope == "shell"
        else _HOLE
        for part in word.parts
    )


def _probe(words: Words, kind: str, home: Home, shell: bool) -> Probe | None:
    texts = [text for text, _ in words]
    at = next((n for n, text in enumerate(texts) if text in ("inspect", "status")), None)
    if at is None or (texts[at] == "inspect" and "ping" not in texts[at:]):
        return None
    asked = _value(words[at:], ("-d", "--destination"))
    wait = _value(words[at:], ("-t", "--timeout"))
    text = _text(asked).partition("=")[2] if asked is not None and "=" in _text(asked) else ""
    text = text or (_text(asked) if asked is not None else "")
    return Probe(
        kind,
        home.span(words[at][1].start, words[-1][1].end),
        tuple("" if _HOLE in each else each for each in texts),
        home.span(asked.start, asked.end) if asked is not None else None,
        text if not shell and _UNEXPANDED.search(text) else "",
        _number(wait),
        open=any(each == _HOLE for each in texts),
    )


def _value(words: Sequence[tuple[str, Word]], names: tuple[str, str]) -> Word | None:
    short, long = names
    for number, (text, word) in enumerate(words):
        if text in names:
            return words[number + 1][1] if number + 1 < len(words) else word
        if text.startswith(f"{long}=") or (text.startswith(short) and text[1:2] != "-"):
            return word
    return None


def _number(word: Word | None) -> float | None:
    if word is None:
        return 1.0
    found = re.search(r"[\d.]+$", _text(word))
    try:
        return float(found[0]) if found is not None else None
    except ValueError:
        return None
