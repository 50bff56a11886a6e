"""Which time limits a task has: its own, or those of the settings that it runs with."""

from __future__ import annotations

from dataclasses import dataclass

from celerylint.findings import Span
from celerylint.project.model import Context, Project, Task
from celerylint.project.values import Value

SOFT, HARD = "soft_time_limit", "time_limit"


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit: `set` is True, False, or None where it cannot be known; `origin` is decorator, base,
    annotation or setting, `span` where it is given (both None where it is not).
    """

    set: bool | None
    origin: str | None = None
    span: Span | None = None
    value: Value | None = None


def limit(task: Task, name: str, context: Context) -> Limit:
    """The task's `soft_time_limit` or `time_limit` in a context.

    None and 0 fall through to the setting: there is no way to say that one task has no limit
    (celery/worker/request.py: `time_limit or task.time_limit`).
    """
    option = task.option(name)
    if option is not None:
        own = _limits(option.value)
        if own is not False:
            return Limit(own, option.origin, option.span, option.value)
    setting = context.setting(f"task_{name}")
    found = Limit(None if context.profile.open else False)
    if setting is not None:
        found = Limit(_limits(setting.value), "setting", setting.span, setting.value)
    if not found.set and task.open:
        return Limit(None)
    return found


def _limits(value: Value) -> bool | None:
    """Does this value limit anything? Where the environment decides, its default counts."""
    if value.must(_positive):
        return True
    return None if value.may(_positive) else False


def _positive(value: object) -> bool:
    if isinstance(value, str):  # what an environment variable without a cast is: Celery takes it
        return value not in ("", "0")
    return isinstance(value, int | float) and value > 0


def tasks_of(context: Context, project: Project) -> list[Task]:
    """The tasks that the context's app runs: its own, and the shared ones that no other app is nearer to."""
    folders = {app.id: _folder(app.span.path) for app in project.apps}
    found = []
    for task in project.tasks:
        if task.app is not None:
            if task.app == context.app.id:
                found.append(task)
            continue
        near = {name: _common(folder, task.span.path) for name, folder in folders.items()}
        if near[context.app.id] == max(near.values()):
            found.append(task)
    return found


def _folder(path: str) -> list[str]:
    return path.split("/")[:-1]


def _common(folder: list[str], path: str) -> int:
    """How many leading folders are the same."""
    count = 0
    for one, other in zip(folder, _folder(path), strict=False):
        if one != other:
            break
        count += 1
    return count
