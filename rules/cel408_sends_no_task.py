"""CEL408: `delay()` is called on something that is no task."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, NoTask, Project, Related, Severity, rule


@rule(on=NoTask, severity=Severity.ERROR, since="0.1")
def nothing_is_sent(call: NoTask, project: Project) -> Iterator[Finding]:
    short = call.text.rpartition(".")[2]
    if call.kind == "nothing":
        what = f"`{call.what}` has no `{short}`"
        cure = f"write `{call.meant}`" if call.meant else "send a task that the module has"
    elif call.kind == "function":
        what = f"`{call.text}` is a plain function, which has no `{call.how}`"
        cure = f"make it a task: write `@shared_task` above `def {short}`"
    else:
        what = f"`{call.text}` is {call.what} here, which has no `{call.how}`"
        cure = f"call `{call.how}` of the task that is meant"
    yield Finding(
        call.span,
        f"{what}: each such call raises AttributeError, and no task is sent",
        help=cure,
        related=()
        if call.place is None
        else (Related(call.place, "no decorator makes it a task"),),
    )
