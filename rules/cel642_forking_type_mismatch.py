"""CEL642: systemd waits for a process to go to the background that never does."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Process, Project, Related, Severity, rule

_WAITS = {
    "forking": "for the command to return, which it never does",
    "notify": "for a message that Celery never sends",
    "notify-reload": "for a message that Celery never sends",
}


@rule(on=Process, severity=Severity.ERROR, since="0.1", preview=True)
def forking_type_mismatch(process: Process, project: Project) -> Iterator[Finding]:
    kind = process.keys.get("Type")
    if process.platform != "systemd" or kind is None or process.open:
        return
    if process.multi or process.background or process.option("detach"):
        return
    waits = _WAITS.get(kind.text() or "")
    if waits is not None and process.executes is not None:
        yield Finding(
            kind.span,
            f"with `Type={kind.text()}` systemd waits {waits}: after the time to start (90 s) it "
            f"kills the {process.kind} and starts it again",
            help="write `Type=exec`",
            related=(Related(process.span, "it stays in the foreground"),),
        )
