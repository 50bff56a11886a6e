"""Platforms that are configured in TOML: fly.io and Railway.

Source: fly.io's reference of fly.toml, Railway's reference of config as code.
"""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.facts.manifests import shell
from celerylint.facts.manifests.model import Build, Command, Unit, Variable
from celerylint.facts.manifests.toml_document import Document
from celerylint.facts.manifests.words import Word
from celerylint.structs import replace


def fly(document: Document) -> tuple[Unit, ...]:
    """A unit of kind "process" for each of `[processes]`; without any, one unit "app".

    Commands are split by quotes, no shell reads them. `[deploy] release_command` is a hook.
    """
    env = tuple(_variables(document, "env"))
    image = _word(document, "build", "image")
    build = None
    if document.table("build"):
        dockerfile = _word(document, "build", "dockerfile")
        build = Build(dockerfile=dockerfile, target=_word(document, "build", "build-target"))
    grace, signal = _word(document, "kill_timeout"), _word(document, "kill_signal")
    names = list(document.table("processes")) or ["app"]
    units = []
    for name in names:
        start, end = document.key("processes", name)
        commands = list(_split(document, "command", "processes", name))
        if not document.table("processes"):
            commands += _experimental(document)
        units.append(
            Unit(name, start, end, "process", tuple(commands), env=env, image=image, build=build)
        )
    release = tuple(_split(document, "hook", "deploy", "release_command"))
    if release:
        start, end = document.key("deploy", "release_command")
        units.append(Unit("release_command", start, end, "release", release, env=env))
    return tuple(_with_stop(unit, grace, signal) for unit in units if document.data)


def railway(document: Document) -> Iterator[Unit]:
    """The service of a railway.toml."""
    text = document.text("deploy", "startCommand")
    if text is None:
        return
    start, end = document.key("deploy", "startCommand")
    command = Command("shell", "command", text.start(0), text.end(len(text.value)), script=text)
    yield Unit(
        "",
        start,
        end,
        kind="service",
        commands=(command,),
        replicas=_word(document, "deploy", "numReplicas"),
        restart=_word(document, "deploy", "restartPolicyType"),
        stop_grace=_word(document, "deploy", "drainingSeconds"),
        build=Build(dockerfile=_word(document, "build", "dockerfilePath")),
    )


def _with_stop(unit: Unit, grace: Word | None, signal: Word | None) -> Unit:
    return replace(unit, stop_grace=grace, stop_signal=signal)


def _experimental(document: Document) -> Iterator[Command]:
    for key, role in (("entrypoint", "entrypoint"), ("cmd", "command"), ("exec", "command")):
        items = document.get("experimental", key)
        if not isinstance(items, list):
            continue
        texts = [document.text("experimental", key, number) for number in range(len(items))]
        words = tuple(text.word() for text in texts if text is not None)
        if words:
            yield Command("exec", role, words[0].start, words[-1].end, words=words)


def _split(document: Document, role: str, *path: str) -> Iterator[Command]:
    text = document.text(*path)
    if text is not None:
        words = shell.split(text)
        yield Command("split", role, text.start(0), text.end(len(text.value)), words=words)


def _word(document: Document, *path: str) -> Word | None:
    text = document.text(*path)
    return text.word() if text is not None else None


def _variables(document: Document, *path: str) -> Iterator[Variable]:
    for name in document.table(*path):
        start, end = document.key(*path, name)
        yield Variable(name, _word(document, *path, name), start, end)
