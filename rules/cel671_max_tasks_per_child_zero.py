"""CEL671: a number of tasks per child that is none."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Severity, Worker, rule, started_by


@rule(on=Worker, severity=Severity.ERROR, since="0.1", preview=True)
def max_tasks_per_child_zero(worker: Worker, project: Project) -> Iterator[Finding]:
    chosen = worker.fact("max_tasks_per_child")
    number = chosen.number() if chosen is not None else None
    if chosen is None or number is None or number > 0 or worker.pool() != "prefork":
        return
    env = chosen.value.environment()
    unless = f", unless `{env[0]}` is set" if env else ""
    yield Finding(
        chosen.span,
        f"`{number:g}` tasks per child is no number that the pool takes, and not unlimited: the "
        f"worker ends with a ValueError while it starts{unless}",
        help="leave it out: without it a child is never replaced",
        related=started_by(worker.started),
        severity=Severity.WARNING if env else None,
    )
