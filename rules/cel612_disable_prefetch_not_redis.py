"""CEL612: prefetching is switched off on a broker that ignores it."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Project,
    Related,
    Severity,
    Worker,
    brokers,
    rule,
    started_by,
)


@rule(on=Worker, severity=Severity.WARNING, since="0.1", preview=True)
def disable_prefetch_not_redis(worker: Worker, project: Project) -> Iterator[Finding]:
    process, chosen = worker.started, worker.fact("disable_prefetch")
    if chosen is None or not chosen.value.must(bool):
        return
    if not worker.app.celery.all_at_least(5, 6) or process.role == "development":
        return
    found = list(brokers(worker))
    for broker in found:
        if all(each.transport != "redis" for each in found):
            yield Finding(
                chosen.span,
                f"prefetching can be switched off on Redis only: with {broker.written} the worker "
                "ignores this, and goes on reserving messages",
                help="write `--prefetch-multiplier 1`, with `acks_late=True` on long tasks",
                related=(
                    Related(broker.span, f"the broker is {broker.written}"),
                    *started_by(process),
                ),
                severity=Severity.ADVICE if broker.env else None,
            )
