"""CEL355: tasks use one asyncio client in one event loop after another."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Severity, Shared, one_task_each, rule, where_run


@rule(on=Shared, severity=Severity.ERROR, since="0.1")
def async_client_across_loops(shared: Shared, project: Project) -> Iterator[Finding]:
    if shared.kind != "client":
        return
    near = [each for task in shared.tasks for each in where_run(task, project)]
    if near and all(one_task_each(each) for each in near):
        return
    engine = shared.made.endswith("engine")
    more = len(shared.tasks) - 1
    others = f" (and {more} other task{'s' if more > 1 else ''})" if more else ""
    error = "attached to a different loop" if engine else "Event loop is closed"
    yield Finding(
        shared.span,
        f"`{shared.name}` keeps its connections for the next run, and `{shared.loop}` makes a new "
        f"event loop for each: `{shared.task.function}`{others} fails with a connection that an "
        f"earlier run opened ({'with asyncpg, ' if engine else ''}RuntimeError: {error})",
        help=_cure(shared, engine),
        related=shared.proof,
        severity=None if shared.sure else Severity.WARNING,
    )


def _cure(shared: Shared, engine: bool) -> str:
    if engine:
        return "give the engine `poolclass=NullPool`, or keep one loop for all tasks of a process"
    return (
        f"make it in the coroutine: `async with {shared.text}(…) as {shared.name}:`, or keep one "
        f"loop for all tasks of a process"
    )
