"""Variables of the environment that look like options of Celery's commands, and are none.

From 5.0 on click reads `CELERY_WORKER_CONCURRENCY` and its like (celery/bin/celery.py: main); the
`CELERYD_*` names are those of init scripts, which put them into the command (Celery's docs,
userguide/daemonizing). Older releases read the options from the command line only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from celerylint.oracle.options import GROUP, CommandOption, command, releases
from celerylint.patterns import regex
from celerylint.project.process import Process
from celerylint.project.questions.meant_names import distance
from celerylint.structs import dataclass

_CELERY = regex(r"(?:^|[/\\])celery(?:\.exe)?$")
# What the names of a command's options were given: the first prefix is the one that click reads.
_PREFIXES = {
    "worker": ("CELERY_WORKER_", "CELERYD_", "CELERY_"),
    "beat": ("CELERY_BEAT_", "CELERYBEAT_"),
}
# Names of settings before Celery 4, which are the options' otherwise.
_OLD = {"TASKTIMELIMIT": "TIMELIMIT", "TASKSOFTTIMELIMIT": "SOFTTIMELIMIT", "QUEUE": "QUEUES"}
_LONG = 6  # a shorter name is taken for another one only where it is the same


@dataclass(frozen=True, slots=True)
class Mistaken:
    """A variable, and what was likely meant: read is the variable that click reads, switch the
    option as written on the command line; both "" where the value is a whole list of options."""

    name: str
    option: str = ""
    read: str = ""
    switch: str = ""


def mistaken(process: Process) -> Iterator[Mistaken]:
    """The variables that a process is started with, and that Celery takes for none of its own."""
    prefixes = _PREFIXES.get(process.kind)
    direct = bool(process.words) and _CELERY.search(process.words[0]) is not None
    if prefixes is None or not direct or process.multi:
        return
    for name in process.environment:
        if name.startswith(prefixes):
            found = _mistaken(name, process.kind, prefixes)
            if found is not None:
                yield found


def names(processes: Iterable[Process]) -> frozenset[str]:
    """The names of these variables in all processes."""
    return frozenset(each.name for process in processes for each in mistaken(process))


def _mistaken(name: str, kind: str, prefixes: tuple[str, ...]) -> Mistaken | None:
    prefix = next(each for each in prefixes if name.startswith(each))
    rest = name[len(prefix) :]
    table, group = command(kind, releases()[-1]), command(GROUP, releases()[-1])
    if table is None or group is None or _of_group(name):
        return None
    if rest == "OPTS":
        return Mistaken(name)
    known = {_plain(each.name): each for each in table.options if not each.flag}
    flags = {_plain(each.name) for each in table.options if each.flag}
    wanted = _OLD.get(_plain(rest), _plain(rest))
    option = known.get(wanted)
    if option is None and prefix == prefixes[0] and len(wanted) >= _LONG and wanted not in flags:
        near = [each for each in known if len(each) >= _LONG and distance(each, wanted) == 1]
        option = known[near[0]] if len(near) == 1 else None
    read = f"{prefixes[0]}{option.name.upper()}" if option is not None else ""
    if option is None or read == name:
        return None
    return Mistaken(name, option.name, read, _switch(option))


def _of_group(name: str) -> bool:
    """Is it a variable that `celery` itself reads, in any release?"""
    tables = (command(GROUP, release) for release in releases())
    options = [each for table in tables if table is not None for each in table.options]
    return any(name in (f"CELERY_{each.name.upper()}", each.env) for each in options)


def _plain(name: str) -> str:
    return name.replace("_", "").upper()


def _switch(option: CommandOption) -> str:
    return max(option.opts, key=len)
