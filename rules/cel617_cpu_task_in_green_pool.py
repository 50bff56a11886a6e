"""CEL617: a worker of greenlets runs tasks that compute."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    GREEN,
    Finding,
    Project,
    Related,
    Severity,
    Worker,
    pool_place,
    rule,
    started_by,
    tasks_of,
    unless,
)

_NAMED = 3


@rule(on=Worker, severity=Severity.ADVICE, since="0.1")
def cpu_task_in_green_pool(worker: Worker, project: Project) -> Iterator[Finding]:
    pool, chosen = worker.pool(), worker.fact("pool")
    if pool not in GREEN or worker.started.role == "development" or chosen is None:
        return
    taken = {id(task) for task in tasks_of(worker, project)[0]}
    found = [each for each in project.computing if id(each.task) in taken]
    if not found:
        return
    names = ", ".join(f"`{each.task.function}` ({each.library})" for each in found[:_NAMED])
    more = ", …" if len(found) > _NAMED else ""
    yield Finding(
        pool_place(worker),
        f"all tasks of {_a(pool)} worker share one core, and nothing interrupts one that computes, "
        f"such as {names}{more}: meanwhile the others wait, and pings get no "
        f"answer{unless(chosen.value)}",
        help="give these tasks a queue of their own (`-Q`) with a prefork worker",
        related=(
            *(Related(each.span, f"`{each.function}` uses `{each.library}`") for each in found[:3]),
            *started_by(worker.started),
        ),
    )


def _a(pool: str) -> str:
    return f"an {pool}" if pool == "eventlet" else f"a {pool}"
