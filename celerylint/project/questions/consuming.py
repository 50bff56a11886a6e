"""Which queues a task is sent to, and which tasks a worker takes.

Sources: celery/app/routes.py (Router.route, MapRoute), celery/utils/text.py (glob_to_re),
celery/app/amqp.py (Queues.select).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set

from celerylint.findings import Span
from celerylint.project.choices import readings
from celerylint.project.model import Context, Project, Task, Worker
from celerylint.project.questions.limits import HARD, SOFT, limit, runners
from celerylint.project.questions.pools import enforces
from celerylint.project.values import Literal, OneOf, Sequence, Value
from celerylint.project.values import Mapping as MappingValue
from celerylint.structs import dataclass

Queues = Set[str | None]
"""Names of queues; None stands for one that is not known."""

UNKNOWN: Queues = frozenset([None])


class Senders:
    """Who sends what in a context: the options of each call of a task and of each entry of the
    schedule, looked up once."""

    def __init__(self, context: Context, project: Project) -> None:
        self.context = context
        self._calls: dict[int, list[Mapping[str, Value]]] = {}
        self._entries = _scheduled(context)
        for each in project.dispatches:
            if each.task is not None:
                self._calls.setdefault(id(each.task), []).append(each.options)
            for name, options in zip(each.one_of, each.options_of, strict=True):
                self._entries.setdefault(name, []).append(options)
        # Whoever sends what is not known by name may send any task, and to another queue.
        self._loose = any(
            each.task is None
            and each.sent_name is None
            and not each.one_of
            and "queue" in each.options
            for each in project.dispatches
        )

    def options(self, task: Task) -> list[Mapping[str, Value]]:
        """The options with which the task is sent, one mapping for each place that sends it."""
        return [*self._calls.get(id(task), ()), *self._entries.get(task.name or "", ())]

    def queues(self, task: Task) -> Queues:
        """The queues that a task is sent to: those of its calls and of the schedule, and its own
        where one of these names none (or nothing is known that sends it)."""
        found: set[str | None] = set()
        for options in self.options(task):
            given = options.get("queue")
            if "routing_key" in options or "exchange" in options:
                found.add(None)
            found |= set(_texts(given)) if given is not None else _own(task, self.context)
        return found or (UNKNOWN if self._loose else _own(task, self.context))


def _own(task: Task, context: Context) -> Queues:
    """The queue where no call says another: the task's own, the routes', the default."""
    option = task.option("queue")
    if option is not None:
        return frozenset(_texts(option.value))
    if task.open or task.option("routing_key") or task.option("exchange"):
        return UNKNOWN
    routes = context.setting("task_routes")
    if routes is not None:
        routed = _routed(task.name, routes.value)
        if routed is not None:
            return routed
    if context.profile.open:
        return UNKNOWN
    default = context.setting("task_default_queue")
    return frozenset(["celery"] if default is None else _texts(default.value))


def _routed(name: str | None, value: Value) -> Queues | None:
    """What `task_routes` says of a task; None where it says nothing."""
    if name is None:
        return UNKNOWN
    if isinstance(value, Sequence) and value.items and not value.open:
        first = value.items[0]
        single = isinstance(first, Literal)  # a tuple of (pattern, route) is no list of routers
        for each in () if single else value.items:
            found = _routed(name, each)
            if found is not None:
                return found
        return UNKNOWN if single else None
    if isinstance(value, Literal) and not value.value:
        return None
    if not isinstance(value, MappingValue) or value.open:
        return UNKNOWN
    exact = value.get(name)
    if exact is not None:
        return _destination(exact)
    for key, route in value.entries:
        if not (isinstance(key, Literal) and isinstance(key.value, str)):
            return UNKNOWN
        if "*" in key.value and _globbed(key.value).match(name):
            return _destination(route)
    return None


def _globbed(pattern: str) -> re.Pattern[str]:
    """celery.utils.text.glob_to_re: an asterisk is at least one character, and the end is open."""
    return re.compile(".+?".join(map(re.escape, pattern.split("*"))))


def _destination(route: Value) -> Queues:
    if isinstance(route, MappingValue):
        queue = route.get("queue")
        return UNKNOWN if queue is None or route.open else frozenset(_texts(queue))
    return frozenset(_texts(route))


def _texts(value: Value) -> Iterator[str | None]:
    """Each text that a value may be, defaults of variables counted as known."""
    if isinstance(value, OneOf):
        for each in value.options:
            yield from _texts(each)
    else:
        yield from (text for text, _ in readings(value))


def _scheduled(context: Context) -> dict[str, list[Mapping[str, Value]]]:
    """The options of the entries of the beat schedule, by the name of the task that they send."""
    found: dict[str, list[Mapping[str, Value]]] = {}
    schedule = context.setting("beat_schedule")
    value = None if schedule is None else schedule.value
    entries = value.entries if isinstance(value, MappingValue) else ()
    for _, entry in entries:
        if isinstance(entry, MappingValue):
            options = entry.get("options")
            listed = options.entries if isinstance(options, MappingValue) else ()
            for name in _texts(entry.get("task") or Literal(None)):
                if name is not None:
                    by_name = {key.value: each for key, each in listed if isinstance(key, Literal)}
                    found.setdefault(name, []).append(by_name)
    return found


def consumed(worker: Context) -> Queues:
    """The queues that a worker takes messages from."""
    chosen = worker.fact("queues")
    if chosen is not None:
        texts = [text for text, _ in readings(chosen.value)]
        if None in texts or len(texts) != 1:
            return UNKNOWN
        return frozenset(each.strip() for each in (texts[0] or "").split(",") if each.strip())
    if worker.setting("task_queues") is not None or worker.profile.open:
        return UNKNOWN
    if worker.fact("exclude_queues") is not None:
        return UNKNOWN
    default = worker.setting("task_default_queue")
    return frozenset(["celery"] if default is None else _texts(default.value))


def tasks_of(worker: Worker, project: Project) -> tuple[tuple[Task, ...], tuple[Task, ...]]:
    """The tasks whose messages a worker surely takes, and those of which it is not known."""
    key = ("tasks of", id(worker))
    if key not in project.told:
        project.told[key] = _tasks_of(worker, project)
    found: tuple[tuple[Task, ...], tuple[Task, ...]] = project.told[key]
    return found


def _tasks_of(worker: Worker, project: Project) -> tuple[tuple[Task, ...], tuple[Task, ...]]:
    here = consumed(worker)
    senders = Senders(worker, project)
    surely, maybe = [], []
    for task in project.tasks:
        if worker.app not in runners(task, project.apps):
            continue
        there = senders.queues(task)
        if (here & there) - UNKNOWN:
            surely.append(task)
        elif None in here or None in there:
            maybe.append(task)
    return tuple(surely), tuple(maybe)


@dataclass(frozen=True, slots=True)
class Ignored:
    """A limit of a task that comes to nothing in a worker; `name` is soft_time_limit or time_limit,
    `span` where it is given."""

    task: Task
    name: str
    span: Span


def ignored_limits(worker: Worker, project: Project) -> Iterator[Ignored]:
    """The limits that the pool of a worker ignores: of tasks that it takes (or may take, where no
    worker surely takes any), where no other worker that may take them heeds the limit, and where
    no limit of the other kind does its work.
    """
    if all(enforces(worker, name) for name in (SOFT, HARD)):
        return
    taken, maybe = tasks_of(worker, project)
    others, any_sure = [], False
    for each in project.running:
        if isinstance(each, Worker) and each.started.role != "development":
            sure, unsure = tasks_of(each, project)
            others.append((each, {id(task) for task in (*sure, *unsure)}))
            any_sure = any_sure or bool(sure)
    for task in taken if any_sure else maybe:
        takers = [each for each, reach in others if id(task) in reach]
        if not _limited_somewhere(task, takers):
            yield from _limits(task, worker)


def _limits(task: Task, worker: Worker) -> Iterator[Ignored]:
    for name in (SOFT, HARD):
        each = limit(task, name, worker)
        if each.set and each.span is not None:
            yield Ignored(task, name, each.span)


def _limited_somewhere(task: Task, workers: Iterable[Worker]) -> bool:
    """Does one of the workers (perhaps) stop the task?"""
    return any(
        enforces(each, name) and limit(task, name, each).set is not False
        for each in workers
        for name in (SOFT, HARD)
    )


def publishers(tasks: Iterable[Task], project: Project) -> list[tuple[Task, Span]]:
    """Those of the tasks whose own body sends tasks, each with the first place that does."""
    found: dict[tuple[str, int], Span] = {}
    for each in project.dispatches:
        for frame in each.frames:
            if frame.kind == "function" and each.how in SENDING:
                found.setdefault((frame.span.path, frame.span.line), each.span)
    places = [(task, found.get((task.span.path, task.span.line))) for task in tasks]
    return [(task, span) for task, span in places if span is not None]


SENDING = frozenset({"delay", "apply_async", "send_task", "delay_on_commit"})
