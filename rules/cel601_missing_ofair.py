"""CEL601: a worker hands tasks to processes that are busy."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Project,
    Related,
    Severity,
    Span,
    Worker,
    rule,
    started_by,
    unfair,
)


@rule(on=Worker, severity=Severity.WARNING, since="0.1")
def missing_ofair(worker: Worker, project: Project) -> Iterator[Finding]:
    process = worker.started
    if process.role == "development" or not unfair(worker):
        return
    strategy = worker.fact("optimization")
    written = "" if strategy is None else f" with `-O {strategy.text()}`"
    help_ = "add `-O fair`"
    if worker.app.celery.all_at_least(4) and worker.app.celery.all_below(5):
        help_ = f"remove `-O {strategy.text()}`: fair is the default" if strategy else help_
    yield Finding(
        process.span if strategy is None else strategy.span,
        f"Celery {worker.app.celery.version or 'of this version'}{written} hands tasks to "
        "processes that are busy: a short task waits behind a long one while others are idle",
        help=help_,
        related=(*_proof(worker), *started_by(process)),
    )


def _proof(worker: Worker) -> Iterator[Related]:
    path, _, line = (worker.app.celery.source or "").rpartition(":")
    if path:
        yield Related(Span(path, int(line)), "the version of Celery")
    count = worker.fact("concurrency")
    if count is not None:
        yield Related(count.span, f"the worker has {count.text() or 'several'} processes")
    if worker.fact("pool") is None:
        yield Related(worker.started.span, "its pool is prefork, the default")
