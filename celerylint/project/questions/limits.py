"""Which time limits a task has: its own, or those of the settings that it runs with."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator, Sequence

from celerylint.findings import Span
from celerylint.project.model import App, Context, Project, Task, Worker
from celerylint.project.questions.pools import enforces
from celerylint.project.values import Value
from celerylint.structs import dataclass, replace

SOFT, HARD = "soft_time_limit", "time_limit"
_PASSED_ON = frozenset({"$@", "${@}", "$*", "${*}"})


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit: `set` is True, False, or None where it cannot be known; `origin` is decorator,
    base, annotation, setting, option or environment (of a worker), `span` where it is given (both
    None where it is not).
    """

    set: bool | None
    origin: str | None = None
    span: Span | None = None
    value: Value | None = None


def limit(task: Task, name: str, context: Context) -> Limit:
    """The task's `soft_time_limit` or `time_limit` in a context.

    None and 0 fall through to the setting: there is no way to say that one task has no limit
    (celery/worker/request.py: `time_limit or task.time_limit`).
    """
    option = task.option(name)
    if option is not None:
        own = _limits(option.value)
        if own is not False:
            return Limit(own, option.origin, option.span, option.value)
    chosen = context.fact(name)
    found = Limit(False)
    if chosen is not None:
        origin = chosen.origin.partition(" ")[0]
        found = Limit(_limits(chosen.value), origin, chosen.span, chosen.value)
    if not found.set and task.open:
        return Limit(None)
    return found


def _limits(value: Value) -> bool | None:
    """Does this value limit anything? Where the environment decides, its default counts, unless
    that is no limit: a variable for one is there for deployments to set it."""
    if value.must(_positive):
        return True
    return None if value.environment() or value.may(_positive) else False


def _positive(value: object) -> bool:
    if isinstance(value, str):  # what an environment variable without a cast is: Celery takes it
        return value not in ("", "0")
    return isinstance(value, int | float) and value > 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a configuration (all contexts whose settings stand in one file) limits.

    place is where a limit belongs. tasks are all that run with it; unlimited those that surely have
    no limit of either kind in one of the contexts, only_hard those that surely have a hard limit
    and no soft one, which a pool would heed. workers are the known ones that run with it: where
    there are any, a limit of one of them counts, since only that one may run the task.
    """

    place: Span
    contexts: tuple[Context, ...]
    workers: tuple[Context, ...]
    tasks: tuple[Task, ...]
    unlimited: tuple[Task, ...]
    only_hard: tuple[Task, ...]


def coverage(project: Project) -> list[Coverage]:
    """The limits of each configuration that production uses, or that stands in for it. What lacks
    the same limits as the settings that it star-imports counts there."""
    found = list(_coverage(project))
    for each in list(found):
        base = next((other for other in found if _lacks_the_same(each, other)), None)
        if base is not None:
            found.remove(each)
            contexts = (*base.contexts, *each.contexts)
            workers = (*base.workers, *each.workers)
            found[found.index(base)] = replace(base, contexts=contexts, workers=workers)
    return found


def _lacks_the_same(one: Coverage, base: Coverage) -> bool:
    if one is base or not (one.unlimited or one.only_hard):
        return False
    shared = all(base.place.path in each.profile.bases for each in one.contexts)
    return shared and (one.unlimited, one.only_hard) == (base.unlimited, base.only_hard)


def _coverage(project: Project) -> Iterator[Coverage]:
    grouped: dict[str, list[Context]] = {}
    for each in project.contexts:
        if each.profile.role in ("production", "unknown"):
            grouped.setdefault(each.profile.place.path, []).append(each)
    running = {id(task): runners(task, project.apps) for task in project.tasks}
    for contexts in grouped.values():
        places = Counter(sorted(each.profile.place for each in contexts))
        place = places.most_common(1)[0][0]
        states: dict[int, list[tuple[bool | None, bool | None]]] = {}
        workers = {id(each): production_workers(each, project) for each in contexts}
        for task in project.tasks:
            for each in contexts:
                if each.app in running[id(task)]:
                    near = workers[id(each)] or [each]
                    limits = _anywhere(task, SOFT, near), _anywhere(task, HARD, near)
                    states.setdefault(id(task), []).append(limits)
        tasks = [task for task in project.tasks if id(task) in states]
        bare = [task for task in tasks if not _elsewhere(task, running[id(task)], project)]
        soft = any(enforces(w, SOFT) for each in contexts for w in workers[id(each)] or [each])
        yield Coverage(
            place,
            tuple(contexts),
            tuple(worker for each in contexts for worker in workers[id(each)]),
            tuple(tasks),
            tuple(task for task in bare if (False, False) in states[id(task)]),
            tuple(task for task in bare if (False, True) in states[id(task)] and soft),
        )


def _elsewhere(task: Task, own: Sequence[App], project: Project) -> bool:
    """May the task get a limit as a task of another app? `app.task` registers a function with all
    apps (celery/app/base.py: Celery.task, `shared`), and the one that workers run counts."""
    workers = [
        each
        for each in project.running
        if isinstance(each, Worker) and each.started.role == "production"
    ]
    if any(each.app is app for each in workers for app in own):
        return False
    return any(
        limit(task, name, each).set is not False for each in workers for name in (SOFT, HARD)
    )


def _as_started(worker: Worker) -> Worker:
    """The worker without arguments that its script passes on: where somebody gives it some, that
    start is a worker of its own.
    """
    process = worker.started
    unread = [word for word in process.words if "$" in word]
    if process.open and unread and all(word.strip('"') in _PASSED_ON for word in unread):
        return replace(worker, process=replace(process, open=False))
    return worker


def production_workers(context: Context, project: Project) -> list[Context]:
    """The workers that production starts in this context."""
    return [
        _as_started(each)
        for each in project.running
        if isinstance(each, Worker)
        and each.started.role == "production"
        and (each.app.id, each.app.span) == (context.app.id, context.app.span)
        and each.profile.name == context.profile.name
    ]


def _anywhere(task: Task, name: str, contexts: Sequence[Context]) -> bool | None:
    """Is the limit set in one of these? None where it may be. One that the pool of its worker
    ignores is absent, unless all do: then that is said of the worker."""
    heeding = [each for each in contexts if enforces(each, name)]
    found = {limit(task, name, each).set for each in heeding or contexts}
    return True if True in found else None if None in found else False


def runners(task: Task, apps: Sequence[App]) -> list[App]:
    """The apps that run a task: its own, or for a shared one those whose folder has most of its
    path in common, so that two projects in one tree keep their tasks apart. No worker can be
    started with an app that no module names: such a one only sends, if there is another.
    """
    own = [each for each in apps if task.app in (None, each.id)]
    own = [each for each in own if each.named] or own
    near = [_common(_folder(each.span.path), task.span.path) for each in own]
    return [each for each, common in zip(own, near, strict=True) if common == max(near)]


def where_run(task: Task, project: Project) -> list[Context]:
    """The workers that production starts and that run the task; where none is known, the contexts
    of its apps that production uses or that stand in for it."""
    apps = {(each.id, each.span) for each in runners(task, project.apps)}
    workers: list[Context] = [
        each
        for each in project.running
        if isinstance(each, Worker)
        and each.started.role == "production"
        and (each.app.id, each.app.span) in apps
    ]
    return workers or [
        each
        for each in project.contexts
        if (each.app.id, each.app.span) in apps and each.profile.role in ("production", "unknown")
    ]


@functools.cache
def _folder(path: str) -> tuple[str, ...]:
    return tuple(path.split("/")[:-1])


def _common(folder: tuple[str, ...], path: str) -> int:
    """How many leading folders are the same."""
    count = 0
    for one, other in zip(folder, _folder(path), strict=False):
        if one != other:
            break
        count += 1
    return count
