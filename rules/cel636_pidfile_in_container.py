"""CEL636: a pidfile in a container outlives a crash and blocks the restart."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Process,
    Project,
    Severity,
    celery_of,
    rule,
    started_by,
)


@rule(on=Process, severity=Severity.WARNING, since="0.1")
def pidfile_in_container(process: Process, project: Project) -> Iterator[Finding]:
    chosen = process.option("pidfile")
    path = chosen.text() if chosen is not None else None
    container = process.platform in ("compose", "dockerfile") or process.copied is not None
    if chosen is None or not path or not container or process.multi:
        return
    if process.role != "production" or process.kind not in ("worker", "beat"):
        return
    if any(each.removeprefix("./") == path.removeprefix("./") for each in process.removed):
        return
    old = celery_of(process, project).all_below(5, 5)
    if not old and process.executes:
        return  # it has the same number each time, and knows that for its own
    yield Finding(
        chosen.span,
        f"after a crash `{path}` is still there, and the {process.kind} refuses to start in the "
        "same container: "
        + (
            "it takes its own number in it, mostly 1, for another process"
            if old
            else "any process that has the number by then counts as another one of it"
        ),
        help="leave the pidfile out: nothing in a container needs it",
        related=started_by(process),
        severity=None if old else Severity.ADVICE,
    )
