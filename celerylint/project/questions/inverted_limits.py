"""Tasks whose soft time limit is not below their hard one, as they come together in a process."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.findings import Span
from celerylint.project.model import App, Context, Project, Task
from celerylint.project.questions.limits import (
    HARD,
    SOFT,
    Limit,
    limit,
    production_workers,
    runners,
)
from celerylint.project.questions.pools import enforces
from celerylint.project.values import Literal
from celerylint.structs import dataclass

_OWN = frozenset({"decorator", "splat", "base", "annotation"})
# celery/app/task.py: apply_async compares the task's two limits from 5.5.0 on, and from 5.7.0 on
# those of the settings are the task's, too (Task.from_config).
_CHECKED, _FROM_SETTINGS = (5, 5), (5, 7)


@dataclass(frozen=True, slots=True)
class Inverted:
    """A soft limit that is not below the hard one, in seconds each.

    place is where the one that is nearer to the task is given: the task's, else the worker's, else
    that of the settings; other is the place of the other one, whose name is `of_other`. tasks are
    those that run with both. refused tells whether Celery refuses to send them: None where it does
    from `since` on and older releases are allowed.
    """

    soft: float
    hard: float
    place: Span
    other: Span
    of_other: str
    tasks: tuple[Task, ...]
    refused: bool | None
    since: tuple[int, ...] | None


def inverted_limits(project: Project) -> Iterator[Inverted]:
    """Each such pair of places once, with all the tasks that have it."""
    found: dict[tuple[Span, Span, float, float], Inverted] = {}
    contexts = [each for each in project.contexts if each.profile.role in ("production", "unknown")]
    near = [(each, production_workers(each, project) or [each]) for each in contexts]
    for task in project.tasks:
        apps = runners(task, project.apps)
        for context, running in near:
            for each in running if context.app in apps else ():
                made = _of(task, each)
                if made is not None:
                    key = (made.place, made.other, made.soft, made.hard)
                    known = found.get(key)
                    found[key] = made if known is None else _merged(known, made, task)
    yield from found.values()


def _merged(known: Inverted, made: Inverted, task: Task) -> Inverted:
    tasks = known.tasks if task in known.tasks else (*known.tasks, task)
    refused = known.refused if known.refused == made.refused else None
    return Inverted(
        known.soft,
        known.hard,
        known.place,
        known.other,
        known.of_other,
        tasks,
        refused,
        known.since or made.since,
    )


def _of(task: Task, context: Context) -> Inverted | None:
    soft, hard = limit(task, SOFT, context), limit(task, HARD, context)
    times = _seconds(soft), _seconds(hard)
    if times[0] is None or times[1] is None or times[0] < times[1]:
        return None
    refused, since = _refused(context.app, soft, hard) if times[0] > times[1] else (False, None)
    if refused is False and not (enforces(context, SOFT) and enforces(context, HARD)):
        return None
    first, second = sorted((soft, hard), key=lambda each: _RANK.get(each.origin or "", 0))
    if first.span is None or second.span is None:
        return None
    name = SOFT if second is soft else HARD
    return Inverted(times[0], times[1], first.span, second.span, name, (task,), refused, since)


# Whose mistake it is: the task's, if one of the limits is its own.
_RANK = {**dict.fromkeys(_OWN, 0), "option": 1, "environment": 1, "setting": 2}


def _seconds(found: Limit) -> float | None:
    """The limit, where it is a number that nothing outside the files can change."""
    value = found.value.value if isinstance(found.value, Literal) else None
    if isinstance(value, str) and value.isdigit():  # as a command line has it
        value = int(value)
    return float(value) if found.set and isinstance(value, int | float) else None


def _refused(app: App, soft: Limit, hard: Limit) -> tuple[bool | None, tuple[int, ...] | None]:
    origins = {soft.origin, hard.origin}
    if not origins <= _OWN | {"setting"}:
        return False, None  # the worker's options are not known where tasks are sent
    since = _CHECKED if origins <= _OWN else _FROM_SETTINGS
    if app.celery.all_below(*since):
        return False, None
    return (True if app.celery.all_at_least(*since) else None), since
