"""With which serializer a task is sent, and what that does to an object of the database."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator

from celerylint.project.model import Context, Dispatch, Project, Setting, Task
from celerylint.project.values import Literal, Value

# kombu/serialization.py: register_json, register_yaml (the safe dumper), register_msgpack. None of
# them has a form for an instance of an arbitrary class.
_REFUSES = frozenset(
    {
        "json",
        "application/json",
        "yaml",
        "application/x-yaml",
        "msgpack",
        "application/x-msgpack",
        "application/msgpack",
    }
)
# Celery 4 made JSON the default; before, it was pickle.
_JSON_BY_DEFAULT = (4, 0)


class Carries(enum.Enum):
    """What becomes of an ORM object: it cannot be encoded, or arrives as a pickled copy."""

    REFUSED = "refused"
    COPIED = "copied"
    UNKNOWN = "unknown"


def carries(
    project: Project, task: Task | None, dispatch: Dispatch | None = None
) -> tuple[Carries, str, Setting | None]:
    """What becomes of an ORM object that a task is sent: its fate, the serializer's name ("" where
    it
    is not known), and the setting that decides (None: the call, the task or Celery's default does).
    """
    for value in own(task, dispatch):
        if value is not None and not value.must(lambda each: not each):
            return (*_fate(value), None)
    found = [_in_context(each) for each in contexts(project, task, dispatch)]
    if not found:
        return (*_default(project.celery.allowed), None)
    first = found[0]
    if any(each[0] is not first[0] for each in found):
        return Carries.UNKNOWN, "", next((each[2] for each in found if each[2] is not None), None)
    return first


def own(task: Task | None, dispatch: Dispatch | None) -> Iterator[Value | None]:
    """The serializers that call and task choose themselves, None where one does not."""
    if dispatch is not None:
        yield dispatch.options.get("serializer")
    # `send_task` of a name knows nothing of the task's options.
    if task is not None and (dispatch is None or dispatch.how != "send_task"):
        option = task.option("serializer")
        yield None if option is None else option.value


def contexts(project: Project, task: Task | None, dispatch: Dispatch | None) -> list[Context]:
    """The contexts whose settings count: those of the app, in production where that is known."""
    app = task.app if task is not None else None
    if app is None and dispatch is not None:
        app = dispatch.app
    own = [each for each in project.contexts if app in (None, each.app.id)]
    own = [each for each in own if each.profile.role != "test"] or own
    return [each for each in own if each.profile.role == "production"] or own


def _in_context(context: Context) -> tuple[Carries, str, Setting | None]:
    setting = context.setting("task_serializer")
    if setting is not None:
        return (*_fate(setting.value), setting)
    if context.profile.open:
        return Carries.UNKNOWN, "", None
    return (*_default(context.app.celery.allowed), None)


def _default(allowed: Iterable[tuple[int, ...]]) -> tuple[Carries, str]:
    modern = {release >= _JSON_BY_DEFAULT for release in allowed}
    if modern == {True}:
        return Carries.REFUSED, "json"
    return (Carries.COPIED, "pickle") if modern == {False} else (Carries.UNKNOWN, "")


def _fate(value: Value) -> tuple[Carries, str]:
    name = next((each.value for each in value.alternatives() if isinstance(each, Literal)), "")
    if value.must(lambda each: each in _REFUSES):
        return Carries.REFUSED, str(name)
    if value.must(lambda each: "pickle" in each):
        return Carries.COPIED, str(name)
    return Carries.UNKNOWN, str(name) if value.known() else ""
