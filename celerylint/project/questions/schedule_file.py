"""Where Celery's own scheduler keeps its schedule, and when that place does not last."""

from __future__ import annotations

import datetime
import posixpath
from collections.abc import Iterator

from celerylint.findings import Span
from celerylint.project.model import Context, Project
from celerylint.project.process import Process
from celerylint.project.questions.scheduling import Beat, beats
from celerylint.project.values import Call, Literal, Mapping, NotKnown, Value
from celerylint.structs import dataclass

_CONTAINERS = ("compose", "kubernetes", "helm", "ecs")
_DEFAULT = "celerybeat-schedule"


@dataclass(frozen=True, slots=True)
class LostSchedule:
    """A schedule file in a container's own layer. entry is the one with the longest interval
    (seconds) with its place; read_only is where the layer is said to be so, None where it is
    written.
    """

    beat: Beat
    path: str
    span: Span
    entry: str = ""
    seconds: float = 0
    place: Span | None = None
    read_only: Span | None = None


def lost_schedules(project: Project, least: float) -> Iterator[LostSchedule]:
    """The schedule files of production that are lost with their container, where an entry's
    interval is at least so many seconds, or that cannot be written."""
    for beat in beats(project):
        process = beat.process
        if not beat.production or beat.store != "file" or process.platform not in _CONTAINERS:
            continue
        path, span = _path(beat)
        if path is None or _kept(path, process) is not False:
            continue
        read_only = process.keys.get("readOnlyRootFilesystem")
        if read_only is not None and read_only.text() == "true":
            yield LostSchedule(beat, path, span, read_only=read_only.span)
            continue
        found = [longest(each) for each in beat.contexts]
        known = [each for each in found if each is not None and each[1] >= least]
        if known and len(known) == len(found):
            name, seconds, place = min(known, key=lambda each: each[1])
            yield LostSchedule(beat, path, span, name, seconds, place)


def _path(beat: Beat) -> tuple[str | None, Span]:
    name = "schedule_filename" if beat.embedded else "schedule"
    given = beat.process.option(name)
    if given is not None:
        return given.text(), given.span
    if beat.process.open:
        return None, beat.span
    for context in beat.contexts:
        setting = context.setting("beat_schedule_filename")
        if setting is not None or context.profile.open:
            return None, beat.span
    return _DEFAULT, beat.span


def _kept(path: str, process: Process) -> bool | None:
    """Does the file lie on something that is mounted? None where it is not known."""
    inside = []
    for mount in process.mounts:
        text = mount.text()
        if text is None:
            return None
        parts = text.split(":")
        inside.append(parts[1] if len(parts) > 1 else parts[0])
    if not inside:
        return False
    if not posixpath.isabs(path):
        if not process.workdir:
            return None
        path = posixpath.join(process.workdir, path)
    return any(_below(path, each) for each in inside)


def _below(path: str, folder: str) -> bool:
    folder = posixpath.normpath(folder)
    return posixpath.normpath(path).startswith(folder.rstrip("/") + "/")


def longest(context: Context) -> tuple[str, float, Span | None] | None:
    """The entry of `beat_schedule` with the longest known interval: its key, the seconds and its
    place. A crontab is no interval: it is due at the same hour whatever the file says."""
    setting = context.setting("beat_schedule")
    if setting is None or not isinstance(setting.value, Mapping):
        return None
    found = []
    for key, entry in setting.value.entries:
        schedule = entry.get("schedule") if isinstance(entry, Mapping) else None
        seconds = interval(schedule) if schedule is not None else None
        if seconds is not None and isinstance(key, Literal):
            found.append((str(key.value), seconds, key.span))
    return max(found, key=lambda each: each[1]) if found else None


def interval(value: Value) -> float | None:
    """The seconds of a number, a timedelta or `schedule(run_every=…)`; None for anything else."""
    if isinstance(value, Call) and value.dotted.startswith("celery.schedules."):
        if value.dotted != "celery.schedules.schedule":
            return None
        inner = value.args[0] if value.args else value.kwarg("run_every")
        return interval(inner) if inner is not None else None
    try:
        found = value.python()
    except NotKnown:
        return None
    if isinstance(found, datetime.timedelta):
        return found.total_seconds()
    if isinstance(found, int | float) and not isinstance(found, bool):
        return float(found)
    return None
