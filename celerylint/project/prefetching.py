"""How a worker takes messages ahead, and how it hands them to its processes.

Sources: celery/concurrency/asynpool.py (SCHED_STRATEGIES), celery/worker/components.py
(Consumer.create), celery/worker/worker.py (should_use_eventloop), celery/bin/worker.py.
"""

from __future__ import annotations

from celerylint.project.brokers import brokers
from celerylint.project.model import Worker

# kombu: transports with `implements.asynchronous`; only for these does prefork have a strategy.
_EVENT_LOOP = frozenset({"amqp", "redis", "sqs", "qpid", "gcpubsub"})
_UNFAIR = frozenset({"fast", "fcfs"})
_DEFAULT_MULTIPLIER = 4


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
