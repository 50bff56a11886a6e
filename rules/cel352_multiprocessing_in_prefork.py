"""CEL352: a task starts processes, which a prefork worker's processes may not."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Project,
    Reached,
    Related,
    Severity,
    pools_of,
    rule,
    starts_children,
    where_run,
)


@rule(on=Reached, severity=Severity.ERROR, since="0.1")
def multiprocessing_in_prefork(call: Reached, project: Project) -> Iterator[Finding]:
    if not starts_children(call):
        return
    pools = pools_of(call, project)
    if "prefork" not in pools and None not in pools:
        return
    workers = [
        Related(each.process.span, "a prefork worker that runs it")
        for each in where_run(call.task, project)
        if each.process is not None and each.pool() == "prefork"
    ]
    yield Finding(
        call.span,
        f"`{call.task.function}` fails here in a prefork worker, whose processes are daemons: "
        f"`{call.text}` raises AssertionError (daemonic processes are not allowed to have children)"
        f"{f'; it gets here by {call.way()}' if call.path else ''}",
        help=_cure(call),
        related=(*call.related(), *workers[:1]),
        severity=None if "prefork" in pools else Severity.WARNING,
    )


def _cure(call: Reached) -> str:
    if call.callee.endswith(".DataLoader"):
        return "use `num_workers=0`, or run the task in a worker with `--pool threads` or `solo`"
    if call.callee in {"multiprocessing.Process", "multiprocessing.Pool"}:
        name = call.callee.rpartition(".")[2]
        return f"send a group of tasks, or take `{name}` from `billiard`, which allows it"
    return "send a group of tasks, or use threads where the work waits more than it computes"
