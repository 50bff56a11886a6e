"""CEL504: the first argument of `retry()` is the task's new arguments, not an exception."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Edit,
    Finding,
    Project,
    RetryArgument,
    RetryCall,
    Severity,
    resent,
    rule,
)

_TAKES = ("arguments", "keyword arguments")  # by position


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def retry_positional_argument(project: Project, _: Project) -> Iterator[Finding]:
    said = set()
    for call in resent(project):
        given = [each for each in call.arguments if each.position in (0, 1)]
        wrong = next((each for each in given if _meant(each)), None)
        if call.how == "retry" and wrong is not None and wrong.span not in said:
            said.add(wrong.span)
            meant = _meant(wrong)
            yield Finding(
                wrong.span,
                f"{_name(wrong)} is taken for the task's new {_TAKES[wrong.position or 0]}: "
                + _happens(wrong),
                help=f"write `{meant}={wrong.text or '…'}`" if meant else "name the argument",
                related=call.trail,
                fix=_fix(call, wrong),
            )


def _meant(argument: RetryArgument) -> str:
    """The parameter that this was meant for, "" where it may be what the position takes."""
    if argument.caught is not None or argument.exceptions:
        return "exc"
    if argument.value.must(lambda each: isinstance(each, int | float) and each is not True):
        return "countdown"
    return ""


def _name(argument: RetryArgument) -> str:
    if argument.caught is not None:
        return f"`{argument.text}`, the exception that was caught,"
    kind = "the exception" if argument.exceptions else "the number"
    return f"{kind} `{argument.text}`" if argument.text else kind


def _happens(argument: RetryArgument) -> str:
    if argument.position == 0:
        return "`retry()` fails with a TypeError, and the task is never tried again"
    return "the retry cannot be sent, and the task is dropped"


def _fix(call: RetryCall, argument: RetryArgument) -> tuple[Edit, ...]:
    if argument.caught is None or argument.position != 0:
        return ()
    if any(each.keyword == "exc" or each.position == 1 for each in call.arguments):
        return ()
    return (Edit(argument.span, f"exc={argument.text}"),)
