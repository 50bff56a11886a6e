"""CEL441: an error callback cannot receive what Celery sends to it."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Binding,
    Canvas,
    ErrbackMismatch,
    Finding,
    Project,
    Related,
    Severity,
    errback_mismatches,
    name_of,
    rule,
)

_SENDS = {
    "inline": "(request, exc, traceback)",
    "task": "the id of the task that failed",
}


@rule(on=Canvas, severity=Severity.ERROR, since="0.1")
def errback_cannot_run(canvas: Canvas, project: Project) -> Iterator[Finding]:
    for each in errback_mismatches(canvas, project):
        task = each.errback.task
        if task is None:
            continue
        yield Finding(
            each.errback.span,
            _message(each, task.function),
            help=_cure(each, task.function, task.bound is True),
            related=(
                Related(task.span, f"`{task.function}` is defined here"),
                Related(each.owner.span, f"its error callback: {name_of(each.owner)}"),
            ),
        )


def _message(each: ErrbackMismatch, name: str) -> str:
    what = _SENDS[each.how]
    if each.binding is None:
        parameter = f"`{each.shifted.name}`" if each.shifted is not None else "the first parameter"
        what = "its request" if each.how == "inline" else "its id"
        return (
            f"when {_failing(each.owner)} fails, {parameter} of `{name}` is {what}: "
            "what the signature holds for it only comes behind that"
        )
    call = "calls it in the worker with" if each.how == "inline" else "sends it"
    return (
        f"the error callback `{name}` never runs: Celery {call} {what} before its own arguments, "
        f"and {_refuses(each.binding, each.how)}"
    )


def _failing(owner: Canvas) -> str:
    return "the chord" if owner.kind == "chord" else name_of(owner)


def _refuses(binding: Binding, how: str) -> str:
    if binding.surplus:
        return "it does not take so many"
    if binding.twice:
        return f"it then gets `{binding.twice[0].name}` twice"
    return f"`{binding.missing[0].name}` stays missing"


def _cure(each: ErrbackMismatch, name: str, bound: bool) -> str:
    stored = each.errback.dispatch.arguments if each.errback.dispatch is not None else ()
    if stored and (each.binding is None or each.binding.surplus or each.binding.twice):
        return f"write `{name}.si(…)`, which takes its own arguments only"
    if bound:
        return f"write `def {name}(self, task_id)`, or take `bind=True` away for (request, exc, tb)"
    return f"write `def {name}(request, exc, traceback)`, or send it as `{name}.si(…)`"
