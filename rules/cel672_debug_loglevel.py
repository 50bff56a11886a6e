"""CEL672: a deployed worker logs everything."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Process, Project, Severity, rule, started_by, unless


@rule(on=Process, severity=Severity.ADVICE, since="0.1")
def debug_loglevel(process: Process, project: Project) -> Iterator[Finding]:
    chosen = process.option("loglevel")
    if process.kind != "worker" or process.role != "production" or chosen is None:
        return
    if (chosen.text() or "").upper() != "DEBUG":
        return
    yield Finding(
        chosen.span,
        "the log of this worker gets the arguments of every task, and several lines for each"
        f"{unless(chosen.value)}",
        help="start it with `-l info`, and with `debug` while you look for something",
        related=started_by(process),
    )
