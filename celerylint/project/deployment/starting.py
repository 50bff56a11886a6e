"""Who starts a process, in the words of the file that does."""

from __future__ import annotations

from celerylint.findings import Related, Span
from celerylint.project.process import Process

_UNITS = {
    "compose": "service",
    "supervisor": "program",
    "systemd": "unit",
    "procfile": "process",
    "kubernetes": "workload",
    "helm": "workload",
    "ecs": "container",
    "htcondor": "job",
}


def named(process: Process) -> str:
    """The unit that starts a process, such as "service `worker`"; its command where none does."""
    if process.service is None:
        return f"`celery {process.kind}`"
    return f"{_UNITS.get(process.platform, 'unit')} `{process.service}`"


def started_by(process: Process) -> tuple[Related, ...]:
    """Where a process is started, for each chain that leads there from another line."""
    chains = process.reached_by or (process.chain,)
    found: dict[Span, str] = {}
    for chain in chains:
        if chain and (chain[0].path, chain[0].line) != (process.span.path, process.span.line):
            what = "the file around it" if process.reached_by else named(process)
            found.setdefault(chain[0], f"started by {what}")
    return tuple(Related(span, message) for span, message in found.items())
