"""CEL668: a camera (or a Flower that is told so) waits for events that no worker sends."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Process,
    Project,
    Related,
    Severity,
    Worker,
    named,
    rule,
    started_by,
)

_NAMED = 3


@rule(on=Process, severity=Severity.WARNING, since="0.1")
def monitor_gets_no_events(process: Process, project: Project) -> Iterator[Finding]:
    if process.app_id is None or process.role != "production" or not _only_listens(process):
        return
    workers = [
        each
        for each in project.running
        if isinstance(each, Worker)
        and each.app.id == process.app_id
        and each.started.role == "production"
    ]
    if not workers or not all(_silent(each) for each in workers):
        return
    yield Finding(
        process.span,
        f"no worker sends the events that `celery {process.kind}` waits for here: it sees no task",
        help="start the workers with `-E`, or set `worker_send_task_events = True`",
        related=(
            *(
                Related(each.started.span, f"{named(each.started)} sends no events")
                for each in workers[:_NAMED]
            ),
            *started_by(process),
        ),
    )


def _only_listens(process: Process) -> bool:
    """A camera never switches events on; Flower does, unless it is told not to."""
    if process.kind == "events":
        return process.option("camera") is not None
    given = process.option("enable_events")
    told = (given.text() or "").lower() if given is not None else ""
    return process.kind == "flower" and told in ("false", "no", "0", "off")


def _silent(worker: Worker) -> bool:
    """Does it surely send no events?"""
    chosen = worker.fact("task_events")
    return chosen is None or chosen.value.must(lambda value: not value)
