"""CEL506: a bound that one retry is given stays with the task for every later message."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Leak, Project, Related, Severity, leaks, rule


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def max_retries_override_leaks(project: Project, _: Project) -> Iterator[Finding]:
    if not project.celery.all_at_least(5, 0, 5):
        return
    said = set()
    for leak in leaks(project):
        if leak.span not in said:
            said.add(leak.span)
            usual = "without a bound" if leak.bound is None else _times(leak.bound)
            yield Finding(
                leak.span,
                f"from this retry on, the worker process retries every message of {_whose(leak)} "
                f"{_times(leak.given)} on the errors of its `autoretry_for`, instead of {usual}",
                help=_cure(leak),
                related=(
                    *leak.call.trail,
                    Related(leak.auto.span, "Celery retries by itself on these"),
                ),
            )


def _whose(leak: Leak) -> str:
    return f"`{leak.task.function}`" if leak.sure else f"its task (`{leak.task.function}`, …)"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _cure(leak: Leak) -> str:
    return (
        f"give these retries a task of their own with `max_retries={leak.given}`, or leave the "
        "number out and compare `self.request.retries`"
    )
