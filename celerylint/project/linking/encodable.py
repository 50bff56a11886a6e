"""Whether Kombu can encode what a task is sent and what it returns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from celerylint.oracle import encodings
from celerylint.project.libraries.own_encoders import ANY
from celerylint.project.model import CeleryVersions, Context, Dispatch, Form, Project, Setting, Task
from celerylint.project.questions.results import keeps_result, result_backend
from celerylint.project.questions.serializers import contexts, own
from celerylint.project.values import Literal, Value
from celerylint.structs import dataclass

_MODERN = (4, 0)  # from here on JSON is the default, for messages and results


@dataclass(frozen=True, slots=True)
class Encoding:
    """The serializers that may be used, and the setting that chooses (None: the call, the task or
    Celery's default does)."""

    names: tuple[str, ...]
    celery: CeleryVersions
    setting: Setting | None = None


def of_message(project: Project, task: Task | None, dispatch: Dispatch) -> Encoding | None:
    """How the arguments of a call are encoded; None where it is not known."""
    found = contexts(project, task, dispatch)
    celery = found[0].app.celery if found else project.celery
    for value in own(task, dispatch):
        if value is not None and not value.must(lambda each: not each):
            names = _names(value)
            return None if names is None else Encoding(names, celery)
    return _together([_in_context(each, "task_serializer") for each in found], celery)


def of_result(project: Project, task: Task) -> Encoding | None:
    """How the result of a task is encoded where it is kept; None where it is kept nowhere for
    certain, or the encoding is not known."""
    found = [each for each in contexts(project, task, None) if stores(each) and keeps(task, each)]
    if not found:
        return None
    made = [_in_context(each, "result_serializer") for each in found]
    return _together(made, found[0].app.celery)


def refused(
    forms: Iterable[Form], encoding: Encoding | None, project: Project
) -> tuple[Form, str] | None:
    """The first of these forms that cannot be encoded, and the serializer that refuses it; None
    where there is none, or where a class of the project's own may be known to the serializer."""
    if encoding is None or not encoding.names or ANY in project.encoders:
        return None
    for form in forms:
        taught = not project.encoders.isdisjoint(form.names)
        if not taught and all(
            encodings.refuses(row, name, encoding.celery.allowed)
            for name in encoding.names
            for row in form.rows
        ):
            return form, encoding.names[0]
    return None


def stores(context: Context) -> bool:
    """Is there surely a result backend?"""
    backend = result_backend(context)
    return backend is not None and backend.family != "disabled"


def keeps(task: Task, context: Context) -> bool:
    """Does a worker surely keep the task's result in a context that stores results?"""
    return task.app in (None, context.app.id) and keeps_result(task, context) is True


def _in_context(context: Context, name: str) -> Encoding | None:
    setting = context.setting(name)
    celery = context.app.celery
    if setting is not None:
        names = _names(setting.value)
        return None if names is None else Encoding(names, celery, setting)
    if context.profile.open or not celery.all_at_least(*_MODERN):
        return None
    return Encoding(("json",), celery)


def _together(found: Iterable[Encoding | None], celery: CeleryVersions) -> Encoding | None:
    """What all contexts use: every serializer that one of them may use."""
    known = list(found)
    sure = [each for each in known if each is not None]
    if not known:
        return Encoding(("json",), celery) if celery.all_at_least(*_MODERN) else None
    if len(sure) < len(known):
        return None
    names = dict.fromkeys(name for each in sure for name in each.names)
    return Encoding(tuple(names), celery, sure[0].setting)


def _names(value: Value) -> tuple[str, ...] | None:
    found = list(_texts(value))
    return tuple(each for each in found if each is not None) if None not in found else None


def _texts(value: Value) -> Iterator[str | None]:
    for each in value.alternatives():
        text = each.value if isinstance(each, Literal) else None
        yield text if isinstance(text, str) else None
