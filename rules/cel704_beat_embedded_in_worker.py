"""CEL704: in production the scheduler is part of a worker."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Severity, beats, doubles, named, rule, started_by

_NO_SUCH = ("gevent", "eventlet")  # beat-in-green-worker speaks of these: the worker ends


@rule(on=Project, severity=Severity.WARNING, since="0.1")
def beat_embedded_in_worker(project: Project, _: Project) -> Iterator[Finding]:
    twice = [each.process for double in doubles(project) for each in double.beats]
    green = [each.process for each in project.running if each.pool() in _NO_SUCH]
    for beat in beats(project):
        process = beat.process
        if not beat.embedded or not beat.production or process in twice or process in green:
            continue
        pool = process.option("pool")
        if pool is None or pool.text() not in _NO_SUCH:
            yield Finding(
                beat.span,
                "`-B` makes the scheduler part of this worker: periodic tasks stop whenever it "
                "is restarted, and a second copy of it sends each of them twice",
                help=f"take `-B` away from {named(process)}, and run one `celery beat` beside it",
                related=started_by(process),
            )
