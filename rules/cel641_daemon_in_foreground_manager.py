"""CEL641: a command goes to the background, and what runs it takes it for ended."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    CONTAINERS,
    Finding,
    Process,
    Project,
    Severity,
    reloaded,
    rule,
    started_by,
)

_THEN = {
    "container": "the container ends, and the {kind} with it",
    "supervisor": "supervisor takes it for crashed, and starts another {kind} or gives up",
    "procfile": "the platform takes the process for crashed and ends the {kind}",
    "systemd": "systemd takes the unit for ended and kills the {kind}",
}


@rule(on=Process, severity=Severity.ERROR, since="0.1")
def daemon_in_foreground_manager(process: Process, project: Project) -> Iterator[Finding]:
    detach = process.option("detach")
    if not process.final or reloaded(process) or not (process.multi or detach):
        return
    manager = "container" if process.platform in CONTAINERS else process.platform
    if manager not in _THEN or (manager == "systemd" and not _foreground(process)):
        return
    command = "`celery multi`" if process.multi else "`--detach`"
    yield Finding(
        process.span if detach is None else detach.span,
        f"{command} returns at once and leaves the {process.kind} in the background: "
        + _THEN[manager].format(kind=process.kind),
        help=f"start it in the foreground: `celery … {process.kind}`",
        related=started_by(process),
    )


def _foreground(process: Process) -> bool:
    """Does systemd take the first process for the service?"""
    kind = process.keys.get("Type")
    if process.keys.get("RemainAfterExit") or process.keys.get("PIDFile"):
        return False
    return kind is None or kind.text() in ("simple", "exec")
