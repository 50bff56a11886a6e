"""CEL609: `--autoscale` does something else than it seems to."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Chosen,
    Finding,
    Project,
    Related,
    Severity,
    Span,
    Worker,
    pool_place,
    rule,
    started_by,
)

_Said = tuple[Span, str, str, Severity]


@rule(on=Worker, severity=Severity.ERROR, since="0.1")
def autoscale_option_surprise(worker: Worker, project: Project) -> Iterator[Finding]:
    process, scale = worker.started, worker.started.option("autoscale")
    said = _said(worker, scale, _numbers(scale)) if scale is not None else None
    if said is None or process.role == "development":
        return
    place, message, help_, severity = said
    pool = worker.pool()
    related = (Related(pool_place(worker), f"the pool is {pool}"),) if pool else ()
    yield Finding(
        place, message, help_, related=(*related, *started_by(process)), severity=severity
    )


def _said(worker: Worker, scale: Chosen, numbers: list[int]) -> _Said | None:
    if not numbers:
        return None
    pool, count = worker.pool(), worker.started.option("concurrency")
    first, second = (*numbers, 0)[:2]
    low, high = min(first, second), max(first, second)
    if pool in ("threads", "solo"):
        stays = f"a {pool} pool cannot grow, so it stays at {max(low, 1)}"
        return scale.span, stays, "write `-c N` instead of `--autoscale`", Severity.ERROR
    if worker.app.celery.all_below(5) and first < second:
        order = (
            f"Celery 4 reads the first number as the maximum: {first} is below the minimum, "
            f"{second}, so the pool never grows"
        )
        return scale.span, order, f"write `--autoscale={high},{low}`", Severity.ERROR
    if len(numbers) == 1:
        empty = (
            f"one number means 0 to {high}: the worker starts without a process, and forks one "
            "when the first task comes"
        )
        return scale.span, empty, f"write `--autoscale={high},1`", Severity.WARNING
    if count is not None and count.origin == "option":
        beside = f"this does nothing beside `--autoscale`: the pool has {low} to {high} processes"
        return count.span, beside, "remove it", Severity.WARNING
    return None


def _numbers(scale: Chosen | None) -> list[int]:
    """The numbers as written; none where they are not known for certain."""
    if scale is None or scale.value.environment():
        return []
    parts = (scale.text() or "").split(",")
    return [int(each) for each in parts] if all(each.strip().isdigit() for each in parts) else []
