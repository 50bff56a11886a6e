"""CEL675: a variable of the environment looks like an option of Celery's, and nothing reads it."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Mistaken,
    Process,
    Project,
    Severity,
    celery_of,
    mistaken,
    rule,
    started_by,
)


@rule(on=Process, severity=Severity.WARNING, since="0.1")
def environment_option_unread(process: Process, project: Project) -> Iterator[Finding]:
    if process.app_id is None:  # the code that runs is not this project's, and may read it
        return
    for each in mistaken(process):
        span = process.environment[each.name].span
        if span is not None and each.name in project.idle_variables:
            yield Finding(
                span,
                f"`{each.name}` has no effect: `celery {process.kind}` reads no such variable, "
                "and no file of the project does",
                help=_help(each, process, project),
                related=started_by(process),
            )


def _help(each: Mistaken, process: Process, project: Project) -> str:
    if not each.option:
        return f"write the options behind `celery {process.kind}`, or `${each.name}` there"
    given = process.option(each.option)
    if given is not None and given.origin == "option":
        return f"remove it: the command line gives `{each.switch}`"
    if given is not None:
        return f"remove it: `{each.read}` is set, too"
    if celery_of(process, project).all_at_least(5):
        return f"call it `{each.read}`"
    return f"give the worker `{each.switch}` on its command line"
