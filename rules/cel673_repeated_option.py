"""CEL673: a command gives an option twice."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Process, Project, Related, Severity, rule, started_by


@rule(on=Process, severity=Severity.WARNING, since="0.1")
def repeated_option(process: Process, project: Project) -> Iterator[Finding]:
    for first, last in process.repeated:
        yield Finding(
            first.span,
            f"`{first.switch} {first.value.python()}` has no effect: a second "
            f"`{last.switch} {last.value.python()}` follows, and Celery takes the last one",
            help="leave one of them out",
            related=(Related(last.span, "the one that counts"), *started_by(process)),
        )
