"""CEL630: what stops a worker signals its pool processes too."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Context,
    Finding,
    Process,
    Project,
    Severity,
    broadcast,
    contexts_of,
    pool,
    remapped,
    rule,
    started_by,
    stop_signal,
)

_HELP = {
    "supervisor": "set `stopasgroup=false` and `killasgroup=true`, and a `stopwaitsecs` that your "
    "longest task needs",
    "systemd": "set `KillMode=mixed`, and a `TimeoutStopSec` that your longest task needs",
    "dumb-init": "write `dumb-init --single-child`",
    "tini": "leave out the `-g` of `tini`",
}


@rule(on=Process, severity=Severity.ERROR, since="0.1")
def stop_signal_reaches_children(process: Process, project: Project) -> Iterator[Finding]:
    found = broadcast(process)
    if process.kind != "worker" or process.role != "production" or found is None:
        return
    if process.platform == "supervisor" and process.held:
        return  # worker-not-exec speaks of it: such a worker needs `stopasgroup`
    if remapped(process) or stop_signal(process) != "TERM":
        return
    contexts = contexts_of(process, project)
    if pool(process, project) != "prefork" or any(map(_sent_again, contexts)):
        return
    yield Finding(
        found.span,
        f"at each stop {found.who} sends SIGTERM to the worker's pool processes too: the running "
        "tasks are killed and lost instead of finished, also those with `acks_late`",
        help=_HELP.get(found.who, "let only the worker itself get the signal"),
        related=started_by(process),
        severity=None if found.explicit else Severity.WARNING,
    )


def _sent_again(context: Context) -> bool:
    """Do lost tasks go back to the queue?"""
    lost = context.setting("task_reject_on_worker_lost")
    return lost is not None and lost.value.may(bool)
