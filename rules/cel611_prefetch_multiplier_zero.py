"""CEL611: a prefetch multiplier of 0, which turns nothing off."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Context, Finding, Project, Severity, Worker, rule, spelled, started_by


@rule(on=Worker, severity=Severity.WARNING, since="0.1", preview=True)
def of_an_option(worker: Worker, project: Project) -> Iterator[Finding]:
    chosen = worker.started.option("prefetch_multiplier")
    if chosen is None or chosen.value.environment() or chosen.number() != 0:
        return
    name = spelled(worker, "worker_prefetch_multiplier")
    yield Finding(
        chosen.span,
        f"a multiplier of 0 counts as not given: the worker reserves as many messages as `{name}` "
        "says, 4 for each process by default",
        help=_help(worker),
        related=started_by(worker.started),
    )


@rule(on=Context, severity=Severity.WARNING, since="0.1", preview=True)
def of_a_setting(context: Context, project: Project) -> Iterator[Finding]:
    setting = context.setting("worker_prefetch_multiplier")
    disabled = context.setting("worker_disable_prefetch")
    if setting is None or not setting.value.known() or context.profile.role in _ELSEWHERE:
        return
    if setting.value.python() == 0 and (disabled is None or not disabled.value.may(bool)):
        yield Finding(
            setting.span,
            f"`{setting.written} = 0` takes the limit away: the first worker reserves the whole "
            "queue, and keeps it in memory",
            help=_help(context),
        )


_ELSEWHERE = ("development", "test")


def _help(context: Context) -> str:
    if context.app.celery.all_at_least(5, 6):
        return "write 1 with `task_acks_late`, or `worker_disable_prefetch` (on Redis)"
    return "write 1, with `task_acks_late` where tasks can bear to run twice"
