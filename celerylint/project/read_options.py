"""Which options of tasks the project's own code reads, so that they mean something to it."""

from __future__ import annotations

from collections.abc import Iterable

from celerylint import oracle
from celerylint.project.machine import Machine
from celerylint.project.model import Task

# Written of a retry that a function asks for without having been handed the task.
CURRENT_RETRY = "current_task.retry"


def read_options(machine: Machine, tasks: Iterable[Task]) -> frozenset[str]:
    """The names among the tasks' options that occur in the project's functions, of those that
    Celery itself does not read, or reads for automatic retries only.
    """
    table = oracle.task_options(oracle.released()[-1])
    asked = {
        name
        for task in tasks
        for name in task.options
        if name in table.retry or name in _RETRIES or not table.known(name)
    }
    if not asked:
        return frozenset()
    found: set[str] = set()
    for function, _ in machine.defined:
        words = function.words
        found |= asked.intersection(words)
        if "current_task" in words and "retry" in words:
            found.add(CURRENT_RETRY)
    return frozenset(found)


_RETRIES = frozenset({"max_retries", "default_retry_delay"})
