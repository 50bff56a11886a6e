"""CEL674: a number of processes that is none."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Severity, Worker, rule, started_by, unless


@rule(on=Worker, severity=Severity.WARNING, since="0.1")
def negative_or_zero_concurrency(worker: Worker, project: Project) -> Iterator[Finding]:
    chosen = worker.fact("concurrency")
    number = chosen.number() if chosen is not None else None
    if chosen is None or number is None or number > 0 or worker.pool() != "prefork":
        return
    if number < 0 and not worker.app.celery.all_below(5, 7):
        return  # newer ones refuse the option, which worker-option-invalid says
    meaning = (
        "0 processes are as many as the machine has CPUs"
        if number == 0
        else f"a pool of {number:g} processes ends with a ValueError while it starts"
    )
    yield Finding(
        chosen.span,
        f"{meaning}{unless(chosen.value)}",
        help="write how many processes the worker shall have",
        related=started_by(worker.started),
    )
