"""CEL703: a worker with gevent or eventlet is asked to run the scheduler too."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Process, Project, Severity, beats, named, rule, started_by

_GREEN = ("gevent", "eventlet")


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def beat_in_green_worker(project: Project, _: Project) -> Iterator[Finding]:
    for beat in beats(project):
        pool = _pool(beat.process, project) if beat.embedded else None
        if pool in _GREEN:
            yield Finding(
                beat.span,
                f"`-B` does not work with the pool {pool}: the worker ends at once with "
                "ImproperlyConfigured, so neither its tasks nor the schedule run",
                help=f"take `-B` away from {named(beat.process)}, and run `celery beat` beside it",
                related=started_by(beat.process),
            )


def _pool(process: Process, project: Project) -> str | None:
    """The pool that all contexts of a process agree about."""
    pools = {each.pool() for each in project.running if each.process is process}
    chosen = process.option("pool")
    if not pools and chosen is not None:
        return chosen.text()
    return pools.pop() if len(pools) == 1 else None
