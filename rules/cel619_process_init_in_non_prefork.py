"""CEL619: a function waits for a signal that the workers' pool never sends."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    CONCURRENT,
    Finding,
    Project,
    Receiver,
    Related,
    Severity,
    Span,
    Worker,
    contexts_of,
    named,
    pool,
    pool_place,
    rule,
)


@rule(on=Project, severity=Severity.WARNING, since="0.1")
def process_init_in_non_prefork(project: Project, _: Project) -> Iterator[Finding]:
    for receiver in project.receivers:
        workers = _workers(receiver, project)
        if not workers:
            continue
        pools = sorted({each.pool() or "" for each in workers})
        yield Finding(
            receiver.span,
            f"`{receiver.name}` never runs: no worker with the pool {' or '.join(pools)} sends "
            f"`{receiver.signal}`, so {receiver.missed} there",
            help=f"connect `{receiver.name}` to `worker_init`, which every worker sends once",
            related=tuple(
                Related(pool_place(each), f"{named(each.started)} has the pool {each.pool()}")
                for each in workers
            ),
        )


def _workers(receiver: Receiver, project: Project) -> list[Worker]:
    """The workers of production that import it, if none of these, of any profile, can send it and
    none may be a worker of apps that are not known."""
    found: dict[Span, Worker] = {}
    for process in project.processes:
        if process.kind != "worker" or process.role != "production":
            continue
        if process.app_id is not None and process.app_id not in receiver.apps:
            continue
        if pool(process, project) not in CONCURRENT:
            return []
        for each in contexts_of(process, project):
            if isinstance(each, Worker):
                found.setdefault(process.span, each)
    if {each.app.id for each in found.values()} != receiver.apps:
        return []
    return list(found.values())
