"""CEL503: what retries, replaces or rejects a task is caught as if it were an error."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Project,
    Related,
    RetryCall,
    Severity,
    Swallowed,
    closed,
    resent,
    rule,
    swallowed,
)

_RAISED = {"retry": "Retry", "replace": "Ignore", "reject": "Reject", "ignore": "Ignore"}


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def retry_swallowed(project: Project, _: Project) -> Iterator[Finding]:
    said = set()
    for call in resent(project):
        found = swallowed(call)
        if found is not None and call.span not in said:
            said.add(call.span)
            yield Finding(
                call.span,
                _message(call, found),
                help=_cure(call, found),
                related=(Related(found.span, "it ends here"), *call.trail),
            )


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def swallowed_by_class(project: Project, _: Project) -> Iterator[Finding]:
    for each in closed(project):
        names = ", ".join(f"`{task.function}`" for task in (each.retried or each.tasks)[:3])
        message = (
            f"`{each.found.text}` swallows each retry of {names}: the task is sent again, and this "
            "run goes on as if it had succeeded"
            if each.retried
            else f"every error of {names} ends here: no run can fail, and a retry would run beside "
            "a success"
        )
        yield Finding(
            each.found.span,
            message,
            help="raise what you catch again, or use `on_failure` to see what went wrong",
            related=tuple(Related(task.span, "a task of this class") for task in each.tasks),
            severity=None if each.retried else Severity.WARNING,
        )


def _message(call: RetryCall, found: Swallowed) -> str:
    place = f"`{found.text}` (line {found.span.line})"
    fails = found.handler is not None and found.handler.ends == {"raise"}
    goes_on = "fails with another error" if fails else "goes on as if it had succeeded"
    if call.how == "retry" and found.handler is not None and found.handler.resends:
        return (
            f"{place} takes the retry for an error and retries again: each run sends the task "
            "twice, and so does each of these"
        )
    if call.how == "retry":
        return f"the retry is swallowed by {place}: the task is sent again, and this run {goes_on}"
    if call.how == "replace":
        return f"{place} swallows the replacement: it is sent, and this task {goes_on} as well"
    word = _RAISED[call.how]
    return f"`{word}` is swallowed by {place}: the worker is told nothing, and the task {goes_on}"


def _cure(call: RetryCall, found: Swallowed) -> str:
    raised = _RAISED[call.how]
    if found.handler is None:
        return "take the `return` out of the `finally`"
    if found.text.startswith("except"):
        return f"write `except {raised}: raise` (from celery.exceptions) above `{found.text}`"
    return f"keep the call out of `{found.text}`"
