"""CEL670: a worker is given its scheduler with `-S`, which is another option there."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Process, Project, Severity, celery_of, rule, started_by


@rule(on=Process, severity=Severity.ERROR, since="0.1", preview=True)
def worker_s_is_statedb(process: Process, project: Project) -> Iterator[Finding]:
    chosen = process.option("statedb")
    if process.kind != "worker" or chosen is None or chosen.origin != "option":
        return
    text = chosen.text() or ""
    celery = celery_of(process, project)
    if "schedulers" in text.lower() and "/" not in text and celery.all_at_least(5):
        embedded = process.option("beat") is not None
        then = "the scheduler is the default one, and its entries those of the settings; "
        yield Finding(
            chosen.span,
            f"`-S` of a worker names a file for its state, not a scheduler: {then * embedded}"
            f"the worker writes a file called `{text}`",
            help=f"write `--scheduler {text}`, or start `celery beat -S {text}` by itself",
            related=started_by(process),
        )
