"""CEL633: SIGTERM is made a cold shutdown, and the running tasks are lost."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Project,
    Related,
    Severity,
    Worker,
    early_tasks,
    first_few,
    remapped,
    rule,
    softened,
    started_by,
    tasks_of,
)


@rule(on=Worker, severity=Severity.WARNING, since="0.1")
def remap_sigterm_loses_tasks(worker: Worker, project: Project) -> Iterator[Finding]:
    process = worker.started
    chosen = remapped(process)
    if chosen is None or chosen.text() != "SIGQUIT" or process.role != "production":
        return
    if softened(worker):
        return
    taken = {id(task) for task in tasks_of(worker, project)[0]}
    lost = [task for task in early_tasks(worker, project) if id(task) in taken]
    if not lost:
        return
    shown = first_few([task.function for task in lost])
    yield Finding(
        chosen.span,
        "`REMAP_SIGTERM=SIGQUIT` makes each stop of this worker a cold shutdown: a running task "
        f"that was acknowledged before it began is lost ({shown})",
        help="set `acks_late` for tasks that may run twice"
        + (
            ", and a `worker_soft_shutdown_timeout` below the platform's time to stop"
            if worker.app.celery.all_at_least(5, 5)
            else ""
        ),
        related=(Related(process.span, "the worker"), *started_by(process)),
    )
