"""CEL614: far more greenlets than connections that they share."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    GREEN,
    Finding,
    Project,
    Related,
    Setting,
    Severity,
    Worker,
    concurrency,
    publishers,
    result_backend,
    rule,
    spelled,
    started_by,
    tasks_of,
)

_POOL = 10  # broker_pool_limit's default
_TIMES = 10


@rule(on=Worker, severity=Severity.WARNING, since="0.1", preview=True)
def green_concurrency_exceeds_connections(worker: Worker, project: Project) -> Iterator[Finding]:
    chosen, count = worker.fact("concurrency"), concurrency(worker)
    if worker.pool() not in GREEN or chosen is None or count is None:
        return
    if worker.started.role == "development" or chosen.value.environment():
        return
    for message, help_, related in _lacks(worker, count, project):
        yield Finding(chosen.span, message, help_, related=(*related, *started_by(worker.started)))


def _lacks(
    worker: Worker, count: float, project: Project
) -> Iterator[tuple[str, str, tuple[Related, ...]]]:
    limit = worker.setting("broker_pool_limit")
    places = _POOL if limit is None else _number(limit)
    taken, _ = tasks_of(worker, project)
    sending = publishers(taken, project)
    if places and count > _TIMES * places and sending and not worker.profile.open:
        task, span = sending[0]
        name = spelled(worker, "broker_pool_limit")
        yield (
            (
                f"{count:g} greenlets share {places:g} connections to the broker: those that send "
                f"tasks, like `{task.function}`, wait for each other"
            ),
            f"raise `{name}`",
            (
                Related(span, f"`{task.function}` sends a task here"),
                *(() if limit is None else (Related(limit.span, f"`{limit.written}`"),)),
            ),
        )
    most, shared = (
        worker.setting(name) for name in ("redis_max_connections", "result_backend_thread_safe")
    )
    backend = result_backend(worker)
    if most is None or shared is None or not shared.value.must(bool) or backend is None:
        return
    if backend.family == "redis" and 0 < (_number(most) or 0) < count:
        yield (
            (
                f"{count:g} greenlets share a result backend of {_number(most):g} connections: the "
                "others get `MaxConnectionsError`, and their results are lost"
            ),
            f"raise `{most.written}` above the concurrency",
            (Related(most.span, f"`{most.written}`"), Related(shared.span, "one backend for all")),
        )


def _number(setting: Setting) -> float | None:
    value = setting.value.python() if setting.value.known() else None
    return value if isinstance(value, int | float) else None
