"""Delays that are longer than a broker waits for a message to be acknowledged.

A worker takes a message that is to run later at once, and keeps it in its memory, unacknowledged,
until the time has come.
"""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.findings import Span
from celerylint.project import times
from celerylint.project.model import Context, Dispatch, Project, Task
from celerylint.project.questions.brokers import production_brokers
from celerylint.project.questions.limits import runners
from celerylint.project.questions.stray_options import takes_options
from celerylint.project.values import Call, Literal, Mapping, OneOf, Sequence, Value
from celerylint.structs import dataclass

# Seconds after which the broker gives a message to another worker: kombu/transport/redis.py and
# kombu/transport/SQS (visibility_timeout), and RabbitMQ's own consumer_timeout.
WINDOWS = {"redis": 3600.0, "sqs": 1800.0, "amqp": 1800.0}
_BROKERS = {"redis": "Redis", "sqs": "SQS", "amqp": "RabbitMQ"}
# celery/app/task.py: Task; celery/utils/time.py: get_exponential_backoff_interval
_MOST_RETRIES, _MOST_BACKOFF = 3.0, 600.0
_ENDLESS = 64.0  # doublings, after which every bound is reached


@dataclass(frozen=True, slots=True)
class Window:
    """How long a broker waits, in seconds, and the place that says so: that of the setting, else
    that of the broker. sure: whatever the environment says, it is this broker."""

    seconds: float
    broker: str
    span: Span
    set: bool = False
    sure: bool = True


@dataclass(frozen=True, slots=True)
class TooLong:
    """A delay of a task, in seconds, that is not shorter than the broker's window. option is the
    name under which the delay is given, span where. who: call, retry or option (of the task)."""

    option: str
    span: Span
    seconds: float
    function: str
    window: Window
    who: str


def too_long(project: Project) -> Iterator[TooLong]:
    """Every known delay that is not shorter than the window of each production broker."""
    known: dict[tuple[int, str | None], Window | None] = {}
    for who, task, app, option, span, delay in _delays(project):
        key = (id(task), app)
        if key not in known:
            known[key] = _window(project, task, app)
        window = known[key]
        if window is not None and delay >= window.seconds:
            function = task.function if task is not None else ""
            yield TooLong(option, span, delay, function, window, who)


_Delay = tuple[str, Task | None, str | None, str, Span, float]


def _delays(project: Project) -> Iterator[_Delay]:
    for dispatch in project.dispatches:
        if not dispatch.test and takes_options(dispatch):
            yield from _of_call(dispatch)
    for task in project.tasks:
        for call in task.retries:
            for name, position in (("countdown", 5), ("eta", 4)):
                given = call.argument(name, position)
                delay = None if given is None else _after(given.value)
                if given is not None and delay is not None:
                    yield "retry", task, task.app, name, given.span, delay
        yield from _of_options(task)


def _of_call(dispatch: Dispatch) -> Iterator[_Delay]:
    for name in ("countdown", "eta"):
        value = dispatch.options.get(name)
        delay = None if value is None else _after(value)
        if delay is not None:
            yield "call", dispatch.task, dispatch.app, name, dispatch.option_spans[name], delay
            return


def _after(value: Value) -> float | None:
    """The seconds from now on, of each alternative the shortest."""
    found = [
        moment.offset if (moment := times.moment(each)) is not None else times.seconds(each)
        for each in value.alternatives()
    ]
    return None if None in found or not found else min(each for each in found if each is not None)


def _of_options(task: Task) -> Iterator[_Delay]:
    """The longest delay that the task's options give its retries."""
    if task.open:
        return
    auto, backoff = task.option("autoretry_for"), task.option("retry_backoff")
    cap, own = task.option("retry_backoff_max"), task.option("default_retry_delay")
    if auto is not None and backoff is not None:
        factor = (
            1.0 if backoff.value.must(lambda each: each is True) else times.seconds(backoff.value)
        )
        most = _MOST_BACKOFF if cap is None else times.seconds(cap.value)
        retries = _retries(task)
        if factor and most is not None and retries:
            longest = min(most, max(1.0, factor) * 2.0 ** (retries - 1))
            jitter = task.option("retry_jitter")
            even = jitter is not None and jitter.value.must(lambda each: each is False)
            place = cap or backoff
            # With jitter it is a random part of that: half of these delays are longer than this.
            delay = longest if even else longest / 2
            yield "option", task, task.app, place.name, place.span, delay
    waits = [
        not (call.argument("countdown", 5) or call.argument("eta", 4)) for call in task.retries
    ]
    if own is not None and (any(waits) or (auto is not None and backoff is None)):
        wait = times.seconds(own.value)
        if wait is not None:
            yield "option", task, task.app, own.name, own.span, wait


def _retries(task: Task) -> float | None:
    """How often the task is retried at most (the delay doubles each time); None where that is not
    known."""
    option = task.option("max_retries")
    if task.option("retry_kwargs") is not None:
        return None
    if option is None:
        return _MOST_RETRIES
    endless = option.value.is_none()
    most = None if endless else times.seconds(option.value)
    return _ENDLESS if endless else None if most is None else min(most, _ENDLESS)


def _window(project: Project, task: Task | None, app: str | None) -> Window | None:
    """The longest window of the production brokers that the task goes through; None where one of
    them is not known."""
    apps = [each for each in project.apps if app in (None, each.id)]
    if task is not None:
        apps = runners(task, project.apps)
    found: list[Window] = []
    for each in apps:
        contexts = [c for c in project.contexts if c.app is each and c.profile.role == "production"]
        mine = list(production_brokers(each, project))
        if contexts and not mine:
            return None
        for context, broker in mine:
            window = _of(context, broker.transport, broker.span, not broker.env)
            if window is None:
                return None
            found.append(window)
    return max(found, key=lambda each: each.seconds) if found else None


def _of(context: Context, transport: str, span: Span, sure: bool) -> Window | None:
    if transport not in WINDOWS or context.profile.open:
        return None
    default = Window(WINDOWS[transport], _BROKERS[transport], span, sure=sure)
    if transport == "amqp":
        return None if _delays_natively(context) else default
    setting = context.setting("broker_transport_options")
    if setting is None:
        return default
    if not isinstance(setting.value, Mapping) or setting.value.open:
        return None
    value = setting.value.get("visibility_timeout")
    if value is None:
        return None if setting.value.get("predefined_queues") is not None else default
    given = times.seconds(value)
    place = value.span if value.span is not None and value.span.path == setting.span.path else None
    if given is None:
        return None
    return Window(given, _BROKERS[transport], place or setting.span, True, sure)


def _delays_natively(context: Context) -> bool:
    """May there be quorum queues, for which Celery lets RabbitMQ itself wait from 5.5 on?"""
    if context.setting("task_default_queue_type") is not None:
        return True
    queues = context.setting("task_queues")
    return queues is not None and not _plain(queues.value)


def _plain(value: Value) -> bool:
    """Are these queues without arguments of their own?"""
    if isinstance(value, Sequence | OneOf):
        items = value.items if isinstance(value, Sequence) else value.options
        return not getattr(value, "open", False) and all(map(_plain, items))
    if isinstance(value, Mapping):
        return not value.open and all(_plain(each) for _, each in value.entries)
    if isinstance(value, Call):
        return value.kwarg("queue_arguments") is None and value.kwarg("**") is None
    return isinstance(value, Literal)
