"""CEL445: a step that takes a list gets a bare result where the group before it has one member."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Canvas,
    Finding,
    Project,
    Related,
    Severity,
    Unrolled,
    exact,
    rule,
    unrolled,
)


@rule(on=Canvas, severity=Severity.WARNING, since="0.1")
def bare_result(canvas: Canvas, project: Project) -> Iterator[Finding]:
    for each in unrolled(canvas):
        step = each.following
        task, listed = step.task, step.listed
        if task is None or listed is None or step.immutable is not False or not exact(task):
            continue
        name = task.parameters[0].name if task.parameters else "it"
        when = "where" if each.group.open else "as"
        yield Finding(
            each.group.span,
            f"{when} the group has one member, the chain takes it apart: `{name}` of "
            f"`{task.function}` is then that member's bare result, and no list",
            help=_cure(each, task.function),
            related=(
                Related(listed, f"`{task.function}` takes `{name}` for a list"),
                Related(step.span, "the step that follows the group"),
            ),
        )


def _cure(each: Unrolled, name: str) -> str:
    if each.first:
        return (
            f"write `group(…) | {name}.s(…)` or `chord(…)({name}.s(…))`, which always pass a list"
        )
    return f"write `chord(…, {name}.s(…))` as one step, which always passes a list"
