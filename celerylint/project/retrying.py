"""How often a task is retried: by `self.retry()` in its body and by `autoretry_for`."""

from __future__ import annotations

from celerylint.findings import Related
from celerylint.project.model import Task
from celerylint.project.objects import FunctionObject
from celerylint.project.values import Literal, Mapping, Sequence, Unknown, Value


def unbounded(task: Task) -> tuple[Related, ...]:
    """The places that retry the task by its own `max_retries`: nothing else bounds them there.

    A bound in the call or in `retry_kwargs` wins; what is not known may be one. None in these
    places means the task's own bound (celery/app/task.py: Task.retry), so it bounds nothing.
    """
    if task.counts_retries or _expires(task):
        return ()
    places = [
        Related(call.span, "retries without a bound of its own")
        for call in task.retries
        if not call.open and (call.max_retries is None or _is_none(call.max_retries))
    ]
    auto = task.option("autoretry_for")
    if auto is not None and _some(auto.value) and not _bounded_by_keywords(task):
        places.append(Related(auto.span, "retries on these exceptions"))
    return tuple(places)


def _expires(task: Task) -> bool:
    """Does every message of the task end at some time? A retry keeps the time of the first one."""
    option = task.option("expires")
    return option is not None and not _is_none(option.value)


def _bounded_by_keywords(task: Task) -> bool:
    option = task.option("retry_kwargs")
    if option is None or _is_none(option.value):
        return False
    if not isinstance(option.value, Mapping) or option.value.open:
        return True
    given = option.value.get("max_retries")
    return given is not None and not _is_none(given)


def _is_none(value: Value) -> bool:
    return value.must(lambda each: each is None)


def _some(value: Value) -> bool:
    """Are there exceptions to retry on?"""
    if isinstance(value, Sequence):
        return bool(value.items)
    return not isinstance(value, Literal) and not isinstance(value, Unknown)


def counts(function: FunctionObject) -> bool:
    """Does the body compare `request.retries` with something, as a bound of its own would?"""
    if "retries" not in function.words:
        return False
    stack: list[tuple[object, bool]] = [(function.body(), False)]
    while stack:
        node, compared = stack.pop()
        if not isinstance(node, tuple) or not node:
            continue
        if compared and node[0] == "attr" and node[-1] == "retries":
            return True
        stack.extend((each, compared or node[0] == "cmp") for each in node)
    return False
