"""CEL667: a command that this Celery does not have any more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from celerylint.rule import (
    OLD_COMMANDS,
    Finding,
    Process,
    Project,
    Severity,
    celery_of,
    rule,
    started_by,
)

_NAME = re.compile(r"[^/\\]*$")


@rule(on=Process, severity=Severity.ERROR, since="0.1")
def removed_celery_command(process: Process, project: Project) -> Iterator[Finding]:
    celery = celery_of(process, project)
    if not process.words or not celery.allowed:
        return
    match = _NAME.search(process.words[0])
    name = match[0] if match is not None else ""
    module = name.startswith("celery.bin.")
    managed = "manage.py" in process.wrappers
    old = managed or name in OLD_COMMANDS
    if not old or not celery.all_at_least(5 if module else 4):
        return
    written = f"manage.py {name}" if managed else f"python -m {name}" if module else name
    app = process.app.text() if process.app is not None else None
    yield Finding(
        process.span,
        f"`{written}` {_fate(module, managed)}, so this {process.kind} never starts",
        help=f"write `celery -A {app or 'your_app'} {process.kind} …`",
        related=started_by(process),
    )


def _fate(module: bool, managed: bool) -> str:
    if module:
        return "only imports that module since Celery 5 and ends at once, with status 0"
    if managed:
        return "came with django-celery, which works with Celery 3.1 at the latest"
    return "is gone since Celery 4"
