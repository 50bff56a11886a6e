"""CEL313: two functions are registered under one task name."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Related, Severity, Task, rule, same_names


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def one_of_them_never_runs(project: Project, _: Project) -> Iterator[Finding]:
    for first, *others in same_names(project):
        for task in others:
            yield Finding(
                task.span,
                f"`{task.name}` is also the name of {_whose(first, task)}: a worker runs one of "
                "them for both, and which one differs from process to process",
                help=f"give one of them another name, such as `name={_better(task)!r}`",
                related=(Related(first.span, f"has the name `{first.name}`, too"),),
            )


def _whose(first: Task, task: Task) -> str:
    if first.function == task.function and first.module == task.module:
        return f"the task in line {first.span.line}"
    return f"`{first.module}.{first.function}`"


def _better(task: Task) -> str:
    automatic = f"{task.module}.{task.function}"
    return automatic if automatic != task.name else f"{automatic}_2"
