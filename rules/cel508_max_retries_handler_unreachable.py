"""CEL508: the handler for used-up retries never runs."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Dead, Finding, Project, Related, Severity, dead_handlers, rule


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def max_retries_handler_unreachable(project: Project, _: Project) -> Iterator[Finding]:
    said = set()
    for dead in dead_handlers(project):
        if dead.handler.span not in said:
            said.add(dead.handler.span)
            yield Finding(
                dead.handler.span,
                f"`except {dead.handler.text}` never runs: {_why(dead)}",
                help=_cure(dead),
                related=_proof(dead),
            )


def _why(dead: Dead) -> str:
    given = dead.call.argument("exc", 2) if dead.call is not None else None
    if given is not None:
        return f"when its retries are used up, `retry(exc=…)` raises `{given.text}` instead"
    return (
        f"Celery retries `{dead.task.function}` outside of it, and raises the error itself "
        "when the retries are used up"
    )


def _cure(dead: Dead) -> str:
    if dead.call is not None:
        return "leave `exc=` out, or compare `self.request.retries` with `self.max_retries` before"
    return "do what is to be done at the end in `on_failure` of the task's class"


def _proof(dead: Dead) -> tuple[Related, ...]:
    if dead.call is not None:
        return (Related(dead.call.span, "this retry is given an exception"), *dead.call.trail)
    return () if dead.auto is None else (Related(dead.auto, "Celery retries on these"),)
