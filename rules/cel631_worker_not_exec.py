"""CEL631: a shell in front of a worker keeps the stop signal for itself."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Process,
    Project,
    Related,
    Severity,
    Shell,
    pool,
    rule,
    shells,
    started_by,
)


@rule(on=Process, severity=Severity.ERROR, since="0.1")
def worker_not_exec(process: Process, project: Project) -> Iterator[Finding]:
    if process.kind not in ("worker", "beat") or process.role != "production":
        return
    for shell in shells(process):
        told = _worker(shell, process) if process.kind == "worker" else _beat(shell)
        if shell.then == "loses" and (told is None or pool(process, project) != "prefork"):
            continue
        sure = process.kind == "worker" and process.copied is None
        yield Finding(
            shell.place,
            f"the shell that starts this {process.kind} stays in front of it: {told}",
            help="write `exec` in front of the command, so that it takes the shell's place",
            related=(*_copied(process), *started_by(process)),
            severity=None if sure else Severity.WARNING,
        )


def _worker(shell: Shell, process: Process) -> str:
    grace = process.grace.number() if process.grace is not None else None
    later = f"after {grace:g} s" if grace else "after the time to stop"
    return {
        "waits": "as process 1 it ignores SIGTERM, so that the worker never shuts down by itself, "
        f"and {later} it is killed with the tasks that it runs",
        "orphans": "a stop ends the shell only, and the worker lives on and takes tasks beside its "
        "successor",
        "drops": "it ends at once on SIGTERM, and the worker is killed with the tasks that it runs",
        "loses": "the worker needs `stopasgroup`, which kills the tasks that it runs at each stop",
    }[shell.then]


def _beat(shell: Shell) -> str | None:
    return {
        "waits": "as process 1 it ignores SIGTERM, so that beat is killed before it has saved when "
        "its entries ran last",
        "orphans": "a stop ends the shell only, and beat lives on: with its successor it sends "
        "every task twice",
        "drops": "it ends at once on SIGTERM, and beat is killed before it has saved when its "
        "entries ran last",
    }.get(shell.then)


def _copied(process: Process) -> tuple[Related, ...]:
    if process.copied is None:
        return ()
    return (Related(process.copied, "the script is copied into this image"),)
