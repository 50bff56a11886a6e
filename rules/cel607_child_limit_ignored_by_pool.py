"""CEL607: processes that are replaced after some work exist in the prefork pool only."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Project,
    Related,
    Severity,
    Worker,
    pool_place,
    rule,
    started_by,
)

_OPTIONS = ("max_tasks_per_child", "max_memory_per_child")


@rule(on=Worker, severity=Severity.WARNING, since="0.1")
def child_limit_ignored_by_pool(worker: Worker, project: Project) -> Iterator[Finding]:
    process, pool = worker.started, worker.pool()
    if pool in (None, "prefork") or process.role == "development":
        return
    for name in _OPTIONS:
        chosen = worker.fact(name)
        if chosen is None or not chosen.value.must(bool):
            continue
        shared = chosen.origin.startswith("setting")
        if shared and _heeded(worker, project):
            continue
        written = chosen.origin.partition(" ")[2] or f"--{name.replace('_', '-')}"
        yield Finding(
            chosen.span,
            f"a {pool} pool has no processes to replace, so `{written}` does nothing: what leaks "
            "stays until the worker is restarted",
            help="run these tasks in a prefork pool, or let the process manager restart the worker",
            related=(
                Related(pool_place(worker), f"the pool is {pool}"),
                *started_by(process),
            ),
        )


def _heeded(worker: Worker, project: Project) -> bool:
    """Does another worker with the same settings (perhaps) replace its processes?"""
    return any(
        isinstance(each, Worker) and each.profile is worker.profile and each.pool() in _HEEDING
        for each in project.running
    )


_HEEDING = (None, "prefork")
