"""CEL303: a single task has no time limit of either kind."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Severity, coverage, rule


@rule(on=Project, severity=Severity.WARNING, since="0.1", default=False)
def task_without_time_limit(project: Project, _: Project) -> Iterator[Finding]:
    for found in coverage(project):
        for task in found.unlimited:
            yield Finding(
                task.span,
                f"`{task.function}` has no time limit, soft or hard, so a call that hangs holds "
                "its place in a worker for ever",
                help="give it a `soft_time_limit`, or set `task_soft_time_limit` for all tasks",
            )
