"""CEL801: Flower shows everything to everyone who reaches it."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Process,
    Project,
    Related,
    Severity,
    exposed,
    rule,
    started_by,
)


@rule(on=Process, severity=Severity.ERROR, since="0.1")
def flower_without_auth(process: Process, project: Project) -> Iterator[Finding]:
    found = exposed(process) if process.role == "production" else None
    if found is None:
        return
    who = "the port is published, and " if found.published else ""
    can = "read the arguments and results of all tasks"
    if found.api:
        can += ", start tasks and shut down workers"
    related = []
    if found.published is not None:
        related.append(Related(found.published, "the published port"))
    if found.api is not None:
        related.append(Related(found.api, "this opens its API, too"))
    yield Finding(
        process.span,
        f"Flower listens on all interfaces and asks for no password: {who}everyone who reaches it "
        f"can {can}",
        help="set `--basic-auth` (FLOWER_BASIC_AUTH) or an `--auth-provider`, or bind it to "
        "127.0.0.1 (`--address`, or the published port)",
        related=(*related, *started_by(process)),
        severity=None if found.published or found.api else Severity.WARNING,
    )
