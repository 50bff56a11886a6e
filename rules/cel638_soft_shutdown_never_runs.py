"""CEL638: a soft shutdown is configured, and nothing starts it."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    MANAGERS,
    Finding,
    Project,
    Related,
    Setting,
    Severity,
    Worker,
    remapped,
    rule,
    stop_signal,
)


@rule(on=Project, severity=Severity.WARNING, since="0.1", preview=True)
def soft_shutdown_never_runs(project: Project, _: Project) -> Iterator[Finding]:
    groups: dict[object, tuple[Setting, list[Worker]]] = {}
    for each in project.running:
        setting = each.setting("worker_soft_shutdown_timeout")
        if isinstance(each, Worker) and each.started.role == "production" and setting is not None:
            groups.setdefault(setting.span, (setting, []))[1].append(each)
    for setting, workers in groups.values():
        seconds = setting.value.must(lambda each: isinstance(each, int | float) and each > 0)
        if seconds and all(_stopped_warmly(each) for each in workers):
            yield Finding(
                setting.span,
                f"`{setting.written}` never takes effect: only SIGQUIT starts a soft shutdown, and "
                "these workers are stopped by SIGTERM, which waits for the tasks without an end",
                help="set REMAP_SIGTERM=SIGQUIT in the workers' environment, and `acks_late` for "
                "what then still runs; or leave the setting out",
                related=tuple(Related(each.started.span, "this worker") for each in workers),
            )


def _stopped_warmly(worker: Worker) -> bool:
    """Is the worker surely stopped by SIGTERM, by a version that knows the setting?"""
    process = worker.started
    known = process.platform in MANAGERS or process.platform == "procfile"
    open_ = process.environment_open or process.multi
    if not known or open_ or not worker.app.celery.all_at_least(5, 5):
        return False
    return remapped(process) is None and stop_signal(process) == "TERM"
