"""CEL506: a bound that one retry is given stays with the task for every later message."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Related, Severity, Task, leaks, rule


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def max_retries_override_leaks(project: Project, _: Project) -> Iterator[Finding]:
    if not project.celery.all_at_least(5, 0, 5):
        return
    said = set()
    for task in project.tasks:
        for leak in leaks(task):
            if leak.span not in said:
                said.add(leak.span)
                usual = "without a bound" if leak.bound is None else _times(leak.bound)
                yield Finding(
                    leak.span,
                    f"from this retry on, the worker process retries every message of "
                    f"`{task.function}` {_times(leak.given)} on the errors of its `autoretry_for`, "
                    f"instead of {usual}",
                    help=_cure(task, leak.given),
                    related=(
                        Related(leak.auto.span, "Celery retries by itself on these"),
                        *leak.call.trail,
                    ),
                )


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _cure(task: Task, given: int) -> str:
    return (
        f"give these retries a task of their own with `max_retries={given}`, or leave the number "
        "out and compare `self.request.retries`"
    )
