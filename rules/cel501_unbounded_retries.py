"""CEL501: a task that always fails is retried for ever."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Project,
    Related,
    Severity,
    Span,
    Task,
    first_few,
    rule,
    unbounded,
)


@rule(on=Project, severity=Severity.WARNING, since="0.1")
def unbounded_retries(project: Project, _: Project) -> Iterator[Finding]:
    places: dict[Span, list[Task]] = {}
    for task in project.tasks:
        option = task.option("max_retries")
        if option is not None and option.value.is_none() and unbounded(task):
            places.setdefault(option.span, []).append(task)
    for span, tasks in places.items():
        proof = [each for task in tasks for each in unbounded(task)]
        proof += [Related(each.span, f"`{each.function}`") for each in tasks if len(tasks) > 1]
        yield Finding(
            span,
            f"{_names(tasks)} retried for ever: `max_retries=None` means no bound at all",
            help="choose a bound (`max_retries=20` with `retry_backoff=True`), "
            "or give the task an `expires`",
            related=tuple(proof),
        )


def _names(tasks: list[Task]) -> str:
    if len(tasks) == 1:
        return f"if it keeps failing, `{tasks[0].function}` is"
    shown = first_few([each.function for each in tasks])
    return f"if they keep failing, {len(tasks)} tasks ({shown}) are"
