"""CEL615: a worker forks a great many processes."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Project,
    Related,
    Severity,
    Worker,
    concurrency,
    rule,
    started_by,
    unless,
)

_MOST = 64


@rule(on=Worker, severity=Severity.WARNING, since="0.1")
def excessive_prefork_concurrency(worker: Worker, project: Project) -> Iterator[Finding]:
    process, count = worker.started, concurrency(worker)
    if worker.pool() != "prefork" or count is None or count <= _MOST:
        return
    chosen = process.option("autoscale") or worker.fact("concurrency")
    if chosen is None or process.role == "development":
        return
    pool = worker.fact("pool")
    hedge = unless(chosen.value)
    yield Finding(
        chosen.span,
        f"{count:g} is a number of processes here: each takes 30 to 100 MB and a database "
        f"connection of its own{hedge}",
        help="write about as many as there are processors, or choose threads or greenlets "
        "for tasks that wait",
        related=(
            Related(
                process.span if pool is None else pool.span,
                "the pool is prefork" + (", the default" if pool is None else ""),
            ),
            *started_by(process),
        ),
        severity=Severity.ADVICE if hedge else None,
    )
