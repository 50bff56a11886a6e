"""Which options of tasks the project's own code reads, so that they mean something to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from celerylint import oracle
from celerylint.facts.syntax import body_of
from celerylint.project.interpreter.machine import Machine
from celerylint.project.model import Task
from celerylint.project.objects import FunctionObject

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
        if not asked.isdisjoint(words) or "getattr" in words:
            found |= asked.intersection(_read(function))
        if "current_task" in words and "retry" in words:
            found.add(CURRENT_RETRY)
    return frozenset(found)


def _read(function: FunctionObject) -> Iterator[str]:
    """The attributes that a function reads, by name or with `getattr`."""
    stack: list[object] = [function.body()]
    while stack:
        node = stack.pop()
        if not isinstance(node, tuple) or not node:
            continue
        if node[0] == "attr":
            yield node[4]
        elif node[0] == "const" and isinstance(node[3], str):
            yield node[3]
        elif node[0] == "def":
            stack.append(body_of(node))
        stack.extend(node)


_RETRIES = frozenset({"max_retries", "default_retry_delay"})
