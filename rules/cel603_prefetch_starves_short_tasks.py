"""CEL603: a worker reserves short tasks behind long ones that another worker could run."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    GREEN,
    Finding,
    Project,
    Related,
    Severity,
    Worker,
    multiplier,
    named,
    rival,
    rule,
    spread,
    started_by,
    tasks_of,
)


@rule(on=Worker, severity=Severity.WARNING, since="0.1")
def prefetch_starves_short_tasks(worker: Worker, project: Project) -> Iterator[Finding]:
    process, ahead, pool = worker.started, multiplier(worker), worker.pool()
    disabled = worker.fact("disable_prefetch")
    if process.role == "development" or process.alternative_of or pool is None or pool in GREEN:
        return
    if ahead is None or ahead < 2 or (disabled is not None and disabled.value.may(bool)):
        return
    taken, _ = tasks_of(worker, project)
    found, other = spread(taken, worker), rival(worker, project)
    if found is None or other is None:
        return
    chosen = worker.fact("prefetch_multiplier")
    rest = "another of its copies" if other is worker else named(other.started)
    yield Finding(
        process.span if chosen is None else chosen.span,
        f"this worker reserves {ahead:g} messages for each process, so `{found.short.function}` "
        f"(at most {found.short_limit:g} s) waits behind `{found.long.function}` (up to "
        f"{found.long_limit:g} s) although {rest} may be idle",
        help=_help(worker),
        related=(
            Related(found.short.span, f"`{found.short.function}` is short"),
            Related(found.long.span, f"`{found.long.function}` is long"),
            *(() if other is worker else (Related(other.started.span, "takes the same messages"),)),
            *started_by(process),
        ),
    )


def _help(worker: Worker) -> str:
    cure = "send the long tasks to a queue with a worker of its own"
    if worker.app.celery.all_at_least(5, 6):
        cure += ", or start it with `--disable-prefetch` (on Redis)"
    return f"{cure}, or `--prefetch-multiplier 1` with `acks_late=True` on the long tasks"
