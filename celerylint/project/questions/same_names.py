"""Tasks that one app registers under one name."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.project.model import Project, Task
from celerylint.project.questions.limits import runners


def same_names(project: Project) -> Iterator[tuple[Task, ...]]:
    """The groups of tasks of one name that meet in one process, in the order of the files.

    Alternatives (a task made in a branch) are left out, and copies of one module in two places,
    which no process imports both.
    """
    groups: dict[tuple[str, int], list[Task]] = {}
    for task in project.tasks:
        if task.name is not None and not task.conditional:
            for app in runners(task, project.apps):
                groups.setdefault((task.name, project.apps.index(app)), []).append(task)
    told: set[tuple[object, ...]] = set()
    for found in groups.values():
        tasks = tuple(task for task in found if not _is_copy(task, found))
        spans = tuple(task.span for task in tasks)
        if len(tasks) > 1 and spans not in told:
            told.add(spans)
            yield tasks


def _is_copy(task: Task, others: list[Task]) -> bool:
    return any(
        task.module == other.module and task.span.path != other.span.path for other in others
    )
