"""CEL353: the processes of a worker share a connection that was opened before they were forked."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Related, Severity, Shared, rule, where_run


@rule(on=Shared, severity=Severity.ERROR, since="0.1")
def fork_unsafe_global(shared: Shared, project: Project) -> Iterator[Finding]:
    if shared.kind != "connection":
        return
    near = where_run(shared.task, project)
    pools = {each.pool() for each in near} or {"prefork"}
    if "prefork" not in pools:
        return
    workers = [
        Related(each.process.span, "a prefork worker that runs it")
        for each in near
        if each.process is not None and each.pool() == "prefork"
    ]
    yield Finding(
        shared.span,
        f"`{shared.name}` is one connection for all processes of a prefork worker: it is opened "
        f"when `{shared.span.path}` is imported, before they are forked, so that a task such as "
        f"`{shared.task.function}` may read the answer to another one's question",
        help=f"open it where it is first used (a function under `functools.cache` that returns "
        f"`{shared.text}(…)`), or in a receiver of `worker_process_init`",
        related=(*shared.proof, *workers[:1]),
    )
