"""CEL315: an option of a task decorator that means nothing to Celery."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    OptionSlip,
    Project,
    Related,
    Severity,
    Task,
    option_slips,
    rule,
)


@rule(on=Task, severity=Severity.ERROR, since="0.1")
def option_does_nothing(task: Task, project: Project) -> Iterator[Finding]:
    for slip in option_slips(task, project):
        name = slip.option.name
        message, cure = _words(slip, task)
        yield Finding(
            slip.option.value.span or slip.option.span,  # a wrapper of the project may write it
            message,
            help=cure,
            related=(Related(task.span, f"`{task.function}` gets an attribute `{name}`"),),
        )


def _words(slip: OptionSlip, task: Task) -> tuple[str, str]:
    """The message and the help."""
    name, meant, function = slip.option.name, slip.meant, task.function
    unread = "it becomes an attribute that nobody reads"
    message = {
        "call": f"`{name}` does nothing here: each `{function}.delay()` is sent without it",
        "method": f"`{function}.{name}()` raises TypeError: this value replaces the method",
        "newer": f"`{name}` does nothing before Celery {meant}: {unread}",
        "slip": f"`{name}` is no option of tasks: {unread}, and `{meant}` stays as it was",
    }
    cure = {
        "call": f"pass it with each call: `{function}.apply_async(…, {name}=…)`",
        "method": f"remove `{name}`: it is a method of tasks, not an option",
        "newer": f"require Celery {meant}, or do without `{name}`",
        "slip": f"write `{meant}`",
    }
    return message[slip.kind], cure[slip.kind]
