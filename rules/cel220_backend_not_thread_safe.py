"""CEL220: a worker of greenlets makes its result backend anew for every task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from celerylint.rule import (
    CONNECTING,
    GREEN,
    Finding,
    Project,
    Related,
    ResultBackend,
    Severity,
    Task,
    Worker,
    keepers,
    pool_place,
    result_backend,
    rule,
    spelled,
    started_by,
    tasks_of,
    unless,
)

_SETTING = "result_backend_thread_safe"
_NAMED = 3


@rule(on=Worker, severity=Severity.WARNING, since="0.1")
def backend_not_thread_safe(worker: Worker, project: Project) -> Iterator[Finding]:
    pool, backend = worker.pool(), result_backend(worker)
    if pool not in GREEN or worker.started.role == "development" or not _made_anew(worker):
        return
    if backend is None or backend.family not in CONNECTING:
        return
    taken, _ = tasks_of(worker, project)
    kept = keepers(taken, worker, project)
    if not kept:
        return
    chosen = worker.fact("pool")
    hedge = unless(*([chosen.value] if chosen else []), *backend.guesses)
    keep = "keeps" if len(kept) == 1 else "keep"
    count = f"{len(kept)} of the {len(taken)} tasks that it runs {keep} results"
    yield Finding(
        pool_place(worker),
        f"every task that keeps its result opens a connection of its own to {backend.family}: a "
        f"{pool} worker makes the result backend once per greenlet, and {count}: "
        f"{_first(kept)}{hedge}",
        help=_help(worker),
        related=(*_proof(worker, backend, kept), *started_by(worker.started)),
        severity=Severity.ADVICE if hedge else None,
    )


def _made_anew(worker: Worker) -> bool:
    """Is the backend surely not shared? Celery reads the setting from 5.3 on."""
    setting = worker.setting(_SETTING)
    if worker.app.celery.all_below(5, 3):
        return True
    return not worker.profile.open if setting is None else not setting.value.may(bool)


def _proof(worker: Worker, backend: ResultBackend, kept: Sequence[Task]) -> Iterator[Related]:
    setting = worker.setting(_SETTING)
    state = f"; `{spelled(worker, _SETTING)}` is not set" if setting is None else ""
    yield Related(backend.span, f"the result backend is `{backend.written}`{state}")
    if setting is not None:
        yield Related(setting.span, f"`{setting.written}` does not share it")
    for task in kept[:_NAMED]:
        yield Related(task.span, f"`{task.function}` keeps its result")


def _help(worker: Worker) -> str:
    name = spelled(worker, _SETTING)
    if worker.app.celery.all_at_least(5, 7):
        return f"set `{name} = True`, or `ignore_result=True` on tasks whose result nobody reads"
    cure = "give `ignore_result=True` to the tasks whose result nobody reads"
    if worker.app.celery.all_at_least(5, 3):
        return f"{cure}; `{name}` breaks concurrent `.get()` before Celery 5.7"
    return cure


def _first(tasks: Sequence[Task]) -> str:
    shown = ", ".join(f"`{task.function}`" for task in tasks[:_NAMED])
    return f"{shown}, …" if len(tasks) > _NAMED else shown
