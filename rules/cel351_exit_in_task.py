"""CEL351: a task ends the process that it runs in."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Reached, Severity, exits, rule, succeeds


@rule(on=Reached, severity=Severity.ERROR, since="0.1")
def exit_in_task(call: Reached, project: Project) -> Iterator[Finding]:
    if not exits(call):
        return
    task = call.task.function
    others = f" (and {len(call.tasks) - 1} more)" if len(call.tasks) > 1 else ""
    if project.celery.all_below(5, 3) and succeeds(call):
        fate = "nothing is recorded: its state stays PENDING for ever"
    else:
        fate = "it fails with WorkerLostError"
    yield Finding(
        call.span,
        f"`{call.text}` ends the worker's process, not just `{task}`{others}: {fate}, and no "
        f"`except Exception`, retry or `on_failure` of it runs"
        f"{f' ({call.way()})' if call.path else ''}",
        help="raise an exception that says what is wrong, such as `raise RuntimeError(…)`; "
        "where the task is just done, `return`",
        related=call.related(),
    )
