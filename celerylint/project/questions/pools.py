"""What each pool of workers does and does not do.

Sources: celery/concurrency/prefork.py, gevent.py, eventlet.py, thread.py and solo.py (on_apply).
"""

from __future__ import annotations

from collections.abc import Sequence

from celerylint.findings import Span
from celerylint.project.model import Context, Worker
from celerylint.project.values import Value

GREEN = frozenset({"gevent", "eventlet"})
POOLS = GREEN | {"prefork", "threads", "solo"}
CONCURRENT = GREEN | {"threads"}  # several tasks at once in one process
# Only prefork can interrupt a task from outside; gevent raises at the next switch of greenlets.
ENFORCES = {
    "prefork": frozenset({"soft_time_limit", "time_limit"}),
    "gevent": frozenset({"time_limit"}),
    "eventlet": frozenset[str](),
    "threads": frozenset[str](),
    "solo": frozenset[str](),
}


def pool_place(worker: Worker) -> Span:
    """Where the worker's pool is chosen; the command where nothing chooses it."""
    chosen = worker.fact("pool")
    return worker.started.span if chosen is None else chosen.span


def concurrency(worker: Context) -> float | None:
    """How many tasks the worker runs at once as far as it is written: the greater number of
    `--autoscale`, `--concurrency`, the setting. None where it is not known or nothing says it."""
    scale = worker.process.option("autoscale") if worker.process is not None else None
    if scale is not None:
        parts = (scale.text() or "").split(",")
        return max((float(part) for part in parts if part.strip().isdigit()), default=None)
    chosen = worker.fact("concurrency")
    return None if chosen is None else chosen.number()


def enforces(context: Context, name: str) -> bool:
    """Does the pool heed `soft_time_limit` or `time_limit`? Yes where it is not known."""
    return name in ENFORCES.get(context.pool() or "", (name,))


def one_task_each(context: Context) -> bool:
    """Does each process of the worker run one task only?"""
    chosen = context.fact("max_tasks_per_child")
    return context.pool() == "prefork" and chosen is not None and chosen.number() == 1


def spelled(context: Context, setting: str) -> str:
    """A setting's name as the project has to write it."""
    namespace = context.app.namespace
    return f"{namespace}_{setting}".upper() if namespace else setting


def unless(*values: Value) -> str:
    """What has to be said where defaults of variables were counted as known."""
    names = dict.fromkeys(name for value in values for name in value.environment())
    return f", unless {' or '.join(f'`{name}`' for name in names)} is set" if names else ""


def patched_for(words: Sequence[str]) -> str | None:
    """The pool that Celery's entry point finds in its arguments, and patches the standard library
    for: the first `-P`, `--pool` or `--pool=` (celery/__init__.py: maybe_patch_concurrency)."""
    for word, following in zip(words, (*words[1:], ""), strict=True):
        if word in ("-P", "--pool"):
            return following.strip("\"'")
        if word.startswith("--pool="):
            return word.removeprefix("--pool=").strip("\"'")
    return None
