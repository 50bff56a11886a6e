"""CEL610: a memory limit in KiB that was meant in another unit."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Project,
    Setting,
    Severity,
    Span,
    Value,
    Worker,
    rule,
    started_by,
)

_LEAST = 20_000  # a process of Celery has 30,000 to 100,000 KiB before it runs anything
_MOST = 64 * 1024 * 1024


@rule(on=Worker, severity=Severity.ERROR, since="0.1", preview=True)
def of_an_option(worker: Worker, project: Project) -> Iterator[Finding]:
    chosen = worker.started.option("max_memory_per_child")
    if chosen is None or chosen.value.environment() or worker.pool() not in (None, "prefork"):
        return
    count = chosen.number()
    if count is not None:
        for finding in _judged(count, chosen.span):
            yield Finding(
                finding.span,
                finding.message,
                finding.help,
                started_by(worker.started),
                finding.severity,
            )


@rule(on=Setting, severity=Severity.ERROR, since="0.1", preview=True)
def of_a_setting(setting: Setting, project: Project) -> Iterator[Finding]:
    if setting.name == "worker_max_memory_per_child":
        yield from _judged(_number(setting.value), setting.span)


def _number(value: Value) -> float:
    found = value.python() if value.known() else 0
    return found if isinstance(found, int | float) else 0


def _judged(count: float, span: Span) -> Iterator[Finding]:
    if 0 < count < _LEAST:
        yield Finding(
            span,
            f"the limit is in KiB: a process has more than {count:g} KiB before it runs anything, "
            "so it is replaced after every task",
            help=f"if MiB were meant, write {count * 1024:.0f}",
        )
    elif count >= _MOST:
        yield Finding(
            span,
            f"the limit is in KiB, so this is {count / 1024 / 1024:,.0f} GiB: it is never reached",
            help=f"if bytes were meant, write {count / 1024:.0f}",
            severity=Severity.WARNING,
        )
