"""CEL643: supervisor refuses a program of several processes whose names do not tell them apart."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Process, Project, Severity, named, rule


@rule(on=Process, severity=Severity.ERROR, since="0.1")
def supervisor_numprocs_name(process: Process, project: Project) -> Iterator[Finding]:
    number = process.replicas.number() if process.replicas is not None else None
    if process.platform != "supervisor" or process.replicas is None or (number or 1) <= 1:
        return
    if process.unit is None or process.unit.get("process_name") is not None:
        return
    yield Finding(
        process.replicas.span,
        f"supervisord does not start: {number:g} processes of {named(process)} need a "
        "`process_name` with their number in it",
        help="add `process_name=%(program_name)s_%(process_num)02d`",
    )
