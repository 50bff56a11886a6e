"""The names that workers are known by, and those that two of them share."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from celerylint.findings import Span
from celerylint.patterns import regex
from celerylint.project.choices import readings, settle
from celerylint.project.model import Project
from celerylint.project.process import Chosen, Process
from celerylint.project.values import Literal, Unknown
from celerylint.structs import dataclass

_DEFAULT = "celery@%h"
_NAMING = ("hostname", "logfile", "pidfile", "statedb")
_LETTERS = regex(r"%[hnd]")

Host = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Namesakes:
    """Workers of one host with one node name, in the order of the files. copies: it is one command
    of which several copies run (their number, None where it is not known)."""

    name: str
    workers: tuple[Process, ...]
    copies: int | None = 0


def namesakes(project: Project) -> Iterator[Namesakes]:
    """Every node name of production that two workers on one host have for certain."""
    found: dict[tuple[Host, str, str, object], list[Process]] = {}
    for process in project.processes:
        name, host = None if process.multi else node_name(process), _host(process)
        if name is None or host is None or process.role != "production":
            continue
        copies = _copies(process)
        if copies != 1:
            yield Namesakes(name, (process,), copies)
        app = process.app.text() if process.app is not None else None
        if app is not None:
            key = (host, name, app, _broker(process))
            found.setdefault(key, []).append(process)
    for (_, name, _, _), workers in found.items():
        if len({each.span for each in workers}) > 1:
            yield Namesakes(name, tuple(workers))


def also_answering(process: Process, project: Project) -> bool:
    """Is there for certain another worker of its app that answers to a ping of all of them?"""
    copies = process.replicas.number() if process.replicas is not None else None
    if copies is not None and copies > 1:
        return True
    return any(
        each.kind == "worker"
        and each.role == "production"
        and each.platform == process.platform
        and posixpath.dirname(each.deployment) == posixpath.dirname(process.deployment)
        and each.service != process.service
        and each.app_id is not None
        and each.app_id == process.app_id
        and not (each.unit is not None and each.unit.profiles)
        for each in project.processes
    )


def node_name(process: Process) -> str | None:
    """The name that a worker gives itself, `%h` and the like left in; None where not known."""
    unsure = process.conditions or process.alternative_of is not None
    if process.kind != "worker" or process.open or unsure:
        return None
    given = process.option("hostname")
    if given is None:
        return None if process.environment_open else _DEFAULT
    text = given.text()
    if text is None or not isinstance(given.value, Literal):
        return None
    name, at, host = text.partition("@")
    return f"{name or 'celery'}@{host or '%h'}" if at else f"celery@{text}"


def _host(process: Process) -> Host | None:
    """What the workers of one machine (or container) have in common; None where each has its
    own."""
    unit = process.unit
    if unit is not None and (unit.profiles or any(not key for key, _ in unit.maybe)):
        return None
    if process.platform == "supervisor":
        return ("supervisor", process.deployment)
    if process.platform == "systemd":
        return ("systemd", posixpath.dirname(process.deployment))
    if process.platform == "compose":
        fixed = process.keys.get("hostname") or process.keys.get("network_mode")
        text = fixed.text() if fixed is not None else None
        if text is not None and (process.keys.get("hostname") is not None or text == "host"):
            return ("compose", process.deployment, text)
    if process.platform in ("compose", "kubernetes", "helm", "shell", "dockerfile"):
        return (process.platform, process.deployment, process.service or "")
    return None


def _copies(process: Process) -> int | None:
    """How many copies of one command run under one host's name."""
    if process.platform == "systemd" and process.unit is not None and "@." in process.unit.name:
        return None
    fixed = process.platform == "compose" and "hostname" in process.keys
    if process.platform != "supervisor" and not fixed:
        return 1
    number = process.replicas.number() if process.replicas is not None else None
    return int(number) if number is not None and number > 1 else 1


def _broker(process: Process) -> object:
    chosen = process.option("broker")
    return None if chosen is None else tuple(readings(settle(chosen.value)))


@dataclass(frozen=True, slots=True)
class LostPercent:
    """A `%h`, `%n` or `%d` that the format replaces (systemd) or refuses (supervisor) before Celery
    sees it."""

    letter: str
    option: str
    span: Span


def lost_percents(process: Process) -> Iterator[LostPercent]:
    """Each of them in the options that name nodes and files; for supervisor in any option, since it
    refuses them everywhere."""
    if process.multi:
        return
    for name in process.options if process.platform == "supervisor" else _NAMING:
        chosen = process.option(name)
        letter = _lost(process.platform, chosen) if chosen is not None else None
        if chosen is not None and letter is not None:
            yield LostPercent(letter, name, chosen.span)


def _lost(platform: str, chosen: Chosen) -> str | None:
    if platform == "systemd" and isinstance(chosen.value, Unknown):
        return chosen.value.reason if _LETTERS.fullmatch(chosen.value.reason) else None
    text = chosen.text() if platform == "supervisor" and chosen.origin == "option" else None
    found = _LETTERS.search(text or "")
    span = chosen.span
    if found is None or text is None or span.end_line != span.line:
        return None
    longer = span.end_column - span.column - len(text)  # by one where `%%` is written, two quotes
    return found[0] if longer == 0 or (longer == 2 and text.count("%") == 1) else None
