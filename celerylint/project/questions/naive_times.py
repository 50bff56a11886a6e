"""Datetimes without a zone that are given to Celery as the time when something is to happen."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.findings import Span
from celerylint.project import times
from celerylint.project.model import Project, RetryCall, Task
from celerylint.project.questions.stray_options import takes_options
from celerylint.project.times import Moment
from celerylint.project.values import Value
from celerylint.structs import dataclass

_OPTIONS = ("eta", "expires")


@dataclass(frozen=True, slots=True)
class Naive:
    """An `eta` or `expires` that Celery reads as UTC although it is local time, or what somebody
    wrote or read (moment.zone: local or wall). zone is the name of the local zone, where known."""

    name: str
    span: Span
    moment: Moment
    function: str
    zone: str | None = None


def naive_times(project: Project) -> Iterator[Naive]:
    """Every such option of a call or a retry."""
    for dispatch in project.dispatches:
        if takes_options(dispatch) and not dispatch.test:
            function = dispatch.task.function if dispatch.task is not None else ""
            for name in _OPTIONS:
                given = dispatch.options.get(name)
                if given is not None:
                    span = dispatch.option_spans[name]
                    yield from _judged(project, name, given, span, function)
    for task, call in _retries(project):
        for name, position in (("eta", 4), ("expires", None)):
            argument = call.argument(name, position)
            if argument is not None:
                yield from _judged(project, name, argument.value, argument.span, task)


def _retries(project: Project) -> Iterator[tuple[str, RetryCall]]:
    tasks: list[tuple[Task | None, tuple[RetryCall, ...]]] = [(t, t.retries) for t in project.tasks]
    for task, calls in (*tasks, (None, project.loose_retries)):
        yield from ((task.function if task is not None else "", call) for call in calls)


def _judged(
    project: Project, name: str, value: Value, span: Span, function: str
) -> Iterator[Naive]:
    moment = times.moment(value)
    if moment is None or moment.zone not in {"local", "wall"} or not _utc(project):
        return
    if (project.local_zone or "").upper() not in {"UTC", "GMT", "ETC/UTC"}:
        yield Naive(name, span, moment, function, project.local_zone)


def _utc(project: Project) -> bool:
    """Does no context switch `enable_utc` off?"""
    settings = [each.setting("enable_utc") for each in project.contexts]
    return not any(each is not None and not each.value.must(bool) for each in settings)
