"""CEL302: an object of the database is sent to a task, instead of its key."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Argument,
    Carries,
    Dispatch,
    Finding,
    Project,
    Related,
    Setting,
    Severity,
    Task,
    carries,
    rule,
)


@rule(on=Dispatch, severity=Severity.ERROR, since="0.1")
def object_is_sent(dispatch: Dispatch, project: Project) -> Iterator[Finding]:
    if dispatch.how == "apply":
        return
    for argument in dispatch.arguments:
        if argument.model is not None:
            fate, serializer, setting = carries(project, dispatch.task, dispatch)
            yield Finding(
                argument.span,
                f"{_what(argument)} {_becomes(fate, serializer)}",
                help=_cure(argument),
                related=(*argument.proof, *_because(fate, setting)),
                severity=None if fate is Carries.REFUSED else Severity.WARNING,
            )


@rule(on=Task, severity=Severity.ERROR, since="0.1")
def object_is_expected(task: Task, project: Project) -> Iterator[Finding]:
    option = task.option("pydantic")
    if option is not None:  # the parameter is filled from a dict
        return
    for parameter in task.parameters:
        # What may be left out is for code that calls the task as a function.
        if parameter.model is not None and parameter.required:
            name, model = parameter.name, parameter.model
            fate, serializer, setting = carries(project, task)
            yield Finding(
                parameter.span,
                f"`{name}` is an object of the database (`{_short(model.name)}`), "
                f"which {_becomes(fate, serializer)}",
                help=f"take `{name}_id` instead, and load the object in the task",
                related=(Related(model.span, "the class"), *_because(fate, setting)),
                severity=None if fate is Carries.REFUSED else Severity.WARNING,
            )


def _what(argument: Argument) -> str:
    kind = "a query set" if argument.shape == "queryset" else "an object of the database"
    text = f"`{argument.text}`, " if argument.text and argument.text != "…" else ""
    return f"{text}{kind} (`{_short(argument.model or '')}`),"


def _short(name: str) -> str:
    return "User" if name.endswith("get_user_model") else name.rpartition(".")[2]


def _becomes(fate: Carries, serializer: str) -> str:
    if fate is Carries.REFUSED:
        return f"cannot be sent: `{serializer}` raises EncodeError"
    if fate is Carries.COPIED:
        return (
            f"is stale when it arrives: `{serializer}` carries a copy, and saving it overwrites "
            "what has changed since"
        )
    return "cannot be sent, or is stale when it arrives: that depends on the serializer"


def _because(fate: Carries, setting: Setting | None) -> tuple[Related, ...]:
    if setting is None:
        return ()
    word = "decides" if fate is Carries.UNKNOWN else "says so"
    return (Related(setting.span, f"`{setting.written}` {word}"),)


def _cure(argument: Argument) -> str:
    if argument.shape == "queryset":
        return "pass a list of keys, and load the objects in the task"
    text = argument.text if argument.text.replace(".", "").replace("_", "").isalnum() else ""
    return (
        f"pass `{text}.pk`, and load the object in the task"
        if text
        else ("pass the primary key, and load the object in the task")
    )
