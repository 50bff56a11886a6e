"""circus' ini files, which share supervisor's shape: watchers instead of programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from celerylint.facts.manifests import shell
from celerylint.facts.manifests.ini import Section
from celerylint.facts.manifests.lines import replaced
from celerylint.facts.manifests.model import Command, Unit, Variable
from celerylint.facts.manifests.templates import Blanked, fill
from celerylint.facts.manifests.words import Hole, Spec, Text, Var, join
from celerylint.patterns import regex

_EXPANSION = regex(r"\$\(circus\.([\w.]+)\)|\(\(circus\.([\w.]+)\)\)", re.IGNORECASE)
_TRUE = {"1", "true", "t", "on", "yes", "y"}


def watchers(found: dict[str, Section], blanked: Blanked) -> tuple[tuple[Unit, ...], Unit | None]:
    """A unit of kind "watcher" for each watcher, and `[env]` as what they share."""
    units = tuple(
        _watcher(section, found, blanked)
        for section in found.values()
        if section.name.startswith("watcher:")
    )
    env = found.get("env")
    shared = None
    if env is not None:
        shared = Unit("circus", env.start, env.end, "circus", env=tuple(_variables(env, blanked)))
    return units, shared


def _watcher(section: Section, found: dict[str, Section], blanked: Blanked) -> Unit:
    name = section.name.partition(":")[2].strip()
    keys = {
        key: _expand(option.value, blanked).word()
        for key, option in section.options.items()
        if key not in ("cmd", "args")
    }
    env: list[Variable] = []
    for other in found.values():
        patterns = other.name.removeprefix("env:").split(",")
        if other.name.startswith("env:") and any(fnmatchcase(name, p.strip()) for p in patterns):
            env += _variables(other, blanked)
    copied = keys.get("copy_env")
    return Unit(
        name,
        section.start + len("watcher:"),
        section.end,
        kind="watcher",
        commands=tuple(_commands(section, blanked)),
        replicas=keys.get("numprocesses"),
        env=tuple(env),
        env_open="copy_env" if copied and str(copied).lower() in _TRUE else "",
        user=keys.get("uid"),
        workdir=keys.get("working_dir"),
        stop_grace=keys.get("graceful_timeout"),
        stop_signal=keys.get("stop_signal"),
        restart=keys.get("respawn"),
        extra=tuple(keys.items()),
    )


def _commands(section: Section, blanked: Blanked) -> Iterator[Command]:
    pieces = [text for key in ("cmd", "args") if (text := section.text(key)) is not None]
    if section.text("cmd") is None:
        return
    spaced = [pieces[0]]
    for piece in pieces[1:]:
        start = piece.start(0)
        spaced += [Text(" ", ((0, start, 0),)), piece]
    text = _expand(join(spaced), blanked)
    start, end = pieces[0].start(0), pieces[0].end(len(pieces[0].value))
    conditions = blanked.conditions(start)
    by_shell = section.text("shell")
    if by_shell is not None and by_shell.value.lower() in _TRUE:
        yield Command("shell", "command", start, end, script=text, conditions=conditions)
        return
    yield Command("split", "command", start, end, words=shell.split(text), conditions=conditions)


def _variables(section: Section, blanked: Blanked) -> Iterator[Variable]:
    for option in section.options.values():
        word = _expand(option.value, blanked).word()
        # Names of variables keep their case, unlike other keys.
        name = blanked.text[option.start : option.end]
        yield Variable(name, word, option.start, option.end)


def _expand(raw: Text, blanked: Blanked) -> Text:
    return replaced(fill(raw, blanked), _EXPANSION, _put)


def _put(match: re.Match[str]) -> Hole:
    scope, _, variable = (match.group(1) or match.group(2)).partition(".")
    return Var(variable, scope="unit") if scope.lower() == "env" else Spec(match.group())
