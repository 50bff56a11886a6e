"""Options of a call that say when the task runs and when it is too late, where they cannot work."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.findings import Span
from celerylint.project import times
from celerylint.project.model import Dispatch
from celerylint.project.questions.stray_options import takes_options
from celerylint.project.values import Value
from celerylint.structs import dataclass

# Kinds that Celery takes (celery/app/amqp.py: as_task_v2); text has to be an ISO date.
_TAKES = {
    "countdown": {"number"},
    "eta": {"datetime", "text"},
    "expires": {"number", "datetime", "text"},
}


@dataclass(frozen=True, slots=True)
class BadDelay:
    """An option that cannot work. kind: type (`what` it is instead), expired (before the task can
    run, after `delay` seconds), overruled (an eta beside a countdown).
    """

    name: str
    span: Span
    kind: str
    what: str = ""
    delay: float = 0.0
    other: Span | None = None


def bad_delays(dispatch: Dispatch) -> Iterator[BadDelay]:
    """The options of a call that raise an error, or make a task that never runs."""
    if not takes_options(dispatch):
        return
    given = {name: dispatch.options[name] for name in _TAKES if name in dispatch.options}
    wrong = [each for name, value in given.items() for each in _of_type(dispatch, name, value)]
    yield from wrong
    if not wrong:
        yield from _together(dispatch, given)


def _of_type(dispatch: Dispatch, name: str, value: Value) -> Iterator[BadDelay]:
    kind = times.kind(value)
    numeral = kind == "text" and name != "countdown" and value.must(str.isdigit)
    # Celery asks whether there is a countdown or an eta before it looks at it.
    absent = name != "expires" and value.must(lambda each: not each)
    if not absent and ((kind is not None and kind not in _TAKES[name]) or numeral):
        yield BadDelay(name, dispatch.option_spans[name], "type", kind or "")


def _together(dispatch: Dispatch, given: dict[str, Value]) -> Iterator[BadDelay]:
    spans = dispatch.option_spans
    if "expires" in given:
        delay, other = 0.0, None
        for name in ("countdown", "eta"):
            after = _after(given[name]) if name in given else None
            if after is not None and after > 0:
                delay, other = after, spans[name]
                break
        end = _after(given["expires"])
        if end is not None and end <= delay:
            yield BadDelay("expires", spans["expires"], "expired", f"{end:g}", delay, other)
    if "countdown" in given and "eta" in given:
        both = given["countdown"].must(bool) and times.moment(given["eta"]) is not None
        if both:
            yield BadDelay("eta", spans["eta"], "overruled", other=spans["countdown"])


def _after(value: Value) -> float | None:
    """How many seconds from now on the time is, where that is known."""
    moment = times.moment(value)
    if moment is not None:
        return moment.offset
    return times.seconds(value) if times.kind(value) == "number" else None
