"""Which file a worker keeps its state in (`--statedb`), and which files several of them share.

Source: celery/bin/worker.py (the setting stands in for the option, `node_format` fills in the
name), celery/worker/state.py (Persistent opens the file for as long as the worker runs).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from celerylint.patterns import regex
from celerylint.project.model import Project
from celerylint.project.process import Chosen, Process
from celerylint.project.questions.nodenames import node_name
from celerylint.project.questions.stopping import contexts_of
from celerylint.project.values import Literal
from celerylint.structs import dataclass

_LETTER = regex(r"%([a-zA-Z%])")
_APART = ("compose", "kubernetes", "helm", "ecs", "dockerfile", "shell")

Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StateFile:
    """A file that several workers have open at once. path is as written for the first; workers are
    each with what chooses its file. copies: it is one command of which so many run (0: several
    commands, None: as many as there are instances of a unit)."""

    path: str
    workers: tuple[tuple[Process, Chosen], ...]
    copies: int | None = 0


def shared_states(project: Project) -> Iterator[StateFile]:
    """Every state file that two workers of production have for certain, in the order of the
    files."""
    found: dict[Place, list[tuple[Process, Chosen]]] = {}
    for process in project.processes:
        chosen = _chosen(process, project) if _is_sure(process) else None
        text = chosen.text() if chosen is not None else None
        place = _place(process, text) if text else None
        if chosen is None or text is None or place is None:
            continue
        copies = _copies(process, place)
        if copies != 1 and not _by_name(text, place):
            yield StateFile(text, ((process, chosen),), copies)
        found.setdefault(place, []).append((process, chosen))
    for place, each in found.items():
        distinct = {(p.span, p.service, node_name(p)): (p, c) for p, c in each}
        workers = tuple(distinct.values())
        text = workers[0][1].text() or ""
        alike = len({node_name(p) for p, _ in workers}) == 1 and _by_name(text, place)
        if len(workers) > 1 and not alike:
            yield StateFile(text, workers)


def _by_name(text: str, place: Place) -> bool:
    """Is it their one name on one host that makes it one file, which is another fault?"""
    return "%" in text and place[0] != "volume"


def _is_sure(process: Process) -> bool:
    unit = process.unit
    maybe = unit is not None and (unit.profiles or any(not key for key, _ in unit.maybe))
    unsure = process.conditions or process.alternative_of is not None or maybe
    return process.kind == "worker" and process.role == "production" and not unsure


def _chosen(process: Process, project: Project) -> Chosen | None:
    """What says which file it is, where it is known in every profile."""
    given = process.option("statedb")
    if given is not None:
        return given if isinstance(given.value, Literal) else None
    contexts = contexts_of(process, project)
    settings = [each.setting("worker_state_db") for each in contexts]
    first = settings[0] if settings and not (process.open or process.environment_open) else None
    if first is None or not isinstance(first.value, Literal):
        return None
    if any(each is None or each.value != first.value for each in settings):
        return None
    return Chosen(first.value, f"setting {first.written}", first.span)


def _place(process: Process, text: str) -> Place | None:
    """What two workers have in common that open one file."""
    apart = process.platform in _APART
    path = _filled(text, process, apart)
    if path is None:
        return None
    if not posixpath.isabs(path):
        path = posixpath.join(process.workdir, path)
    path = posixpath.normpath(path)
    if process.platform == "supervisor":
        return ("supervisor", process.deployment, path)
    if process.platform == "systemd":
        return ("systemd", posixpath.dirname(process.deployment), path)
    if process.platform == "compose":
        mounted = _mounted(process, path)
        if mounted != ():
            return mounted
    if apart:
        return (process.platform, process.deployment, process.service or "", path)
    return None


def _filled(text: str, process: Process, apart: bool) -> str | None:
    """The path with the worker's names in it; None where they are not known."""
    if "%" not in text:
        return text
    name = node_name(process)
    if name is None:
        return None
    short, _, host = name.partition("@")
    if apart and "%" in host:
        host = f"{process.service or process.span}\0{host}"
    known = {"n": short, "h": host, "p": f"{short}@{host}", "i": "0", "I": "", "%": "%"}
    found = _LETTER.findall(text)
    if any(letter not in known for letter in found):
        return None
    return _LETTER.sub(lambda match: known[match[1]], text)


def _mounted(process: Process, path: str) -> Place | None:
    """The volume or folder of the host that the file lies in, () where it is in the container's
    own; None where that is not known."""
    for mount in process.mounts:
        text = mount.text()
        if text is None:
            return None
        outside, _, rest = text.partition(":")
        inside = posixpath.normpath(rest.partition(":")[0]) if rest else ""
        if inside and path.startswith(inside.rstrip("/") + "/"):
            within = path.removeprefix(inside)
            return ("volume", process.deployment, posixpath.normpath(outside), within)
    return ()


def _copies(process: Process, place: Place) -> int | None:
    """How many copies of one command open the file."""
    if "\0" in place[-1]:
        return 1
    if place[0] == "systemd" and process.unit is not None and "@." in process.unit.name:
        return None
    if place[0] not in ("supervisor", "volume"):
        return 1
    number = process.replicas.number() if process.replicas is not None else None
    return int(number) if number is not None and number > 1 else 1
