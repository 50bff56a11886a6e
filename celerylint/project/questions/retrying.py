"""How often a task is retried: by `self.retry()` in its body and by `autoretry_for`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from celerylint.findings import Related, Span
from celerylint.project.libraries.exceptions import RETRY
from celerylint.project.model import Option, Project, RetryCall, Task
from celerylint.project.objects import FunctionObject
from celerylint.project.questions.swallowing import Swallowed, taken
from celerylint.project.values import Literal, Mapping, Sequence, Unknown, Value
from celerylint.structs import dataclass

DEFAULT_RETRIES = 3  # celery/app/task.py: Task.max_retries


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
        if not call.open and (call.max_retries is None or call.max_retries.is_none())
    ]
    auto = task.option("autoretry_for")
    if auto is not None and _some(auto.value) and not _bounded_by_keywords(task):
        places.append(Related(auto.span, "retries on these exceptions"))
    return tuple(places)


def _expires(task: Task) -> bool:
    """Does every message of the task end at some time? A retry keeps the time of the first one."""
    option = task.option("expires")
    return option is not None and not option.value.is_none()


def _bounded_by_keywords(task: Task) -> bool:
    option = task.option("retry_kwargs")
    if option is None or option.value.is_none():
        return False
    if not isinstance(option.value, Mapping) or option.value.open:
        return True
    given = option.value.get("max_retries")
    return given is not None and not given.is_none()


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


def autoretry(task: Task) -> Option | None:
    """The task's `autoretry_for` where it surely names exceptions."""
    option = task.option("autoretry_for")
    return option if option is not None and _some(option.value) else None


def keyword(task: Task, name: str) -> Value | None:
    """What `retry_kwargs` gives the retries that Celery makes by itself."""
    option = task.option("retry_kwargs")
    return (
        option.value.get(name) if option is not None and isinstance(option.value, Mapping) else None
    )


def own_bound(task: Task) -> tuple[int | None, bool]:
    """The task's own `max_retries` (None: no bound), and whether it is known.

    A base class that was not read may have another than the default.
    """
    option = task.option("max_retries")
    if option is None:
        return DEFAULT_RETRIES, not task.open
    found = option.value.alternatives()
    first = next(found, None)
    if isinstance(first, Literal) and next(found, None) is None:
        number = first.value
        if number is None or isinstance(number, int):
            return number, True
    return None, False


@dataclass(frozen=True, slots=True)
class Leak:
    """A retry that sets another bound than the retries have that Celery makes by itself: `bound` is
    what these have, None for no bound; `given` what they will have. sure: it is a retry of this
    task, and not of one of those that get themselves."""

    task: Task
    call: RetryCall
    span: Span
    given: int
    bound: int | None
    auto: Option
    sure: bool = True


def leaks(project: Project) -> Iterator[Leak]:
    """The retries whose bound stays with the task for all messages that the process handles after
    (celery/app/task.py: Task.retry sets `override_max_retries`, which celery/app/autoretry.py
    reads). A retry of a task that is not known counts where each that it may be is retried by
    Celery, too."""
    for task in project.tasks:
        for call in task.retries:
            yield from _leak(task, call, True)
    bound = [task for task in project.tasks if task.bound is not False]
    if all(autoretry(task) is not None for task in bound):
        for call in project.loose_retries:
            yield from itertools.islice((x for task in bound for x in _leak(task, call, False)), 1)


def _leak(task: Task, call: RetryCall, sure: bool) -> Iterator[Leak]:
    auto, given = autoretry(task), call.argument("max_retries", 6)
    bound, known = _bound_of_autoretry(task)
    if auto is None or given is None or not known:
        return
    values = [each.value for each in given.value.alternatives() if isinstance(each, Literal)]
    number = next((each for each in values if isinstance(each, int) and each != bound), None)
    if number is not None:
        yield Leak(task, call, given.span, number, bound, auto, sure)


def _bound_of_autoretry(task: Task) -> tuple[int | None, bool]:
    """How often Celery retries the task by itself, and whether that is known."""
    given = keyword(task, "max_retries")
    if given is None or given.is_none():
        return own_bound(task)
    values = list(given.alternatives())
    first = values[0].value if isinstance(values[0], Literal) else None
    return first, len(values) == 1 and isinstance(first, int)


def nones(task: Task) -> Iterator[tuple[Span, str, RetryCall | None]]:
    """Where None is given as bound of a retry of a task that has a bound: the place, what is
    written there, and the call."""
    bound, known = own_bound(task)
    if not known or bound is None:
        return
    for call in task.retries:
        given = call.argument("max_retries", 6)
        if given is None or not given.value.is_none():
            continue
        if given.text == "None" or given.text.isupper():  # not a parameter that was left out
            yield given.span, f"max_retries={given.text}", call
    value, option = keyword(task, "max_retries"), task.option("retry_kwargs")
    if value is not None and option is not None and value.is_none() and autoretry(task):
        near = value.span is not None and value.span.path == option.span.path
        span = value.span if near and value.span is not None else option.span
        yield span, 'retry_kwargs={"max_retries": None}', None


@dataclass(frozen=True, slots=True)
class Closed:
    """A class whose `__call__` swallows what its tasks raise: retried are those that are retried,
    tasks all of them."""

    found: Swallowed
    tasks: tuple[Task, ...]
    retried: tuple[Task, ...]


def closed(project: Project) -> Iterator[Closed]:
    """The classes of tasks that no retry gets out of."""
    places: dict[Span, tuple[Swallowed, list[Task]]] = {}
    for task in project.tasks:
        found = taken(task.outside, RETRY)
        if found is not None:
            places.setdefault(found.span, (found, []))[1].append(task)
    for found, tasks in places.values():
        retried = [
            each for each in tasks if autoretry(each) or any(call.throws() for call in each.retries)
        ]
        yield Closed(found, tuple(tasks), tuple(retried))
