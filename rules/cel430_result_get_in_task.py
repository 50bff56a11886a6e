"""CEL430: a task waits for the result of another task."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Reached, Related, Severity, rule, wait


@rule(on=Reached, severity=Severity.ERROR, since="0.1")
def result_get_in_task(call: Reached, project: Project) -> Iterator[Finding]:
    found = wait(call, project)
    if found is None:
        return
    task, way = call.task.function, f" ({call.way()})" if call.path else ""
    if found.raises:
        message = f"`{call.text}()` does not wait in a worker, it raises RuntimeError"
        message += f": `{task}` fails here{way}"
        if found.hidden:
            message = f"`{call.text}()` never waits: in a worker it raises RuntimeError, which the "
            message += f"`except` around it hides, and `{task}` goes on without a result{way}"
    else:
        ends = "until its timeout" if found.bounded else "for ever"
        message = f"`{task}` keeps its place in the worker while it waits in `{call.text}()`, which"
        message += (
            f" {found.allowed} allows: when every place waits so, the task that would answer "
        )
        message += f"is never started, and all of them hang {ends}{way}"
    place = () if found.place is None else (Related(found.place, "what lets it wait"),)
    yield Finding(
        call.span,
        message,
        help="send the rest as a task of its own: `chain(first.s(…), rest.s())`, or a chord for a "
        "group",
        related=(*call.related(), *place),
        severity=None if found.raises else Severity.WARNING,
    )
