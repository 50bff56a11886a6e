"""CEL446: code asks for the result of a task that keeps none."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Context,
    Finding,
    Project,
    Related,
    ResultRead,
    Severity,
    Task,
    keeps_result,
    rule,
    sending_contexts,
)

_ANSWERS = {
    "get": "`.get()` returns None at once, whether or not the task has run",
    "wait": "`.wait()` returns None at once, whether or not the task has run",
    "result": "`.result` is None for ever",
    "info": "`.info` is None for ever",
    "state": "`.state` is PENDING for ever",
    "status": "`.status` is PENDING for ever",
    "ready": "`.ready()` is False for ever",
    "successful": "`.successful()` is False for ever",
    "failed": "`.failed()` is False for ever",
}


@rule(on=Project, severity=Severity.ERROR, since="0.1", preview=True)
def ignored_result_is_read(project: Project, _: Project) -> Iterator[Finding]:
    for read in project.reads:
        contexts = sending_contexts([read.task], project)
        if _ignores(read, contexts):
            name = read.task.function
            yield Finding(
                read.span,
                f"{_ANSWERS[read.what]}: the result of `{name}` is ignored",
                help=f"send `{name}` with its result kept (`ignore_result=False` on the task), "
                "or do not ask for it",
                related=(Related(read.sent, "sent here"), *_because(read.task, read, contexts)),
            )


@rule(on=Task, severity=Severity.WARNING, since="0.1", preview=True)
def ignored_state_is_written(task: Task, project: Project) -> Iterator[Finding]:
    contexts = sending_contexts([task], project)
    writes = task.bound is True and "update_state" in task.uses_self
    if writes and contexts and all(keeps_result(task, each) is False for each in contexts):
        yield Finding(
            task.span,
            f"what `{task.function}` writes with `update_state()` is its state for ever: its "
            "result is ignored, so that nothing says when it is done",
            help=f"give `{task.function}` `ignore_result=False`",
            related=tuple(_because(task, None, contexts)),
        )


def _ignores(read: ResultRead, contexts: tuple[Context, ...]) -> bool:
    given = read.ignore_result
    if given is not None:
        return given.must(lambda each: each is True)
    return bool(contexts) and all(keeps_result(read.task, each) is False for each in contexts)


def _because(
    task: Task, read: ResultRead | None, contexts: tuple[Context, ...]
) -> Iterator[Related]:
    """Where it is said that the result is ignored."""
    option = task.option("ignore_result")
    setting = contexts[0].setting("task_ignore_result") if contexts else None
    if read is not None and read.ignore_result is not None:
        return
    if option is not None:
        yield Related(option.span, "its result is ignored")
    elif setting is not None:
        yield Related(setting.span, f"`{setting.written}` ignores the results of all tasks")
