"""CEL401: an option of a call that Celery does not know, so that it does nothing."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Dispatch,
    Finding,
    Project,
    Related,
    Severity,
    Stray,
    rule,
    strays,
)


@rule(on=Dispatch, severity=Severity.ERROR, since="0.1")
def apply_async_unknown_option(dispatch: Dispatch, project: Project) -> Iterator[Finding]:
    if dispatch.test:
        return
    for stray in strays(dispatch, project):
        task = dispatch.task
        yield Finding(
            stray.span,
            f"`{stray.name}` {_fate(stray, dispatch)}",
            help=_cure(stray, dispatch),
            related=() if task is None else (Related(task.span, f"`{task.function}`"),),
            severity=Severity.WARNING if stray.kind == "unknown" else None,
        )


def _fate(stray: Stray, dispatch: Dispatch) -> str:
    task = dispatch.task
    function = f"`{task.function}`" if task is not None else "the task"
    if stray.kind == "parameter" and task is not None:
        required = any(each.name == stray.name and each.required for each in task.parameters)
        lost = "which fails without it" if required else "which runs with its default instead"
        return f"is taken for an option of the message and never reaches {function}, {lost}"
    ignored = f"is no option of `{dispatch.how}`: it is ignored"
    if stray.kind == "attribute":
        return f"{ignored}, and the worker goes by what {function} itself says"
    if stray.kind == "slip":
        return f"{ignored}, and {function} is sent as if nothing were said of `{stray.meant}`"
    return ignored


def _cure(stray: Stray, dispatch: Dispatch) -> str:
    name = stray.name
    if stray.kind == "parameter":
        return f'pass it to the task: `kwargs={{"{name}": …}}`, or `delay(…, {name}=…)`'
    if stray.kind == "slip":
        return f"write `{stray.meant}`"
    if stray.kind == "unknown":
        return "remove it, or send it in `headers`, where a signal or the task can read it"
    if stray.meant == "max_retries":
        return "give it to `self.retry()` in the task, or set it on the task"
    return f"set it on the task: `@task({stray.meant}=…)`; for some calls only, on a second task"
