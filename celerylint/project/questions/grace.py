"""Whether what stops a worker waits as long as its tasks may run.

Sources: supervisor's `stopwaitsecs`, compose's `stop_grace_period`, Kubernetes'
`terminationGracePeriodSeconds`, systemd's `TimeoutStopSec`.
"""

from __future__ import annotations

from collections.abc import Sequence

from celerylint.findings import Span
from celerylint.project.model import Project, Task, Worker
from celerylint.project.process import Chosen
from celerylint.project.questions.consuming import tasks_of
from celerylint.project.questions.limits import HARD, SOFT, limit
from celerylint.project.questions.pools import enforces
from celerylint.project.questions.stopping import broadcast, remapped, shells, stop_signal
from celerylint.structs import dataclass

MANAGERS = {
    "compose": "Docker",
    "supervisor": "supervisor",
    "systemd": "systemd",
    "kubernetes": "Kubernetes",
    "helm": "Kubernetes",
    "ecs": "ECS",
}
"""Platforms that send SIGTERM and, after a time, SIGKILL, by the name to call them in a message."""


@dataclass(frozen=True, slots=True)
class TooShort:
    """A worker whose time to stop ends before its tasks do.

    place is where the time is given, else where the unit begins; seconds the time, `by_default` the
    platform's. longest is the task that may run longest, with how many seconds and where that is
    said. Where no limit says so, they are None, and unlimited are the tasks without a limit. held:
    a shell in front of the worker keeps the signal for itself as yet.
    """

    place: Span
    seconds: float
    by_default: bool
    longest: Task | None = None
    needed: float | None = None
    said: Span | None = None
    unlimited: Sequence[Task] = ()
    held: bool = False


def too_short(worker: Worker, project: Project) -> TooShort | None:
    """What the time to stop is too short for; None where it is long enough or not known."""
    process = worker.started
    grace = process.grace
    seconds = grace.number() if grace is not None else None
    if grace is None or seconds is None or process.platform not in MANAGERS or process.multi:
        return None
    if stop_signal(process) not in ("TERM", "INT") or remapped(process) is not None:
        return None
    if worker.pool() == "prefork" and broadcast(process) is not None:
        return None  # what the pool's processes run dies at once, however long the worker may wait
    held = any(True for _ in shells(process))
    by_default = grace.origin.startswith("default")
    # A unit of systemd is its whole file.
    place = process.span if by_default and process.platform == "systemd" else grace.span
    taken, _ = tasks_of(worker, project)
    known = [(each, task) for task in taken if (each := _length(task, worker)) is not None]
    (needed, said), longest = max(known, key=lambda each: each[0][0], default=((0.0, None), None))
    if needed > seconds:
        return TooShort(place, seconds, by_default, longest, needed, said, held=held)
    unlimited = tuple(task for task in taken if _endless(task, worker))
    if unlimited and by_default:
        return TooShort(place, seconds, by_default, unlimited=unlimited, held=held)
    return None


def _length(task: Task, worker: Worker) -> tuple[float, Span] | None:
    """How long the task may run as its limits say, heeded or not, and where they say so."""
    for found in (limit(task, HARD, worker), limit(task, SOFT, worker)):
        if found.set and found.value is not None and found.span is not None:
            number = Chosen(found.value, "", found.span).number()
            return None if number is None else (number, found.span)
    return None


def _endless(task: Task, worker: Worker) -> bool:
    """Does surely no limit end it?"""
    return all(
        limit(task, name, worker).set is False or not enforces(worker, name)
        for name in (HARD, SOFT)
    )
