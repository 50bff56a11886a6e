"""CEL637: a worker in a small container starts a process for each CPU of the machine."""

from __future__ import annotations

import math
from collections.abc import Iterator

from celerylint.rule import (
    CONTAINERS,
    Finding,
    Process,
    Project,
    Related,
    Severity,
    Worker,
    rule,
    started_by,
)


@rule(on=Worker, severity=Severity.WARNING, since="0.1")
def concurrency_from_host_cpus(worker: Worker, project: Project) -> Iterator[Finding]:
    process = worker.started
    cpus = _cpus(process)
    if process.role != "production" or process.platform not in CONTAINERS or cpus is None:
        return
    if worker.pool() != "prefork" or worker.fact("concurrency") or worker.fact("autoscale"):
        return
    count = math.ceil(cpus)
    automatic = "`-c auto`, or " if worker.app.celery.all_at_least(5, 7) else ""
    yield Finding(
        process.span,
        "no `--concurrency`: the worker starts one process for each CPU of the machine, though its "
        f"container may use {cpus:g}: the memory and the connections are those of all of them",
        help=f"write {automatic}`-c {count}`",
        related=(
            Related(process.keys["cpus"].span, "all that the container may use"),
            *started_by(process),
        ),
    )


def _cpus(process: Process) -> float | None:
    """How many CPUs the container may use: `0.5`, or Kubernetes' `500m`."""
    chosen = process.keys.get("cpus")
    text = (chosen.text() or "").strip() if chosen is not None else ""
    factor = 0.001 if text.endswith("m") else 1.0
    try:
        return float(text.removesuffix("m")) * factor or None
    except ValueError:
        return None
