"""Whether Celery compares the arguments of a call with the task's function before it sends them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from celerylint.project.libraries.records import AppRecord, TaskRecord
from celerylint.project.model import Decorator, Option
from celerylint.project.values import Value


def checks(
    record: TaskRecord,
    options: Mapping[str, Option],
    inner: Iterable[Decorator],
    apps: Iterable[AppRecord],
) -> bool | None:
    """Does a call with wrong arguments raise TypeError, instead of the task on the worker? None
    where that is not known.

    Celery looks at the function that the decorator is given (celery/app/base.py: _task_from_fun):
    a wrapper around the real one takes anything, and a class has no such function. `typing` of the
    task, else `strict_typing` of the app, switches it off.
    """
    pydantic = options.get("pydantic")
    if record.cls is not None or (pydantic is not None and pydantic.value.must(bool)):
        return False
    replaced = {each.replaces for each in inner}
    if replaced - {False}:
        return False if True in replaced else None
    own = options.get("typing")
    if own is not None and not own.value.must(lambda each: each is None):
        return _truth(own.value)
    return _common({True if each.strict is None else _truth(each.strict) for each in apps})


def _truth(value: Value) -> bool | None:
    return True if value.must(bool) else None if value.may(bool) else False


def _common(answers: set[bool | None]) -> bool | None:
    if not answers:
        return True
    return answers.pop() if len(answers) == 1 else None
