"""Retries that Celery cannot send, or cannot end.

Whatever goes wrong while a retry is sent becomes `Reject(error, requeue=False)`
(celery/app/task.py: Task.retry): nobody runs the task again.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from celerylint.findings import Span
from celerylint.project.model import RetryArgument, RetryCall, Task
from celerylint.project.questions.binding import exact
from celerylint.project.values import Call, Literal, Mapping, Sequence, Unknown, Value
from celerylint.structs import dataclass

_DATES = ("datetime.datetime", "datetime.date", "django.utils.timezone.now")
_NUMBERS = (int, float)


@dataclass(frozen=True, slots=True)
class Unsendable:
    """What keeps a retry from being sent: name is the argument or option, value what it is given,
    text as written. what says what it is ("a timedelta", "text"), wanted what it has to be.

    when is send (the task is dropped), at-once (`retry()` raises another error) or last (it does
    once the retries are used up).
    """

    span: Span
    name: str
    what: str
    wanted: str
    when: str = "send"
    text: str = ""
    value: Value = Unknown()


def of_call(task: Task | None, call: RetryCall) -> Iterator[Unsendable]:
    """What is wrong with the arguments of one retry."""
    seconds = "a number of seconds"
    yield from _judged(call, "countdown", 5, _NUMBERS, seconds)
    eta = call.argument("eta", 4)
    if eta is not None and eta.value.must(bool):  # texts are read as ISO dates
        yield from _judged(call, "eta", 4, (str, datetime.datetime), "a datetime")
    yield from _judged(call, "max_retries", 6, _NUMBERS, "a number", "at-once")
    error = call.argument("exc", 2)
    if error is not None and not error.value.must(lambda each: not each):
        yield from _judged(call, "exc", 2, (), "an exception", "last")
    if task is not None and exact(task):
        yield from _misfits(task, call)


def of_options(task: Task) -> Iterator[Unsendable]:
    """What is wrong with the delay that the task's own options give its retries."""
    waits = [each for each in task.retries if not each.open]
    waits = [
        each for each in waits if not (each.argument("countdown", 5) or each.argument("eta", 4))
    ]
    auto = task.option("autoretry_for")
    option = task.option("default_retry_delay")
    by_itself = (
        auto is not None and not task.option("retry_backoff") and not task.option("retry_kwargs")
    )
    what = None if option is None else kind(option.value, _NUMBERS)
    if option is not None and what is not None and (waits or by_itself):
        yield Unsendable(option.span, option.name, what, "a number of seconds", value=option.value)
    given = task.option("retry_kwargs")
    if auto is None or given is None or not isinstance(given.value, Mapping):
        return
    countdown = given.value.get("countdown")
    what = None if countdown is None else kind(countdown, _NUMBERS)
    if countdown is not None and what is not None and not task.option("retry_backoff"):
        own = countdown.span is not None and countdown.span.path == given.span.path
        span = countdown.span if own and countdown.span is not None else given.span
        yield Unsendable(span, "countdown", what, "a number of seconds", value=countdown)


def _judged(
    call: RetryCall,
    name: str,
    position: int,
    takes: tuple[type, ...],
    wanted: str,
    when: str = "send",
) -> Iterator[Unsendable]:
    given = call.argument(name, position)
    what = None if given is None else kind(given.value, takes)
    if given is not None and what is not None and not given.exceptions:
        yield Unsendable(given.span, name, what, wanted, when, given.text, given.value)


def kind(value: Value, takes: tuple[type, ...]) -> str | None:
    """What the value is where it is surely neither None nor of these types; None where it may."""
    found = {_kind(each, takes) for each in value.alternatives()}
    return found.pop() if len(found) == 1 else None


def _kind(value: Value, takes: tuple[type, ...]) -> str | None:
    if isinstance(value, Call):
        if value.dotted.startswith(_DATES):
            return None if datetime.datetime in takes else "a datetime"
        is_delta = value.dotted == "datetime.timedelta" and datetime.timedelta not in takes
        return "a timedelta" if is_delta else None
    if isinstance(value, Sequence | Mapping):
        return "a dict" if isinstance(value, Mapping) else f"a {value.kind}"
    if not isinstance(value, Literal) or value.value is None or isinstance(value.value, takes):
        return None
    return "text" if isinstance(value.value, str) else "a number"


def _misfits(task: Task, call: RetryCall) -> Iterator[Unsendable]:
    """New arguments that the task's function does not take."""
    kinds = [each.kind for each in task.parameters]
    args, kwargs = call.argument("args", 0), call.argument("kwargs", 1)
    places = [each for each in task.parameters if each.kind in ("positional", "positional-only")]
    given = _items(args)
    if args is not None and "var-positional" not in kinds and len(given) > len(places):
        wanted = f"at most {len(places)}, as `{task.function}` takes"
        yield Unsendable(args.span, "args", f"{len(given)} arguments", wanted, text=args.text)
    if kwargs is None or "var-keyword" in kinds or not isinstance(kwargs.value, Mapping):
        return
    names = {each.name for each in task.parameters if each.kind != "positional-only"}
    extra = [key for key in kwargs.value.keys() if key not in names]  # noqa: SIM118
    if extra:
        yield Unsendable(kwargs.span, "kwargs", f"`{extra[0]}`", "a parameter of the task")


def _items(given: RetryArgument | None) -> tuple[Value, ...]:
    return given.value.items if given is not None and isinstance(given.value, Sequence) else ()
