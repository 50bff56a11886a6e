"""CEL710: a worker is given a queue that nothing is sent to, and that is spelled like one."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Severity, Slip, Worker, rule, slips, started_by


@rule(on=Worker, severity=Severity.WARNING, since="0.1")
def queue_option_typo(worker: Worker, project: Project) -> Iterator[Finding]:
    for each in slips(worker, project):
        if each.name in project.unwritten_queues:
            yield Finding(
                each.span,
                _message(each),
                help=f"write `{each.meant}`",
                related=started_by(worker.started),
            )


def _message(each: Slip) -> str:
    if each.option == "exclude_queues":
        return f"`{each.name}` is no queue: Celery does not say so, and takes the tasks of all"
    what = "gets no task" if each.alone else "gets no task from it"
    waiting = f", and no worker takes those of `{each.meant}`" if each.waiting else ""
    return f"nothing is sent to the queue `{each.name}`: this worker {what}{waiting}"
