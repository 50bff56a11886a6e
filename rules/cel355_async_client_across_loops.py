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
    fails = "every run after the first fails" if engine else "every second run fails"
    yield Finding(
        shared.span,
        f"`{shared.name}` keeps connections that belong to an event loop, and `{shared.loop}` "
        f"makes a new loop each time: in `{shared.task.function}` {fails} "
        f"({'attached to a different loop' if engine else 'Event loop is closed'})",
        help=_cure(shared, engine),
        related=shared.proof,
    )


def _cure(shared: Shared, engine: bool) -> str:
    if engine:
        return "give the engine `poolclass=NullPool`, or keep one loop for all tasks of a process"
    return (
        f"make it in the coroutine: `async with {shared.text}(…) as {shared.name}:`, or keep one "
        f"loop for all tasks of a process"
    )
