"""CEL502: options for retries are given to a task that nothing retries, or not in that way."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    AUTORETRY_OPTIONS,
    CURRENT_RETRY,
    Finding,
    Option,
    Project,
    Related,
    Severity,
    Task,
    retry_keywords,
    rule,
    without_autoretry,
)

_BY_HAND = ("max_retries", "default_retry_delay")


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def nothing_reads_them(project: Project, _: Project) -> Iterator[Finding]:
    for task, options in without_autoretry(project, AUTORETRY_OPTIONS - {"autoretry_for"}):
        by_hand = task.may_retry or CURRENT_RETRY in project.read_options
        asked = [Related(each.span, "asks for a retry itself") for each in task.retries[:3]]
        yield Finding(
            options[0].span,
            f"{_list(options)} {'do' if options[1:] else 'does'} nothing without `autoretry_for`"
            f"{_instead(task, by_hand)}",
            help="add `autoretry_for=(…,)` with the exceptions to retry on"
            + (", or pass `countdown=` to `retry()`" if by_hand else ""),
            related=(Related(task.span, f"`{task.function}`"), *asked),
            severity=Severity.WARNING if by_hand else None,
        )


@rule(on=Project, severity=Severity.WARNING, since="0.1")
def nothing_retries(project: Project, _: Project) -> Iterator[Finding]:
    if CURRENT_RETRY in project.read_options:
        return
    for task, options in without_autoretry(project, frozenset(_BY_HAND)):
        dead = [each for each in options if each.origin == "decorator"]
        dead = [each for each in dead if not each.value.may(lambda value: value == 0)]
        others = any(name in task.options for name in AUTORETRY_OPTIONS)
        if dead and not task.may_retry and not others:
            yield Finding(
                dead[0].span,
                f"nothing retries `{task.function}`: {_list(dead)} "
                f"{'count' if dead[1:] else 'counts'} for retries only, and the task asks for none",
                help="add `autoretry_for=(…,)` with the exceptions to retry on, or call "
                "`self.retry()`",
                related=(Related(task.span, "fails for good at the first error"),),
            )


@rule(on=Task, severity=Severity.WARNING, since="0.1")
def keyword_is_an_option(task: Task, project: Project) -> Iterator[Finding]:
    option = task.option("retry_kwargs")
    for name, span in () if option is None else retry_keywords(option):
        yield Finding(
            span,
            f"`{name}` does nothing in `retry_kwargs`, which are arguments of `retry()`",
            help=f"make `{name}` an option of the task",
            related=(Related(task.span, f"`{task.function}`"),),
        )


def _instead(task: Task, by_hand: bool) -> str:
    if not by_hand:
        return f": nothing retries `{task.function}`, which fails for good at the first error"
    delay = task.option("default_retry_delay")
    plain = [each for each in task.retries if not each.open]
    if delay is None and plain and not any(each.argument("countdown") for each in plain):
        return f": each `retry()` in `{task.function}` waits 180 s"
    return f": `retry()` in `{task.function}` does not look at it" if task.retries else ""


def _list(options: list[Option]) -> str:
    return " and ".join(f"`{each.name}`" for each in options)
