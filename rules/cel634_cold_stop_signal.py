"""CEL634: what asks a worker to stop is a signal that loses its running tasks."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Process,
    Project,
    Related,
    Severity,
    contexts_of,
    early_tasks,
    rule,
    softened,
    started_by,
    stop_signal,
)

_SAID = {
    "QUIT": "SIGQUIT is a cold shutdown: at each stop the running tasks are lost, not finished",
    "KILL": "SIGKILL gives the worker no time: at each stop the running tasks are lost, and what "
    "it had taken from the queue comes back only when the broker notices",
    "INT": "on SIGINT the worker finishes its tasks, but exits with status 1: each stop looks "
    "like a failure",
}


@rule(on=Process, severity=Severity.ERROR, since="0.1")
def cold_stop_signal(process: Process, project: Project) -> Iterator[Finding]:
    chosen, signal = process.stop_signal, stop_signal(process)
    if process.kind != "worker" or process.role != "production" or chosen is None:
        return
    if signal not in _SAID or process.multi:
        return
    contexts = contexts_of(process, project)
    early = any(any(early_tasks(each, project)) for each in contexts)
    if signal != "INT" and not early:
        return
    if signal == "QUIT" and any(map(softened, contexts)):
        return
    yield Finding(
        chosen.span,
        _SAID[signal],
        help="leave it out: SIGTERM is the default, and lets the running tasks finish",
        related=(Related(process.span, "the worker that gets it"), *started_by(process)),
        severity=Severity.WARNING if signal == "INT" else None,
    )
