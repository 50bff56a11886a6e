"""How a worker is asked to stop, and what that does to the tasks that it runs."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.findings import Span
from celerylint.project.model import Context, Project, Task
from celerylint.project.process import Chosen, Process
from celerylint.project.questions.limits import runners
from celerylint.structs import dataclass

CONTAINERS = ("compose", "kubernetes", "helm", "dockerfile", "ecs")
"""Platforms that signal process 1 of a container, and nothing else."""

_INITS = ("dumb-init", "tini", "tini-static")
_TRUE = ("1", "true", "yes", "on")


def contexts_of(process: Process, project: Project) -> tuple[Context, ...]:
    """The contexts that a process may run in; none where its app is not one of the project."""
    return tuple(each for each in project.running if each.process is process)


def pool(process: Process, project: Project) -> str | None:
    """The pool of a worker in every context that it may run in; None where that is not known."""
    given = process.option("pool")
    contexts = contexts_of(process, project)
    if given is not None and not contexts:
        return given.text()
    found = {each.pool() for each in contexts}
    return found.pop() if len(found) == 1 else None


def stop_signal(process: Process) -> str | None:
    """What asks it to stop, without SIG: `TERM` where nothing else is said; None: not known."""
    if process.stop_signal is None:
        return "TERM"
    text = process.stop_signal.text()
    if text is None:
        return None
    name = text.strip().upper().removeprefix("SIG")
    return {"15": "TERM", "9": "KILL", "3": "QUIT", "2": "INT", "1": "HUP"}.get(name, name)


def remapped(process: Process) -> Chosen | None:
    """The variable REMAP_SIGTERM, where the process has it: its children ignore SIGTERM then."""
    value = process.environment.get("REMAP_SIGTERM")
    if value is None:
        return None
    return Chosen(value, "environment REMAP_SIGTERM", value.span or process.span)


def is_true(chosen: Chosen | None) -> bool:
    """Does a key of a unit say yes for certain?"""
    text = chosen.text() if chosen is not None else None
    return text is not None and text.strip().lower() in _TRUE


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What sends the stop signal to a worker's pool processes too: who does, where that is said,
    and whether a file says it (or leaves it to the default)."""

    who: str
    span: Span
    explicit: bool = True


def broadcast(process: Process) -> Broadcast | None:
    """Who signals the whole process group when the worker is to stop; None: nobody for certain.

    Sources: supervisor's configuration, systemd.kill(5), dumb-init's and tini's manuals.
    """
    if _left_behind(process):
        return None
    if process.broadcasts is not None:
        who = next((each for each in process.wrappers if each in _INITS), "the init")
        return Broadcast(who, process.broadcasts)
    if process.platform == "supervisor" and is_true(process.keys.get("stopasgroup")):
        return Broadcast("supervisor", process.keys["stopasgroup"].span)
    if process.platform == "systemd" and not _stops_itself(process):
        mode = process.keys.get("KillMode")
        if mode is None:
            return Broadcast("systemd", process.span, explicit=False)
        if mode.text() == "control-group":
            return Broadcast("systemd", mode.span)
    return None


def _left_behind(process: Process) -> bool:
    """Does it go to the background, where nobody's signal reaches it?"""
    return process.multi or process.background or process.option("detach") is not None


def _stops_itself(process: Process) -> bool:
    unit = process.unit
    return unit is None or any(each.role == "ExecStop" for each in unit.commands)


def early_tasks(context: Context, project: Project) -> Iterator[Task]:
    """The tasks of the context's app that are surely acknowledged before they run."""
    setting = context.setting("task_acks_late")
    late = context.profile.open or setting is not None
    if setting is not None and setting.value.must(lambda each: not each):
        late = False
    for task in project.tasks:
        option = task.option("acks_late")
        if context.app not in runners(task, project.apps):
            continue
        if option is not None and option.value.must(lambda each: each is not None):
            if option.value.must(lambda each: not each):
                yield task
        elif option is None and not late and not task.open:
            yield task


@dataclass(frozen=True, slots=True)
class Shell:
    """A shell that stays in front of a process. place is the word that lacks an `exec`; then says
    what a stop does: waits (the shell ignores the signal until all are killed), orphans (the
    process lives on), drops (all are killed at once), loses (the process needs `stopasgroup`, which
    kills its tasks).
    """

    place: Span
    then: str


def shells(process: Process) -> Iterator[Shell]:
    """The shells in front of a process whose manager signals nobody else; none where not sure.

    Seen with bash 5.2 and dash as process 1, under tini 0.19 and under supervisor 4.2. systemd: see
    systemd.kill(5).
    """
    then = _without_exec(process)
    if then is not None and process.broadcasts is None and not _left_behind(process):
        for place in process.held:
            yield Shell(place, then)


def _without_exec(process: Process) -> str | None:
    if process.platform == "supervisor":
        return "loses" if is_true(process.keys.get("stopasgroup")) else "orphans"
    if process.platform == "systemd":
        mode = process.keys.get("KillMode")
        return {"process": "orphans", "mixed": "drops"}.get(mode.text() or "") if mode else None
    if any(each.path.endswith("/run") for each in process.chain):
        return "orphans"  # s6 and runit signal what they start, not process 1
    if process.platform in CONTAINERS:
        init = any(each in _INITS for each in process.wrappers)
        return "drops" if init or is_true(process.keys.get("init")) else "waits"
    return "waits" if process.copied is not None else None


def softened(context: Context) -> bool:
    """May a cold shutdown wait for the running tasks first (Celery 5.5 and newer)?"""
    setting = context.setting("worker_soft_shutdown_timeout")
    if setting is None or context.app.celery.all_below(5, 5):
        return False
    return setting.value.may(lambda each: isinstance(each, int | float) and each > 0)
