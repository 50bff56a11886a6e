"""CEL302: an object of the database is sent to a task, instead of its key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    objects = [each for each in dispatch.arguments if each.model is not None]
    known = dispatch.task is not None or dispatch.sent_name is not None
    if dispatch.how == "apply" or not (objects and known):  # apply() runs the task here and now
        return
    fate, serializer, setting = carries(project, dispatch.task, dispatch)
    yield Finding(
        objects[0].span,
        f"{_what(objects)}, which {_becomes(fate, serializer, len(objects) > 1)}",
        help=_cure(objects, project),
        related=(*(proof for each in objects for proof in each.proof), *_because(fate, setting)),
        severity=None if fate is Carries.REFUSED else Severity.WARNING,
    )


@rule(on=Task, severity=Severity.ERROR, since="0.1")
def object_is_expected(task: Task, project: Project) -> Iterator[Finding]:
    if task.option("pydantic") is not None:  # the parameters are made from dicts
        return
    # A parameter that may be left out is for code that calls the task as a function.
    found = [(each, each.model) for each in task.parameters if each.model and each.required]
    if not found:
        return
    fate, serializer, setting = carries(project, task)
    several = len(found) > 1
    names = _listed([f"`{each.name}`" for each, _ in found])
    kinds = ", ".join(dict.fromkeys(f"`{_short(model.name)}`" for _, model in found))
    keys = _listed([f"`{each.name}_id`" for each, _ in found])
    yield Finding(
        found[0][0].span,
        f"{names} {'are objects' if several else 'is an object'} of the database ({kinds}), "
        f"which {_becomes(fate, serializer, several)}",
        help=f"take {keys} instead, and load the {'objects' if several else 'object'} in the task",
        related=(
            *dict.fromkeys(Related(model.span, "its class") for _, model in found),
            *_because(fate, setting),
        ),
        severity=None if fate is Carries.REFUSED else Severity.WARNING,
    )


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def _what(objects: Sequence[Argument]) -> str:
    texts = [f"`{each.text}`" for each in objects if each.text]
    names = ", ".join(dict.fromkeys(f"`{_short(each.model or '')}`" for each in objects))
    if len(objects) > 1:
        some = " and ".join(texts) if len(texts) == len(objects) else "arguments"
        return f"{some} are objects of the database ({names})"
    kind = "a query set" if objects[0].shape == "queryset" else "an object of the database"
    return f"{texts[0] if texts else 'an argument'} is {kind} ({names})"


def _short(name: str) -> str:
    return "User" if name.endswith("get_user_model") else name.rpartition(".")[2]


def _becomes(fate: Carries, serializer: str, several: bool = False) -> str:
    are, arrive = ("are", "they arrive") if several else ("is", "it arrives")
    if fate is Carries.REFUSED:
        return f"cannot be sent: `{serializer}` raises EncodeError"
    stale = f"{are} stale when {arrive}"
    if fate is Carries.COPIED:
        return f"{stale}: `{serializer}` makes a copy, and saving it undoes what changed since"
    return f"cannot be sent or {stale}, depending on the serializer"


def _because(fate: Carries, setting: Setting | None) -> tuple[Related, ...]:
    if setting is None:
        return ()
    verb = "decides" if fate is Carries.UNKNOWN else "chooses"
    return (Related(setting.span, f"`{setting.written}` {verb} the serializer"),)


def _cure(objects: Sequence[Argument], project: Project) -> str:
    kinds = {model.name: model.kind for model in project.models}
    keys = []
    for each in objects:
        plain = each.text.replace(".", "").replace("_", "").isalnum()
        if each.shape == "queryset" or not plain:
            return "pass primary keys, and load the objects in the task"
        key = "pk" if kinds.get(each.model or "", "django") == "django" else "id"
        keys.append(f"`{each.text}.{key}`")
    load = "objects" if len(keys) > 1 else "object"
    return f"pass {' and '.join(keys)}, and load the {load} in the task"
