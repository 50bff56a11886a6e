"""CEL431: a task sets a state by hand that Celery sets, and its result is broken or frozen."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Reached, Severity, final, rule, unreadable


@rule(on=Reached, severity=Severity.ERROR, since="0.1")
def update_state_terminal(call: Reached, project: Project) -> Iterator[Finding]:
    task, way = call.task.function, f" ({call.way()})" if call.path else ""
    state = unreadable(call, project)
    if state is not None:
        yield Finding(
            call.span,
            f"the result of `{task}` cannot be read any more: with {state} an exception is "
            "expected, so that `.state` and `.get()` raise ValueError, in the worker as well when "
            f"it wants to store what the task returns or raises{way}",
            help=_cure(state),
            related=call.related(),
        )
    elif final(call, project):
        yield Finding(
            call.span,
            f"`{task}` is SUCCESS from here on: what it returns is thrown away, and so is an "
            f"exception that it raises later{way}",
            help="return the value: Celery stores it with SUCCESS when the task ends; for what "
            "comes before the end choose a name of your own, such as `PROGRESS`",
            related=call.related(),
        )


def _cure(state: str) -> str:
    if state == "FAILURE":
        return "raise an exception, which Celery stores as FAILURE; or use a name of your own"
    if state == "RETRY":
        return "call `self.retry(…)`, which stores RETRY; or use a name of your own"
    return f"use a state of your own, such as `CANCELLED`, instead of {state}"
