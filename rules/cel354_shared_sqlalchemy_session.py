"""CEL354: tasks use a session of SQLAlchemy that outlives them."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    CONCURRENT,
    Finding,
    Project,
    Related,
    Severity,
    Shared,
    Task,
    rule,
    where_run,
)


@rule(on=Shared, severity=Severity.ERROR, since="0.1")
def shared_sqlalchemy_session(shared: Shared, project: Project) -> Iterator[Finding]:
    if shared.kind not in {"session", "scoped"}:
        return
    task, pool, places = _at_once(shared, project)
    if pool is not None and shared.kind == "session":
        yield Finding(
            shared.span,
            f"`{shared.name}` is one session for all tasks that run at the same time ({pool}), "
            f"such as `{task.function}`: they commit and roll back each other's work, and fail "
            f"where two use it at once",
            help=_cure(shared),
            related=(*shared.proof, *places),
        )
    elif not shared.healed:
        yield Finding(
            shared.span,
            f"`{shared.name}` keeps its transaction from one task to the next, and nothing that "
            f"was read rolls it back: after a flush, a statement or a connection that failed, "
            f"`{shared.task.function}` fails in the same process each time, until that is "
            f"restarted",
            help=_cure(shared),
            related=shared.proof,
            severity=Severity.WARNING if shared.kind == "scoped" else None,
        )


def _at_once(shared: Shared, project: Project) -> tuple[Task, str | None, tuple[Related, ...]]:
    """A task that uses it, and the pool that runs several of them in one process."""
    if shared.pools:
        pool = " or ".join(shared.pools) if CONCURRENT.issuperset(shared.pools) else None
        return shared.task, pool, ()
    for task in shared.tasks:
        for each in where_run(task, project):
            pool = each.pool()
            if pool in CONCURRENT:
                place = None if each.process is None else each.process.span
                return task, pool, () if place is None else (Related(place, f"a {pool} worker"),)
    return shared.task, None, ()


def _cure(shared: Shared) -> str:
    if shared.kind == "scoped":
        return (
            f"call `{shared.name}.remove()` in a receiver of `task_postrun`, or open a session in "
            f"each task: `with sessionmaker(engine).begin() as session:`"
        )
    given = "engine" if shared.made else ""
    return f"open it in each task: `with {shared.text}({given}) as {shared.name}:`"
