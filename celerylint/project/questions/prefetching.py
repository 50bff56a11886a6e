"""How a worker takes messages ahead, and how it hands them to its processes.

Sources: celery/concurrency/asynpool.py (SCHED_STRATEGIES), celery/worker/components.py
(Consumer.create), celery/worker/worker.py (should_use_eventloop), celery/bin/worker.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from celerylint.project.model import Project, Task, Worker
from celerylint.project.process import Chosen
from celerylint.project.questions.brokers import brokers
from celerylint.project.questions.consuming import UNKNOWN, consumed
from celerylint.project.questions.limits import HARD, SOFT, limit
from celerylint.project.values import Unknown
from celerylint.structs import dataclass

# kombu: transports with `implements.asynchronous`; only for these does prefork have a strategy.
_EVENT_LOOP = frozenset({"amqp", "redis", "sqs", "qpid", "gcpubsub"})
_UNFAIR = frozenset({"fast", "fcfs"})
_DEFAULT_MULTIPLIER = 4
LONG = 300  # seconds: shorter waits are no reason to change anything
_TIMES = 10


def unfair(worker: Worker) -> bool:
    """Does the worker surely give messages to processes that are busy?

    Celery 3.1 does unless it is told otherwise, as do 5.0.0 and 5.0.1, which did not know the
    default's name; 4.0 to 4.4 where `-O fast` asks for it. From 5.0.2 on nothing does.
    """
    celery, chosen = worker.app.celery, worker.fact("optimization")
    strategy = None if chosen is None else chosen.text() or ""
    if worker.pool() != "prefork" or _single(worker) or not celery.allowed:
        return False
    if any(each.transport not in _EVENT_LOOP for each in brokers(worker)):
        return False
    if celery.all_at_least(4) and celery.all_below(5):
        return strategy in _UNFAIR
    if celery.all_below(4) or (celery.all_at_least(5) and celery.all_below(5, 0, 2)):
        return strategy in (None, "default")
    return False


def _single(worker: Worker) -> bool:
    """May the worker have one process only?"""
    given = worker.fact("autoscale") or worker.fact("concurrency")
    if given is None:
        return False  # one for each processor
    text = given.text()
    if text is None:
        number = given.number()
        return number is None or number <= 1
    counts = [int(part) for part in text.split(",") if part.strip().isdigit()]
    return max(counts, default=0) <= 1


def multiplier(worker: Worker) -> float | None:
    """How many messages the worker takes for each task that it can run at once; None where it is
    not known. 0 on the command line counts as not given (celery/bin/worker.py)."""
    option = worker.started.option("prefetch_multiplier")
    if option is not None and option.number() != 0:
        return option.number()
    chosen = worker.fact("prefetch_multiplier") if option is None else _setting(worker)
    return _DEFAULT_MULTIPLIER if chosen is None else chosen.number()


def _setting(worker: Worker) -> Chosen | None:
    setting = worker.setting("worker_prefetch_multiplier")
    if setting is None and worker.profile.open:
        return Chosen(Unknown(), "setting", worker.profile.place)
    return None if setting is None else Chosen(setting.value, "setting", setting.span)


@dataclass(frozen=True, slots=True)
class Spread:
    """Tasks of one worker that take very different times, each with the limit that says so."""

    short: Task
    short_limit: float
    long: Task
    long_limit: float


def spread(tasks: Sequence[Task], worker: Worker) -> Spread | None:
    """The shortest and the longest of the tasks by their limits, where one of them is LONG and ten
    times the other; None where their limits do not say so. Limits that the pool ignores count: they
    tell what the author expects."""
    timed = [(seconds, task) for task in tasks if (seconds := _seconds(task, worker)) is not None]
    if not timed:
        return None
    low = min(timed, key=lambda each: each[0])
    high = max(timed, key=lambda each: each[0])
    if high[0] < LONG or high[0] < _TIMES * low[0]:
        return None
    return Spread(low[1], low[0], high[1], high[0])


def _seconds(task: Task, worker: Worker) -> float | None:
    """The least limit that the task surely has."""
    found = []
    for name in (SOFT, HARD):
        each = limit(task, name, worker)
        if each.value is not None and each.value.known() and each.set:
            value = each.value.python()
            if isinstance(value, int | float):
                found.append(float(value))
    return min(found, default=None)


def rival(worker: Worker, project: Project) -> Worker | None:
    """Another worker of the same deployment that surely takes from one of the same queues; the
    worker itself where several of it run."""
    replicas = worker.started.replicas
    if replicas is not None and (replicas.number() or 0) > 1:
        return worker
    queues = consumed(worker)
    for each in project.running:
        if isinstance(each, Worker) and _beside(worker, each) and consumed(each) & queues - UNKNOWN:
            return each
    return None


def _beside(one: Worker, other: Worker) -> bool:
    """Do both run at the same time, for the same app?"""
    first, second = one.started, other.started
    return (
        first.span != second.span
        and first.deployment == second.deployment
        and bool(first.service and second.service)
        and first.service != second.service
        and first.role == second.role
        and one.app is other.app
        and one.profile is other.profile
    )
