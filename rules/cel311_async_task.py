"""CEL311: a task is a coroutine function, whose body no worker runs."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import POOLS, Finding, Project, Related, Severity, Task, result_backend, rule

_TO_SYNC = "asgiref.sync.async_to_sync"


@rule(on=Task, severity=Severity.ERROR, since="0.1")
def body_never_runs(task: Task, project: Project) -> Iterator[Finding]:
    runs_itself = task.open or "__call__" in task.overrides
    if not task.is_async or runs_itself or _other_pool(project):
        return
    yield Finding(
        task.span,
        f"the body of `{task.function}` never runs: the worker calls it, gets a coroutine, "
        f"{_end(task, project)}",
        help=f"make `{task.function}` a plain function that calls `asyncio.run()` of the coroutine",
        related=(Related(task.place, "makes a task of a coroutine function"),),
    )


@rule(on=Task, severity=Severity.ERROR, since="0.1")
def converter_has_no_name(task: Task, project: Project) -> Iterator[Finding]:
    if task.inner and task.inner[0].name == _TO_SYNC:
        yield Finding(
            task.inner[0].span,
            f"`{task.function}` cannot be made a task: Celery asks for its `__name__`, which what "
            "`async_to_sync` returns does not have (AttributeError)",
            help=f"make `{task.function}` a plain function that calls `async_to_sync(…)(…)`",
            related=(Related(task.place, "makes a task of it"),),
        )


def _end(task: Task, project: Project) -> str:
    option = task.option("ignore_result")
    contexts = [each for each in project.contexts if task.app in (None, each.app.id)]
    backends = [result_backend(each) for each in contexts]
    if option is not None and option.value.must(bool):
        return "and reports success"
    if backends and all(each is not None and each.family != "disabled" for each in backends):
        return "and fails to store that as the result (EncodeError)"
    return "and reports success where results are ignored, else an EncodeError"


def _other_pool(project: Project) -> bool:
    """Is there a worker with a pool that is not Celery's, and may run coroutines?"""
    chosen = [each.fact("pool") for each in (*project.contexts, *project.running)]
    names = [each.text() for each in chosen if each is not None]
    return any(name is not None and name not in {*POOLS, "processes"} for name in names)
