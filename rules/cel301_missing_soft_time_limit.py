"""CEL301: tasks of a configuration have no time limit, or one that kills them without a warning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from celerylint.rule import (
    HARD,
    SOFT,
    Coverage,
    Finding,
    Project,
    Related,
    Severity,
    Span,
    Task,
    coverage,
    enforces,
    first_few,
    limit,
    rule,
    spelled,
)


@rule(on=Project, severity=Severity.WARNING, since="0.1")
def missing_soft_time_limit(project: Project, _: Project) -> Iterator[Finding]:
    for found in coverage(project):
        related = tuple(
            Related(each.app.span, f"the app `{each.app.id}` runs with it ({each.profile.name})")
            for each in found.contexts
        )
        if found.unlimited:
            yield Finding(
                found.place,
                f"{_count(found.unlimited, found.tasks)} no time limit, soft or hard, so a call "
                f"that hangs holds its place in a worker for ever: {_first(found.unlimited)}",
                help=_help(found),
                related=(*related, *_workers(found)),
            )
        elif found.only_hard:
            yield Finding(
                _place_of_hard(found),
                f"{_count(found.only_hard, found.tasks)} only a hard time limit: the process is "
                "terminated in the middle of the task, which can catch nothing and clean up "
                f"nothing: {_first(found.only_hard)}",
                help=f"set `{_spelled(found, SOFT)}` below it: "
                "SoftTimeLimitExceeded comes first then",
                related=related,
                severity=Severity.ADVICE,
            )


def _place_of_hard(found: Coverage) -> Span:
    """Where the setting is that limits them, if one does: the soft limit belongs beside it."""
    for each in (*found.contexts, *found.workers):
        hard = limit(found.only_hard[0], HARD, each)
        if hard.span is not None and hard.origin in ("setting", "option", "environment"):
            return hard.span
    return found.place


def _help(found: Coverage) -> str:
    near = found.workers or found.contexts
    if any(enforces(each, SOFT) for each in near):
        soft, hard = _spelled(found, SOFT), _spelled(found, HARD)
        return f"set `{soft}`, and `{hard}` somewhat above it"
    pools = " or ".join(sorted({each.pool() or "" for each in near}))
    if any(enforces(each, HARD) for each in near):
        return f"set `{_spelled(found, HARD)}`: a {pools} pool ignores the soft one"
    return f"a {pools} pool enforces no limit: give the calls timeouts, or use a prefork pool"


def _spelled(found: Coverage, option: str) -> str:
    """The setting behind an option, as this configuration has to write it."""
    return spelled(found.contexts[0], f"task_{option}")


def _workers(found: Coverage) -> Iterator[Related]:
    for span in dict.fromkeys(each.process.span for each in found.workers if each.process):
        yield Related(span, "this worker starts without a limit, too")


def _count(some: Sequence[Task], tasks: Sequence[Task]) -> str:
    if len(tasks) == 1:
        return "the only task has"
    return f"{len(some)} of {len(tasks)} tasks {'has' if len(some) == 1 else 'have'}"


def _first(tasks: Sequence[Task]) -> str:
    return first_few([task.function for task in tasks])
