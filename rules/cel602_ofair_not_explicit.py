"""CEL602: a worker's command does not spell out fair scheduling."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Severity, Worker, rule, started_by, unfair


@rule(on=Worker, severity=Severity.ADVICE, since="0.1", default=False)
def ofair_not_explicit(worker: Worker, project: Project) -> Iterator[Finding]:
    process, strategy = worker.started, worker.fact("optimization")
    if worker.pool() != "prefork" or unfair(worker):
        return
    if strategy is not None and strategy.text() in (None, "fair"):
        return
    yield Finding(
        process.span if strategy is None else strategy.span,
        "the command of this worker does not say `-O fair`"
        if strategy is None
        else f"the command of this worker says `-O {strategy.text()}`",
        help="add `-O fair`" if strategy is None else "write `-O fair`",
        related=started_by(process),
    )
