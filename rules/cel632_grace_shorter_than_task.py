"""CEL632: a worker is killed before its tasks can have ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from celerylint.rule import (
    MANAGERS,
    Finding,
    Project,
    Related,
    Severity,
    Span,
    Task,
    TooShort,
    Worker,
    early_tasks,
    first_few,
    rule,
    started_by,
    too_short,
)

_HELD = ", beside the `exec` that lets the signal reach it"
_KEYS = {
    "compose": "stop_grace_period",
    "supervisor": "stopwaitsecs",
    "systemd": "TimeoutStopSec",
    "kubernetes": "terminationGracePeriodSeconds",
    "helm": "terminationGracePeriodSeconds",
    "ecs": "stopTimeout",
}


@rule(on=Worker, severity=Severity.WARNING, since="0.1")
def grace_shorter_than_task(worker: Worker, project: Project) -> Iterator[Finding]:
    process = worker.started
    found = too_short(worker, project) if process.role == "production" else None
    if found is None:
        return
    tasks = [found.longest] if found.longest is not None else found.unlimited
    early = {id(task) for task in early_tasks(worker, project)}
    lost = "lost" if any(id(task) in early for task in tasks) else "cut off, and starts over later"
    key = _KEYS[process.platform]
    default = f", since `{key}` is not set" if found.by_default else ""
    kills = "would kill" if found.held else "kills"
    yield Finding(
        found.place,
        f"{_long(found, tasks)} {MANAGERS[process.platform]} {kills} this worker {found.seconds:g} "
        f"s after it is asked to stop{default}: what then still runs is {lost}",
        help=f"set `{key}` to more than {_needed(found)}{_HELD if found.held else ''}",
        related=(*_proof(found), *_worker(found, process.span), *started_by(process)),
        severity=None if found.longest is not None else Severity.ADVICE,
    )


def _long(found: TooShort, tasks: Sequence[Task]) -> str:
    if found.longest is not None:
        return f"`{found.longest.function}` may run for {found.needed:g} s, but"
    shown = first_few([task.function for task in tasks])
    return f"no limit ends {shown}, however long that takes, and"


def _needed(found: TooShort) -> str:
    if found.needed is None:
        return "your longest task needs"
    return f"the {found.needed:g} s that the longest task may need"


def _worker(found: TooShort, span: Span) -> tuple[Related, ...]:
    return () if found.place == span else (Related(span, "the worker"),)


def _proof(found: TooShort) -> tuple[Related, ...]:
    return () if found.said is None else (Related(found.said, "this long a task may run"),)
