"""CEL604: a worker's pool never enforces the time limits of the tasks that it runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from celerylint.rule import (
    Finding,
    Ignored,
    Project,
    Related,
    Severity,
    Worker,
    first_few,
    ignored_limits,
    pool_place,
    rule,
    started_by,
    unless,
)

_NAMED = 3
_WORDS = {"soft_time_limit": "soft limit", "time_limit": "hard limit"}


@rule(on=Worker, severity=Severity.WARNING, since="0.1")
def limit_not_enforced_by_pool(worker: Worker, project: Project) -> Iterator[Finding]:
    process, pool = worker.started, worker.pool()
    if process.role == "development":
        return
    found = tuple(ignored_limits(worker, project))
    if not found:
        return
    chosen = worker.fact("pool")
    hedge = unless(chosen.value) if chosen is not None else ""
    kinds = " or ".join(
        _WORDS[name].removesuffix(" limit") for name in _WORDS if any(e.name == name for e in found)
    )
    tasks = list(dict.fromkeys(each.task.function for each in found))
    count = f"{len(tasks)} task{'s' if len(tasks) > 1 else ''}"
    yield Finding(
        pool_place(worker),
        f"a {pool} pool never enforces a {kinds} limit: {count} of this worker may hang for ever "
        f"all the same: {first_few(tasks)}{hedge}",
        help=_help(pool),
        related=(*_proof(worker, found), *started_by(process)),
        severity=Severity.ADVICE if hedge else None,
    )


def _proof(worker: Worker, found: Sequence[Ignored]) -> Iterator[Related]:
    if pool_place(worker) != worker.started.span:
        yield Related(worker.started.span, "this worker runs with it")
    for span, name in list(dict.fromkeys((each.span, each.name) for each in found))[: _NAMED + 1]:
        yield Related(span, f"this {_WORDS[name]} is written down, and nothing comes of it")


def _help(pool: str | None) -> str:
    if pool == "gevent":
        return "set a hard limit (`time_limit`), which gevent enforces, or use `gevent.Timeout`"
    return "give the calls inside timeouts of their own, or run these tasks in a prefork worker"
