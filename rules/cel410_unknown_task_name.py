"""CEL410: a task is sent by a name that no task has."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Related, Severity, UnknownName, rule

_WHY = {
    "kin": "only tasks of similar names",
    "module": "and no such module",
    "nothing": "and nothing of that name in its module",
    "other": "the one that is meant has another name",
    "plain": "what stands there is not made a task",
}


@rule(on=UnknownName, severity=Severity.ERROR, since="0.1")
def worker_discards_it(unknown: UnknownName, project: Project) -> Iterator[Finding]:
    by_name = {task.name: task for task in project.tasks}
    meant = by_name.get(unknown.meant)
    places = [] if meant is None else [Related(meant.span, f"is named `{unknown.meant}`")]
    if meant is None and unknown.place is not None:
        places.append(Related(unknown.place, "is no task"))
    yield Finding(
        unknown.span,
        f"no task is named `{unknown.name}` ({_WHY[unknown.kind]}): the worker that gets the "
        "message discards it, and the work is lost",
        help=f"write `{unknown.meant}`" if unknown.meant else "name a task that is registered",
        related=tuple(places),
    )
