"""CEL660: an option of `celery` itself stands behind the subcommand."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Process,
    Project,
    Severity,
    celery_of,
    refusals,
    rule,
    started_by,
)


@rule(on=Process, severity=Severity.ERROR, since="0.1")
def global_option_after_subcommand(process: Process, project: Project) -> Iterator[Finding]:
    kind = process.kind
    for each in refusals(process, celery_of(process, project)):
        if each.kind == "group-option":
            yield Finding(
                each.span,
                f"`{each.switch}` is an option of `celery`, not of `celery {kind}`: since "
                f"Celery 5 the command exits with status 2, so this {kind} never starts",
                help=f"write it in front of the subcommand: `celery {each.switch} … {kind} …`",
                related=started_by(process),
            )
            return
