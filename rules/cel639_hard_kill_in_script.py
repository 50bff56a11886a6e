"""CEL639: a script kills workers by their name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from celerylint.rule import Finding, Kill, Process, Project, Related, Severity, pool, rule

_HELP = (
    "let what started the worker stop it (`supervisorctl stop`, `systemctl stop`), or send TERM to "
    "its own process: `kill -TERM $(cat worker.pid)`, `celery control shutdown`"
)


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def hard_kill_in_script(project: Project, _: Project) -> Iterator[Finding]:
    workers = [
        each
        for each in project.processes
        if each.kind == "worker" and each.role == "production" and not each.open
    ]
    for kill in project.kills if workers else ():
        if kill.role != "production" or "beat" in kill.pattern or "flower" in kill.pattern:
            continue
        message = _message(kill, workers, project)
        if message is not None:
            yield Finding(
                kill.span,
                message,
                help=_HELP,
                related=(Related(workers[0].span, "a worker of this project"),),
                severity=None if kill.signal == "KILL" else Severity.WARNING,
            )


def _message(kill: Kill, workers: list[Process], project: Project) -> str | None:
    hit = [each for each in workers if _fits(kill, each)]
    if not hit:
        return (
            f"no worker of this project has `{kill.pattern}` in its command line: nothing is "
            "stopped, and the old workers run on beside the new ones"
        )
    if kill.signal == "KILL":
        return (
            "this kills workers without a shutdown: the running tasks are lost, and what they had "
            "taken from the queue comes back only when the broker notices"
        )
    if kill.signal == "TERM" and any(pool(each, project) == "prefork" for each in hit):
        return (
            "the processes of the pool fit too, and TERM ends them at once: the running tasks are "
            "lost instead of finished"
        )
    return None


def _fits(kill: Kill, worker: Process) -> bool:
    """Is the pattern found in the worker's command line? Yes where it is not known."""
    if not kill.pattern or re.search(r"[$`]", kill.pattern):
        return True
    line = " ".join(["/usr/bin/python3", "/usr/bin/celery", *worker.words[1:]])
    try:
        return re.search(kill.pattern, line) is not None
    except re.error:
        return True
