"""CEL635: a probe asks every worker, or nobody, whether this one is alive."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Probe,
    Process,
    Project,
    Severity,
    also_answering,
    pool,
    rule,
    started_by,
)

_HELP = "ask this worker alone, in a shell: `sh -c 'celery … inspect ping -d celery@$HOSTNAME'`"


@rule(on=Process, severity=Severity.ERROR, since="0.1")
def probe_pings_everyone(process: Process, project: Project) -> Iterator[Finding]:
    if process.kind != "worker" or process.role != "production":
        return
    for probe in process.probes:
        if probe.kind == "startup":
            continue
        fails = _fails(probe, process)
        message = fails or _misleads(probe, process, project)
        if message is not None:
            yield Finding(
                probe.span,
                message,
                help=_HELP,
                related=started_by(process),
                severity=None if fails else Severity.WARNING,
            )


def _fails(probe: Probe, process: Process) -> str | None:
    if probe.literal:
        return (
            f"no shell replaces the variable in `{probe.literal}`: no worker has that name, so "
            "nobody answers and the probe fails each time"
        )
    patience = _patience(probe, process)
    if not _asks_all(probe) or patience is None or probe.wait is None or patience > probe.wait:
        return None
    return (
        f"a ping to all workers takes more than the {probe.wait:g} s that it waits for answers, "
        f"and Kubernetes gives it {patience:g} s: the probe fails each time"
    )


def _misleads(probe: Probe, process: Process, project: Project) -> str | None:
    if _asks_all(probe) and also_answering(process, project):
        return (
            "this asks all workers, and one answer is enough: a worker that hangs passes for alive"
        )
    if probe.destination is None or probe.kind != "healthcheck":
        return None
    if pool(process, project) != "solo":
        return None
    return "a solo worker answers no ping while it runs a task, and is taken for dead"


def _asks_all(probe: Probe) -> bool:
    return probe.destination is None and not probe.open and not probe.piped


def _patience(probe: Probe, process: Process) -> float | None:
    """How long Kubernetes waits for the probe's end; None for others, or where not known."""
    if process.platform not in ("kubernetes", "helm"):
        return None
    name = "readinessProbe" if probe.kind == "readiness" else "livenessProbe"
    given = process.keys.get(f"{name}.timeoutSeconds")
    return 1.0 if given is None else given.number()
