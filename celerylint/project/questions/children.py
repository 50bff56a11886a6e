"""Processes that a task starts, which the processes of a prefork pool may not.

They are daemons, and `multiprocessing.Process.start` asserts that a daemon has no children. It does
so for each start method, and whatever `daemon=` says. `billiard` lets them; `joblib` notices, and
runs one after the other.
"""

from __future__ import annotations

from celerylint.project.interest import PROCESSES
from celerylint.project.model import Project
from celerylint.project.questions.limits import where_run
from celerylint.project.reached import Reached


def starts_children(call: Reached) -> bool:
    """Does the call start processes of the standard library's kind, and no code around it cares
    whether it may?"""
    if call.callee not in PROCESSES or call.open or call.caught("AssertionError"):
        return False
    if "current_process" in call.names:  # whether it is a daemon can be asked, and changed
        return False
    if call.callee.endswith(".DataLoader"):
        workers = call.argument("num_workers")
        return workers is not None and workers.value.must(lambda each: each > 0)
    return True


def pools_of(call: Reached, project: Project) -> frozenset[str | None]:
    """The pools that run the tasks which get to the call; None stands for one that is not known,
    and no pool is Celery's default, prefork."""
    found = {each.pool() for task in call.tasks for each in where_run(task, project)}
    return frozenset(found or {"prefork"})
