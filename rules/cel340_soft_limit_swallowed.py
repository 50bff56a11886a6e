"""CEL340: a broad handler takes the soft time limit for an error, and the task goes on."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Hidden,
    Project,
    Related,
    Severity,
    Span,
    hidden_limits,
    rule,
)


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def soft_limit_swallowed(project: Project, _: Project) -> Iterator[Finding]:
    places: dict[Span, list[Hidden]] = {}
    for each in hidden_limits(project):
        places.setdefault(each.found.span, []).append(each)
    for span, all_of_them in places.items():
        first = all_of_them[0]
        others = [each.task for each in all_of_them[1:]]
        yield Finding(
            span,
            _message(first),
            help=_cure(first),
            related=(
                *(first.guard.path if first.guard is not None else ()),
                *_limit(first),
                *(Related(each.span, f"`{each.function}` gets here, too") for each in others),
            ),
            severity=None if first.loop is not None else Severity.WARNING,
        )


def _message(hidden: Hidden) -> str:
    what = f"`{hidden.found.text}` takes the soft time limit of `{hidden.task.function}`"
    if hidden.loop is not None:
        end = "until the hard limit kills the process" if hidden.killed else "and nothing stops it"
        return f"{what} for the error of one round: it is raised once, the loop goes on {end}"
    if hidden.missed is not None:
        return f"{what} for an error of its own: the task's handler for it never runs"
    if hidden.guard is not None and hidden.guard.path:
        return f"{what} for an error of its own: it is raised once, and the task goes on"
    return f"{what} for an error of its own: a run that is stopped there counts as a success"


def _cure(hidden: Hidden) -> str:
    if hidden.found.handler is None:
        return "take the `return` out of the `finally`"
    if not hidden.found.text.startswith("except"):
        return f"name the errors that you expect in `{hidden.found.text}`"
    return (
        "write `except SoftTimeLimitExceeded: raise` (from celery.exceptions) above "
        f"`{hidden.found.text}`"
    )


def _limit(hidden: Hidden) -> tuple[Related, ...]:
    places = ((hidden.limit.span, "the soft time limit"), (hidden.missed, "this never gets it"))
    return tuple(Related(span, text) for span, text in places if span is not None)
