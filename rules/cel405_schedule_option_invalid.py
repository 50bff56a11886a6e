"""CEL405: a countdown, eta or expires that raises an error, or with which the task never runs."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    BadDelay,
    Dispatch,
    Finding,
    Project,
    Related,
    Severity,
    bad_delays,
    rule,
)

_WANTED = {
    "countdown": "a number of seconds",
    "eta": "a datetime",
    "expires": "a number of seconds or a datetime",
}
_WHAT = {
    "timedelta": "a timedelta",
    "datetime": "a datetime",
    "number": "a number",
    "text": "text",
}


@rule(on=Dispatch, severity=Severity.ERROR, since="0.1")
def schedule_option_invalid(dispatch: Dispatch, project: Project) -> Iterator[Finding]:
    function = f"`{dispatch.task.function}`" if dispatch.task is not None else "the task"
    for bad in [] if dispatch.test else bad_delays(dispatch):
        yield Finding(
            bad.span,
            _message(bad, function),
            help=_cure(bad),
            related=() if bad.other is None else (Related(bad.other, "when it would run"),),
            severity=Severity.WARNING if bad.kind == "overruled" else None,
        )


def _message(bad: BadDelay, function: str) -> str:
    if bad.kind == "type":
        raises = "an AttributeError" if bad.name == "eta" else "an error"
        return f"`{bad.name}` is {_WHAT[bad.what]}: sending {function} raises {raises}"
    if bad.kind == "overruled":
        return f"`eta` is ignored beside `countdown`, which decides when {function} runs"
    if bad.delay:
        return (
            f"{function} expires after {bad.what} s and is to run after {bad.delay:g} s: "
            "each worker that gets it throws it away"
        )
    return f"{function} has expired when it is sent: each worker that gets it throws it away"


def _cure(bad: BadDelay) -> str:
    if bad.kind == "overruled":
        return "give one of the two"
    if bad.kind == "expired":
        return f"let it expire after {bad.delay:g} s and the longest wait that still makes sense"
    if bad.what == "timedelta" and bad.name != "eta":
        return f"write `{bad.name}=….total_seconds()`"
    return f"give {_WANTED[bad.name]}"
