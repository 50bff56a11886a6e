"""Options of task decorators that mean nothing to Celery, and what they were meant to be."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint import oracle
from celerylint.oracle import TaskTable
from celerylint.project.model import CeleryVersions, Option, Project, Task
from celerylint.project.values import Literal, Mapping, Sequence
from celerylint.structs import dataclass

# How much alike two names are of which one is a slip of the other.
_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class OptionSlip:
    """An option of a task that does nothing, or (kind method) breaks the method of its name.

    kind: call (an option of `apply_async`), newer (known from a later release on, which is
    `meant`), slip (for the option `meant`) or method.
    """

    option: Option
    kind: str
    meant: str = ""


def option_slips(task: Task, project: Project) -> Iterator[OptionSlip]:
    """The options at the task's decorator that its Celery does not know, and why they were given.

    What has no likely reason is the project's own business: any keyword becomes an attribute. So
    is what its code reads, and what a base class that is not known may read.
    """
    if task.open:
        return
    apps = {each.id: each.celery for each in project.apps}
    celery = apps.get(task.app or "", project.celery)
    tables = [oracle.task_options(each) for each in oracle.representatives(celery.allowed)]
    for name, option in task.options.items():
        if option.origin == "decorator" and name not in project.read_options:
            kind, meant = _kind(name, option, tables, celery)
            if kind:
                yield OptionSlip(option, kind, meant)


def _kind(
    name: str, option: Option, tables: list[TaskTable], celery: CeleryVersions
) -> tuple[str, str]:
    import difflib

    known = [table for table in tables if table.known(name)]
    if known:
        broken = all(name in table.methods for table in known) and _is_data(option)
        return ("method", "") if broken else ("", "")
    release = _release_of(name)
    if release is not None:
        later = all(each < release for each in celery.allowed)
        return ("newer", ".".join(map(str, release))) if later else ("", "")
    if any(name in table.documented for table in tables):
        return "call", ""
    names = {each for table in tables for each in _names(table)}
    close = difflib.get_close_matches(name, sorted(names), 1, _ALIKE)
    return ("slip", close[0]) if close else ("", "")


def _is_data(option: Option) -> bool:
    values = list(option.value.alternatives())
    return all(isinstance(each, Literal | Mapping | Sequence) for each in values)


def _release_of(name: str) -> tuple[int, ...] | None:
    """The series that brought an option, of those that were probed."""
    for series in oracle.series():
        if oracle.task_options(series).known(name):
            return series
    return None


def _names(table: TaskTable) -> Iterator[str]:
    for group in (table.attributes, table.from_config, table.decorator, table.retry):
        yield from group
    yield from table.execution
