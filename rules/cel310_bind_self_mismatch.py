"""CEL310: a task expects itself as first argument and does not get it, or the other way round."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Parameter, Project, Related, Severity, Task, Value, rule

_NAMES = frozenset({"self", "_self", "task", "celery_task", "bound_task", "current_task"})
_PLAIN = frozenset({"bool", "bytes", "dict", "float", "int", "list", "set", "str", "tuple"})
_KEYS = ("_id", "_ids", "_pk", "_uuid")


@rule(on=Task, severity=Severity.ERROR, since="0.1")
def nobody_passes_self(task: Task, project: Project) -> Iterator[Finding]:
    first = task.parameters[0] if task.parameters else None
    if task.bound is not False or first is None or not first.required or not _as_written(task):
        return
    if first.name != "self" and not (first.name in _NAMES and task.uses_self):
        return
    sends = [each for each in project.dispatches if each.task is task]
    count = sum(each.required and not each.kind.startswith("keyword") for each in task.parameters)
    for each in sends:
        positional = sum(argument.name is None for argument in each.arguments)
        if positional >= count or any(given.name == first.name for given in each.arguments):
            return  # it is passed like any other argument
    used = f": the body uses `{first.name}.{task.uses_self[0]}`" if task.uses_self else ""
    yield Finding(
        first.span,
        f"every call of `{task.function}` fails with a TypeError: without `bind=True` "
        f"`{first.name}` is an argument like any other, and nobody passes it",
        help=f"add `bind=True` to the decorator{used}"
        if used
        else f"remove `{first.name}`, or add `bind=True` to the decorator",
        related=(
            Related(task.place, "makes the task, and does not bind it"),
            *(Related(each.span, "sent without it") for each in sends[:3]),
        ),
    )


@rule(on=Task, severity=Severity.ERROR, since="0.1")
def self_has_no_parameter(task: Task, project: Project) -> Iterator[Finding]:
    if not task.bound or task.self_parameter is not None or not _as_written(task):
        return
    if not any(each.kind == "var-positional" for each in task.parameters):
        yield Finding(
            task.span,
            f"every call of `{task.function}` fails with a TypeError: `bind=True` passes the task "
            "itself first, and there is no parameter for it",
            help=f"write `def {task.function}(self, …)`, or remove `bind=True`",
            related=(Related(task.place, "binds the task"),),
        )


@rule(on=Task, severity=Severity.WARNING, since="0.1")
def data_takes_the_place_of_self(task: Task, project: Project) -> Iterator[Finding]:
    first = task.self_parameter
    if task.bound and first is not None and _is_data(first) and _as_written(task):
        yield Finding(
            first.span,
            f"`{first.name}` holds the task itself, not what the caller passes: "
            "`bind=True` puts it first and shifts the arguments by one",
            help=f"write `def {task.function}(self, {first.name}, …)`, or remove `bind=True`",
            related=(Related(task.place, "binds the task"),),
        )


def _as_written(task: Task) -> bool:
    """Does the function get what Celery passes, with nothing in between that may change it?"""
    passed = all(each.transparent for each in task.inner)
    return passed and not task.open and "__call__" not in task.overrides


def _is_data(parameter: Parameter) -> bool:
    kind: Value | None = parameter.annotation
    if kind is not None:
        return getattr(kind, "dotted", "") in {f"builtins.{name}" for name in _PLAIN}
    return parameter.name in {"id", "pk", "ids"} or parameter.name.endswith(_KEYS)
