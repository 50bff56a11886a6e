"""CEL505: a retry that cannot be sent is dropped, and the task with it."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Edit,
    Finding,
    Project,
    Severity,
    Span,
    Task,
    Unsendable,
    rule,
    unsendable_options,
    unsendable_retry,
)


@rule(on=Task, severity=Severity.ERROR, since="0.1")
def dropped_by_arguments(task: Task, project: Project) -> Iterator[Finding]:
    for call in task.retries:
        for wrong in unsendable_retry(task, call):
            yield Finding(
                wrong.span,
                f"{_what(wrong)}: {_happens(wrong, project)}",
                help=_cure(wrong),
                related=call.trail,
                severity=Severity.WARNING if wrong.when == "last" else None,
                fix=_fix(wrong),
            )


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def dropped_by_options(project: Project, _: Project) -> Iterator[Finding]:
    said = set()
    for task in project.tasks:
        for wrong in unsendable_options(task):
            if wrong.span not in said:
                said.add(wrong.span)
                yield Finding(
                    wrong.span, f"{_what(wrong)}: {_happens(wrong, project)}", help=_cure(wrong)
                )


def _what(wrong: Unsendable) -> str:
    if wrong.name == "args":
        return f"the retry gives {wrong.what}, {wrong.wanted}"
    if wrong.name == "kwargs":
        return f"the retry gives {wrong.what}, which is no parameter of the task"
    return f"`{wrong.name}` is {wrong.what} and has to be {wrong.wanted}"


def _happens(wrong: Unsendable, project: Project) -> str:
    if wrong.when == "at-once":
        return "`retry()` fails with a TypeError, and the task is never tried again"
    if wrong.when == "last":
        return "after the last retry the error is a TypeError, and what went wrong is lost"
    waits = ", and whoever waits for its result waits for ever" * project.celery.all_below(5, 7)
    return f"the retry cannot be sent, and Celery drops the task{waits}"


def _cure(wrong: Unsendable) -> str:
    if wrong.name == "exc":
        return "pass the exception that was caught"
    if wrong.what == "a timedelta" and wrong.name != "eta":
        shown = wrong.text if wrong.text not in ("", "…") else "it"
        return f"write `{shown}.total_seconds()`" if shown != "it" else "add `.total_seconds()`"
    if wrong.what == "a datetime" and wrong.name == "countdown":
        return f"write `eta={wrong.text}`"
    if wrong.name == "eta":
        return "write `countdown=` for a delay, `eta=` for a time"
    return "give what the task takes" if "args" in wrong.name else f"give {wrong.wanted}"


def _fix(wrong: Unsendable) -> tuple[Edit, ...]:
    if wrong.name != "countdown" or wrong.what != "a timedelta" or wrong.text in ("", "…"):
        return ()
    at = wrong.span
    end = Span(at.path, at.end_line, at.end_column, at.end_line, at.end_column)
    return (Edit(end, ".total_seconds()"),)
