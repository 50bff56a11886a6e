"""Tasks that acknowledge late and may run for longer than the broker waits for that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from celerylint import oracle
from celerylint.findings import Span
from celerylint.oracle import urls
from celerylint.project.model import Context, Project, Task, Worker
from celerylint.project.questions.brokers import brokers
from celerylint.project.questions.limits import HARD, SOFT, Limit, limit, where_run
from celerylint.project.questions.redelivery import WINDOWS
from celerylint.project.times import seconds
from celerylint.project.values import Default, Joined, Literal, Mapping, OneOf, Unknown, Value
from celerylint.structs import dataclass

_NAMES = {"redis": "Redis", "sentinel": "Redis", "sqs": "SQS"}
_MOST_BEGINNINGS = 16


@dataclass(frozen=True, slots=True)
class LongRun:
    """A task that may run for `seconds`, as the limit at span says, and is acknowledged late, as
    the place `late` says."""

    task: Task
    seconds: float
    span: Span
    late: Span


@dataclass(frozen=True, slots=True)
class RunsAgain:
    """The tasks that a broker gives out anew after `window` seconds, while they run; place is where
    the window is set (`set`), or would be, or the broker."""

    place: Span
    broker: str
    window: float
    set: bool
    runs: tuple[LongRun, ...]


def runs_again(project: Project) -> Iterator[RunsAgain]:
    """Late tasks whose limit allows a run of at least the broker's window, by configuration."""
    found: dict[tuple[Span, str, float, bool], list[LongRun]] = {}
    windows: dict[int, tuple[Span, str, float, bool] | None] = {}
    for task in project.tasks:
        if task.test:
            continue
        places = where_run(task, project)
        runs = []
        for context in places:
            if id(context) not in windows:
                windows[id(context)] = _window(context)
            window = windows[id(context)]
            run = None if window is None else _run(task, context, window[2])
            if window is not None and run is not None:
                runs.append((window, run))
        # Which of several workers gets it is not known: each has to give it out anew.
        if runs and (len(runs) == len(places) or not any(isinstance(e, Worker) for e in places)):
            found.setdefault(runs[0][0], []).append(runs[0][1])
    for (place, broker, window_seconds, is_set), each in found.items():
        each.sort(key=lambda run: -run.seconds)
        yield RunsAgain(place, broker, window_seconds, is_set, tuple(each))


def _run(task: Task, context: Context, window: float) -> LongRun | None:
    """How long the task may run, where that is not shorter than the window."""
    late = _late(task, context)
    limits = [limit(task, name, context) for name in (SOFT, HARD)]
    given = [each for each in limits if each.set is not False]
    if late is None or not given:
        return None
    found = [(_least(each), each) for each in given]
    known = [(most, each) for most, each in found if most is not None]
    if len(known) < len(found):
        return None
    most, shortest = min(known, key=lambda pair: pair[0])
    place = shortest.span
    return LongRun(task, most, place, late) if most >= window and place is not None else None


def _least(given: Limit) -> float | None:
    """The shortest run that the limit ends, with the defaults of what the environment says."""
    if given.value is None or not given.set:
        return None
    found = []
    for each in given.value.alternatives():
        value = each.default if isinstance(each, Default) else each
        found.append(None if value is None else seconds(value))
    known = [each for each in found if each is not None]
    return min(known) if len(known) == len(found) and known else None


def _late(task: Task, context: Context) -> Span | None:
    """The place that makes the task acknowledge late."""
    option = task.option("acks_late")
    if option is not None:
        return option.span if option.value.must(lambda each: each is True) else None
    setting = None if task.open else context.setting("task_acks_late")
    sure = setting is not None and setting.value.must(lambda each: each is True)
    return setting.span if setting is not None and sure else None


def _window(context: Context) -> tuple[Span, str, float, bool] | None:
    """Where the window is set, whose it is, its seconds, and whether it is set at all."""
    broker = None if context.profile.open else _broker(context)
    if broker is None:
        return None
    transport, place = broker
    setting = context.setting("broker_transport_options")
    if setting is None:
        return place, _NAMES[transport], _default(transport), False
    given, closed = _given(setting.value)
    if transport == "sqs" and not closed:
        return None
    if given:
        most = max(given, default=None, key=lambda each: each or 0.0)
        known = most is not None and None not in given
        return (setting.span, _NAMES[transport], most, True) if known and most else None
    return (setting.span, _NAMES[transport], _default(transport), False) if closed else None


def _default(transport: str) -> float:
    return WINDOWS["sqs" if transport == "sqs" else "redis"]


def _given(options: Value) -> tuple[list[float | None], bool]:
    """The windows of all alternatives (None: not known), and whether there is one that surely has
    no other keys than were read. Where an alternative may have more, the others tell."""
    found: list[float | None] = []
    closed = False
    for each in options.alternatives():
        if not isinstance(each, Mapping):
            return [None], False
        value = each.get("visibility_timeout")
        if value is not None:
            found.append(seconds(value))
        closed = closed or (not each.open and each.get("predefined_queues") is None)
    return found, closed


def _broker(context: Context) -> tuple[str, Span] | None:
    """The transport of the broker, and the place that says so."""
    sure = list(brokers(context))
    if sure:
        only = {each.transport for each in sure}
        transport = only.pop() if len(only) == 1 else ""
        return (transport, sure[0].span) if transport in _NAMES else None
    setting = context.setting("broker_url")
    if context.setting("broker_transport") is not None or setting is None:
        return None
    if setting.origin == "keyword" and context.app.namespace is not None:
        return None
    releases = oracle.representatives(context.app.celery.allowed)
    transports = {each for each in _transports(setting.value, releases) if each != ""}
    known = len(transports) == 1 and transports <= _NAMES.keys()
    return (transports.pop() or "", setting.span) if known else None


def _transports(url: Value, releases: Sequence[oracle.Release]) -> Iterator[str | None]:
    """The transport of each alternative; "" for one of which nothing is known."""
    for each in url.alternatives():
        if isinstance(each, Unknown):
            yield ""
            continue
        for text in _beginnings(each):
            for release in releases:
                yield urls.prefix_transport(text, release)


def _beginnings(value: Value) -> list[str]:
    """What a text may begin with, up to its first part that is not known."""
    if isinstance(value, Literal):
        return [str(value.value)]
    if isinstance(value, OneOf):
        return [text for each in value.options for text in _beginnings(each)][:_MOST_BEGINNINGS]
    found = [""]
    for part in value.parts if isinstance(value, Joined) else ():
        if not isinstance(part, Literal | OneOf) or all("://" in text for text in found):
            break
        found = [text + more for text in found for more in _beginnings(part)][:_MOST_BEGINNINGS]
    return found
