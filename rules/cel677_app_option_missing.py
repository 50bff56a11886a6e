"""CEL677: a worker or beat is started without an app."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Process,
    Project,
    Severity,
    celery_of,
    rule,
    started_by,
)

_EFFECT = {
    "worker": "knows none of the project's tasks",
    "beat": "sends none of the project's periodic tasks",
}


@rule(on=Process, severity=Severity.ERROR, since="0.1")
def app_option_missing(process: Process, project: Project) -> Iterator[Finding]:
    missing = process.no_app
    if missing is None or missing.kind != "unnamed" or process.kind not in _EFFECT:
        return
    if not celery_of(process, project).all_at_least(5):
        return
    unless = "" if _closed(process) else ", unless `CELERY_APP` is set where it starts"
    app = "your_app" if not missing.meant or missing.meant[-1].isdigit() else missing.meant
    yield Finding(
        process.span,
        f"`celery {process.kind}` is given no app: it starts with an empty one on "
        f"amqp://guest@localhost and {_EFFECT[process.kind]}{unless}",
        help=f"write `celery -A {app} {process.kind} …`",
        related=started_by(process),
        severity=Severity.WARNING if unless else None,
    )


def _closed(process: Process) -> bool:
    """Are all variables known that the process is started with?"""
    built = process.unit is not None and process.unit.build is not None
    return not process.environment_open and (process.platform == "systemd" or built)
