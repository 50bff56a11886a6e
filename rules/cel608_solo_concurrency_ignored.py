"""CEL608: a solo worker is told to run several tasks at once, and only reserves more."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Project,
    Related,
    Severity,
    Worker,
    multiplier,
    pool_place,
    rule,
    started_by,
)


@rule(on=Worker, severity=Severity.WARNING, since="0.1", preview=True)
def solo_concurrency_ignored(worker: Worker, project: Project) -> Iterator[Finding]:
    process, given = worker.started, worker.started.option("concurrency")
    if worker.pool() != "solo" or given is None or process.role == "development":
        return
    count, ahead = given.number(), multiplier(worker)
    if count is None or count < 2 or given.value.environment():
        return
    hoard = f", and reserves {count * ahead:g} messages meanwhile" if ahead else ""
    yield Finding(
        given.span,
        f"the solo pool runs one task at a time whatever the concurrency is ({count:g}){hoard}",
        help="write `-c 1`, or choose a pool that runs several tasks at once",
        related=(Related(pool_place(worker), "the pool is solo"), *started_by(process)),
    )
