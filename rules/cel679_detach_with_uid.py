"""CEL679: a worker that goes to the background under another user's id never runs."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    CeleryVersions,
    Chosen,
    Finding,
    Process,
    Project,
    Severity,
    celery_of,
    rule,
    started_by,
)

_USER = {
    "systemd": "write `User={0}` into the unit",
    "supervisor": "write `user={0}` into the program",
    "compose": "write `user: {0}` into the service",
    "dockerfile": "write `USER {0}` into the Dockerfile",
}


@rule(on=Process, severity=Severity.ERROR, since="0.1")
def detach_with_uid(process: Process, project: Project) -> Iterator[Finding]:
    celery = celery_of(process, project)
    if process.kind != "worker" or not celery.allowed or not celery.all_at_least(5):
        return
    detach = process.option("detach")
    if not process.multi and (detach is None or detach.origin != "option"):
        return
    how = "`celery multi`" if process.multi else "`--detach`"
    for name in ("uid", "gid"):
        chosen = process.option(name)
        why = _why(process, name, chosen, celery) if chosen is not None else ""
        if chosen is not None and why:
            yield Finding(
                chosen.span,
                f"{how} makes the worker start itself anew after it took this id, and {why}: it "
                "ends without a word in any log, and the command reports success",
                help=_help(process, name, chosen.text()),
                related=started_by(process),
            )
            return


def _why(process: Process, name: str, chosen: Chosen, celery: CeleryVersions) -> str:
    """Why the second start fails, "" where it does not or may not."""
    value = chosen.text()
    apart = chosen.origin == "option" and not process.multi and f"--{name}" in process.words
    if apart and celery.all_at_least(5, 3):
        left = f"`{value}`" if value else "the value"
        return f"leaves out the word `--{name}` but not {left}, which Celery then cannot read"
    if name == "gid" or not value or value in ("0", "root"):
        return ""
    return f"it may not become `{value}` a second time, since it is not root any more"


def _help(process: Process, name: str, value: str | None) -> str:
    if name == "gid":
        return f"write it as one word: `--gid={value or '…'}`"
    user = value or "celery"
    manager = _USER.get(process.platform, "run the command as that user (`su {0} -c '…'`)")
    return f"{manager.format(user)}, and leave `--uid` out"
