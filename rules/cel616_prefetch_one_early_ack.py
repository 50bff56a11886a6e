"""CEL616: a prefetch multiplier of 1 with tasks that are acknowledged before they run."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Project,
    Related,
    Severity,
    Worker,
    early_tasks,
    multiplier,
    rule,
    spread,
    started_by,
    tasks_of,
)


@rule(on=Worker, severity=Severity.ADVICE, since="0.1", default=False)
def prefetch_one_early_ack(worker: Worker, project: Project) -> Iterator[Finding]:
    process, chosen = worker.started, worker.fact("prefetch_multiplier")
    disabled = worker.fact("disable_prefetch")
    if chosen is None or multiplier(worker) != 1 or process.role == "development":
        return
    if disabled is not None and disabled.value.may(bool):
        return
    taken, _ = tasks_of(worker, project)
    found = spread(taken, worker)
    if found is None or not any(each is found.long for each in early_tasks(worker, project)):
        return
    yield Finding(
        chosen.span,
        f"each process still reserves one message: `{found.long.function}` is acknowledged when it "
        f"starts, and the next task waits for its end (up to {found.long_limit:g} s)",
        help="give it `acks_late=True` if it can bear to run twice",
        related=(
            Related(found.long.span, f"`{found.long.function}` is long"),
            Related(found.short.span, f"`{found.short.function}` is short"),
            *started_by(process),
        ),
    )
