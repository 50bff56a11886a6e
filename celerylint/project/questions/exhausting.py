"""Handlers for used-up retries that nothing ever reaches.

`retry()` raises `MaxRetriesExceededError` only where it is given no `exc` (celery/app/task.py), and
what `autoretry_for` retries always gives one (celery/app/autoretry.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.findings import Span
from celerylint.patterns import regex
from celerylint.project.libraries.exceptions import EXHAUSTED
from celerylint.project.model import Handler, Project, RetryCall, Task, Try
from celerylint.project.questions.retrying import autoretry
from celerylint.structs import dataclass

# What may raise the error of another task, or that of a retry that is not seen.
_MAY_RAISE = regex(r"(?:^|\.)(?:retry|get|apply|join|wait|run|throw|maybe_throw)$")


@dataclass(frozen=True, slots=True)
class Dead:
    """A handler for used-up retries that never runs: because of a retry that is given an exception
    (call), or since Celery retries the task by itself (auto)."""

    handler: Handler
    task: Task
    call: RetryCall | None = None
    auto: Span | None = None


def dead_handlers(project: Project) -> Iterator[Dead]:
    """The handlers for MaxRetriesExceededError alone that nothing ever reaches."""
    for task in project.tasks:
        around: dict[Span, tuple[Try, list[RetryCall]]] = {}
        for call in task.retries:
            for each in call.tries:
                if each.part == "body":
                    around.setdefault(each.span, (each, []))[1].append(call)
        for each, calls in around.values():
            handler = _handler(each)
            if handler is not None and all(map(_raises_its_own, calls)):
                yield Dead(handler, task, call=calls[0])
        yield from _of_autoretry(task, set(around))


def _of_autoretry(task: Task, with_retries: set[Span]) -> Iterator[Dead]:
    auto = autoretry(task)
    for guard in task.guards if auto is not None else ():
        own = guard.tries[0]
        handler = _handler(own) if not guard.path and own.span not in with_retries else None
        if (
            handler is not None
            and auto is not None
            and not any(map(_MAY_RAISE.search, guard.calls))
        ):
            yield Dead(handler, task, auto=auto.span)


def _handler(statement: Try) -> Handler | None:
    """The handler for used-up retries alone, where no other one may take them before."""
    for each in statement.handlers:
        if each.catches == (EXHAUSTED,) and not each.open:
            return each
        if each.open:
            return None
    return None


def _raises_its_own(call: RetryCall) -> bool:
    """Does the call surely raise another exception when the retries are used up?"""
    given = call.argument("exc", 2)
    if given is None:
        return False
    if given.caught is not None:
        return EXHAUSTED not in given.caught.catches and not given.caught.open
    return bool(given.exceptions) and EXHAUSTED not in given.exceptions
