"""CEL403: the arguments of a call do not fit the task's function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from celerylint.rule import (
    Argument,
    Binding,
    Dispatch,
    Finding,
    Parameter,
    Project,
    Related,
    Severity,
    Task,
    bound,
    execution_options,
    fate,
    rule,
    signature_of,
)


@rule(on=Dispatch, severity=Severity.ERROR, since="0.1")
def call_arity_mismatch(dispatch: Dispatch, project: Project) -> Iterator[Finding]:
    binding, task = bound(dispatch, project), dispatch.task
    if binding is None or task is None or dispatch.test or _misplaced(dispatch, binding):
        return
    problems = list(_problems(binding, task))
    if problems:
        culprits = (*binding.surplus, *binding.unexpected, *binding.twice)
        yield Finding(
            culprits[0].span if culprits else dispatch.span,
            f"`{task.function}` {' and '.join(problems)}: {fate(dispatch)}",
            help=f"call it as `{signature_of(task)}`",
            related=(Related(task.span, f"the parameters of `{task.function}`"),),
        )


def _misplaced(dispatch: Dispatch, binding: Binding) -> bool:
    """Is it a rule of its own that speaks of the call: options of the message among the
    arguments, or arguments among the options?"""
    if any(each.name in execution_options() for each in binding.unexpected):
        return dispatch.how not in {"apply_async", "send_task", "apply", "apply_async_on_commit"}
    return any(each.name in dispatch.options for each in binding.missing)


def _problems(binding: Binding, task: Task) -> Iterator[str]:
    if binding.missing:
        yield f"gets no {_names(binding.missing)}"
    if binding.surplus:
        most = sum(each.kind.startswith("positional") for each in task.parameters)
        takes = (
            f"takes {most} positional argument{'' if most == 1 else 's'}" if most else "takes none"
        )
        yield f"{takes} and gets {most + len(binding.surplus)}"
    if binding.unexpected:
        yield f"has no parameter {_names(binding.unexpected)}"
    if binding.twice:
        yield f"gets {_names(binding.twice)} twice, by position and by name"


def _names(each: Sequence[Argument | Parameter]) -> str:
    return " and ".join(f"`{one.name}`" for one in each)
