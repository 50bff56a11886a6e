"""Units of which something may be otherwise than their files say."""

from __future__ import annotations

from typing import Any

from celerylint.facts.manifests.model import Command, Unit, Variable
from celerylint.facts.manifests.words import Spec, Text, Word
from celerylint.structs import replace

_STARTING = frozenset(("command", "entrypoint", "args"))
_FIELDS = ("replicas", "user", "workdir", "stop_grace", "restart", "image", "cpus", "memory")
_KEYS = (
    "strategy.type",
    "hostNetwork",
    "readOnlyRootFilesystem",
    "livenessProbe.timeoutSeconds",
    "readinessProbe.timeoutSeconds",
    "minReplicas",
    "maxReplicas",
    "minReplicaCount",
    "maxReplicaCount",
)
_MOST = ("maxReplicas", "maxReplicaCount")

Unsure = tuple[int, int, str]
"""(start, end, why) of what changes a unit."""


def unknown(where: Unsure) -> Word:
    """A word that may be anything."""
    start, end, why = where
    return Word((Spec(why),), start, end, True)


def blurred(unit: Unit, where: Unsure) -> Unit:
    """The unit when something at this place may change any of its fields, and its command."""
    start, end, why = where
    more = Word((Spec(why, quoted=False),), start, end)
    commands = tuple(
        replace(each, words=(*each.words, more) if each.role in _STARTING else (more,))
        for each in unit.commands
    )
    if not any(each.role in _STARTING for each in commands):
        commands = (*commands, Command("exec", "args", start, end, words=(more,)))
    word = unknown(where)
    fields: dict[str, Any] = dict.fromkeys(_FIELDS, word)
    return replace(
        unit,
        commands=commands,
        env=tuple(replace(each, value=None, reason=why) for each in unit.env),
        env_files=(),
        env_open=unit.env_open or why,
        healthcheck=None,
        extra=(*unit.extra, *((key, word) for key in _KEYS)),
        mounts=(*unit.mounts, word),
        **fields,
    )


def incomplete(unit: Unit, why: str) -> Unit:
    """The unit when another file, which is not known, may say what this one does not."""
    word = unknown((unit.start, unit.end, why))
    unset: dict[str, Any] = {name: word for name in _FIELDS if getattr(unit, name) is None}
    keys = tuple((key, word) for key in _KEYS if unit.get(key) is None)
    return replace(
        unit,
        env_open=unit.env_open or why,
        extra=(*unit.extra, *keys),
        mounts=(*unit.mounts, word),
        **unset,
    )


def most(scaler: Unit) -> Word | None:
    """How many replicas an autoscaler may make."""
    return next((scaler.get(key) for key in _MOST if scaler.get(key) is not None), None)


def moved(variable: Variable, by: int) -> Variable:
    """The variable as it stands in a longer text."""
    word = variable.value
    if word is not None:
        source = word.source
        if source is not None:
            runs = tuple((at, start + by, width) for at, start, width in source.runs)
            source = Text(source.value, runs, source.holes)
        word = replace(word, start=word.start + by, end=word.end + by, source=source)
    return replace(variable, value=word, start=variable.start + by, end=variable.end + by)
