"""CEL640: a tool for development restarts a deployed process at each change of a file."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Process, Project, Severity, named, reloader, rule, started_by


@rule(on=Process, severity=Severity.WARNING, since="0.1")
def reload_tool_in_production(process: Process, project: Project) -> Iterator[Finding]:
    tool = reloader(process)
    if tool is None or process.kind not in ("worker", "beat"):
        return
    lost = {
        "worker": "the worker is stopped and, if its tasks need longer than that tool waits, "
        "killed with them",
        "beat": "beat starts anew",
    }
    yield Finding(
        process.span,
        f"{tool} stands in front of a deployed process ({named(process)}): whenever a file changes "
        f"below the folder that it watches, {lost[process.kind]}",
        help="start `celery` itself, and keep the reloader in a file for development",
        related=started_by(process),
    )
