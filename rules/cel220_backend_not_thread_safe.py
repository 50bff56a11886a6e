"""CEL220: greenlets, of a worker or a web server, make the result backend anew again and again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from celerylint.rule import (
    CONNECTING,
    GREEN,
    Context,
    Finding,
    Project,
    Related,
    ResultBackend,
    Severity,
    Task,
    WebServer,
    Worker,
    first_few,
    keepers,
    pool_place,
    result_backend,
    rule,
    sent_and_kept,
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


@rule(on=Project, severity=Severity.WARNING, since="0.1")
def backend_made_by_requests(project: Project, _: Project) -> Iterator[Finding]:
    for server in project.servers if len(project.apps) == 1 else ():
        for context in project.contexts if server.role == "production" else ():
            backend = result_backend(context)
            # Other backends open nothing when a task is sent (celery/backends: on_task_call).
            if backend is None or backend.family != "redis" or not _made_anew(context):
                continue
            if context.profile.role not in ("production", "unknown"):
                continue
            kept = sent_and_kept(context, project)
            if kept:
                yield _of_server(server, context, backend, kept)


def _of_server(
    server: WebServer, context: Context, backend: ResultBackend, kept: Sequence[Task]
) -> Finding:
    hedge = unless(server.chosen.value, *backend.guesses)
    who = f"{server.program} on {server.library}" if server.program else server.library
    return Finding(
        server.chosen.span,
        f"each request that sends a task may open a connection of its own to {backend.family}: "
        f"{who} runs requests in greenlets, each makes the result backend anew, and "
        f"{_count(kept)} results: "
        f"{_first(kept)}{hedge}",
        help=_help(context),
        related=(*_proof(context, backend, kept), *_chain(server)),
        severity=Severity.ADVICE if hedge else None,
    )


def _count(kept: Sequence[Task]) -> str:
    return f"{len(kept)} of the tasks that the code sends {'keeps' if len(kept) == 1 else 'keep'}"


def _chain(server: WebServer) -> Iterator[Related]:
    own = (server.chosen.span.path, server.chosen.span.line)
    for span in server.chain[:1]:
        if (span.path, span.line) != own:
            yield Related(span, "started by this")


def _made_anew(worker: Context) -> bool:
    """Is the backend surely not shared? Celery reads the setting from 5.3 on."""
    setting = worker.setting(_SETTING)
    if worker.app.celery.all_below(5, 3):
        return True
    return not worker.profile.open if setting is None else not setting.value.may(bool)


def _proof(worker: Context, backend: ResultBackend, kept: Sequence[Task]) -> Iterator[Related]:
    setting = worker.setting(_SETTING)
    state = f"; `{spelled(worker, _SETTING)}` is not set" if setting is None else ""
    yield Related(backend.span, f"the result backend is `{backend.written}`{state}")
    if setting is not None:
        yield Related(setting.span, f"`{setting.written}` does not share it")
    for task in kept[:_NAMED]:
        yield Related(task.span, f"`{task.function}` keeps its result")


def _help(worker: Context) -> str:
    name = spelled(worker, _SETTING)
    if worker.app.celery.all_at_least(5, 7):
        return f"set `{name} = True`, or `ignore_result=True` on tasks whose result nobody reads"
    cure = "give `ignore_result=True` to the tasks whose result nobody reads"
    if worker.app.celery.all_at_least(5, 3):
        return f"{cure}; `{name}` breaks concurrent `.get()` before Celery 5.7"
    return cure


def _first(tasks: Sequence[Task]) -> str:
    return first_few([task.function for task in tasks])
