"""CEL606: the command line and the setting name different pools, and the wrong one wins."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Related, Severity, Worker, rule, spelled, started_by

_PREFORK = ("prefork", "processes", None, "")


@rule(on=Worker, severity=Severity.ERROR, since="0.1")
def pool_option_overridden(worker: Worker, project: Project) -> Iterator[Finding]:
    process, celery = worker.started, worker.app.celery
    given, setting = process.option("pool"), worker.setting("worker_pool")
    if setting is None or not setting.value.known() or process.role == "development":
        return
    chosen = setting.value.python()
    if chosen in _PREFORK:
        return
    name = spelled(worker, "worker_pool")
    if given is not None and given.value.must(lambda each: each == "prefork"):
        if celery.all_at_least(5, 1) and not given.value.environment():
            yield Finding(
                given.span,
                f"this worker runs with the {chosen} pool: Celery takes `prefork` for the option's "
                f"default, and lets `{name}` win",
                help="write `-P processes`, the other name of prefork"
                if celery.all_at_least(5, 2)
                else f"remove `{name}`, and give `-P` to each worker",
                related=(
                    Related(setting.span, f"`{name}` is `{chosen}`"),
                    *started_by(process),
                ),
            )
    elif given is None and not process.open and celery.all_at_least(5) and celery.all_below(5, 1):
        yield Finding(
            setting.span,
            f"Celery 5.0 ignores `{name}`: this worker runs with the prefork pool",
            help=f"give `-P {chosen}` to the worker, or go to Celery 5.1",
            related=(Related(process.span, "the worker"), *started_by(process)),
        )
