"""CEL312: a decorator stands above the task decorator, where no worker applies it."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Related, Severity, Task, rule


@rule(on=Task, severity=Severity.ERROR, since="0.1")
def worker_skips_it(task: Task, project: Project) -> Iterator[Finding]:
    skipped = [each for each in task.outer if each.replaces and not each.wants_task]
    if not skipped:
        return
    sends = [
        each
        for each in project.dispatches
        if each.task is task and each.sent_name is None and each.span.path != task.place.path
    ]
    lost = f", and `{task.function}.{sends[0].how}` raises AttributeError" if sends else ""
    for each in skipped:
        yield Finding(
            each.span,
            f"workers run `{task.function}` without `@{each.text}`: they know the function that "
            f"the task decorator below was given{lost}",
            help=f"move `@{each.text}` below the task decorator",
            related=(
                Related(task.place, "the worker's function is what stands below this"),
                *(Related(send.span, "calls what the outer decorator made") for send in sends[:2]),
            ),
        )
