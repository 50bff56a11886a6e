"""CEL664: a worker of production empties its queues when it starts."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Process, Project, Severity, rule, started_by


@rule(on=Process, severity=Severity.ERROR, since="0.1")
def purge_on_start(process: Process, project: Project) -> Iterator[Finding]:
    purge = process.option("purge")
    if process.kind != "worker" or process.role != "production" or purge is None:
        return
    if purge.value.must(lambda value: value is True):
        yield Finding(
            purge.span,
            "`--purge` deletes every waiting task of this worker's queues at each start: a "
            "deployment, a crash or a second copy of it loses the work of all others",
            help="remove it; to empty a queue once, run `celery purge` by hand",
            related=started_by(process),
        )
