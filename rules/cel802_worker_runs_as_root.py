"""CEL802: a worker runs as root and accepts pickle, or is forced to run as root for nothing."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Project,
    Related,
    Severity,
    Worker,
    accepts_pickle,
    forced,
    rule,
    runs_as_root,
    started_by,
)


@rule(on=Worker, severity=Severity.ERROR, since="0.1")
def worker_runs_as_root(worker: Worker, project: Project) -> Iterator[Finding]:
    process, force, pickle = worker.started, forced(worker.started), accepts_pickle(worker)
    root = runs_as_root(process)
    if process.role != "production" or pickle is None or root is False:
        return
    if force is None and (not pickle or root is None or process.environment_open):
        return
    if force is None:
        message = "this worker runs as root and accepts pickle: Celery refuses that and exits"
        cure = "run it as another user, or leave pickle out of `accept_content`"
    elif pickle:
        message = (
            "`C_FORCE_ROOT` lets this worker run as root though it accepts pickle: whoever can put "
            "a message into its queue runs code as root"
        )
        cure = "run it as another user, or leave pickle out of `accept_content`"
    else:
        message = (
            "`C_FORCE_ROOT` does nothing here: Celery looks at it only where pickle is accepted, "
            "and warns of root either way"
        )
        cure = "leave it out, and run the worker as another user"
    yield Finding(
        force.span if force is not None else process.span,
        message,
        help=cure,
        related=(*_proof(worker), *started_by(process)),
        severity=None if pickle else Severity.ADVICE,
    )


def _proof(worker: Worker) -> Iterator[Related]:
    setting, user = worker.setting("accept_content"), worker.started.user
    if setting is not None:
        yield Related(setting.span, f"`{setting.written}` says what it accepts")
    if user is not None and user.span != worker.started.span:
        yield Related(user.span, f"it runs as `{user.text()}`")
