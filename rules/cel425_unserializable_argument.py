"""CEL425: a task is sent what its serializer cannot encode."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Argument,
    Dispatch,
    Encoding,
    Finding,
    Form,
    Project,
    Related,
    Severity,
    of_message,
    refused,
    rule,
)

# What to write instead, by the row of the form; `{}` stands for the argument.
_CURES = {
    "builtins.set": "sorted({})",
    "builtins.frozenset": "sorted({})",
    "builtins.Exception": "str({})",
    "pathlib.Path": "str({})",
    "datetime.timedelta": "{}.total_seconds()",
    "enum.Enum": "{}.value",
    "pydantic.BaseModel": "{}.model_dump()",
    "method": "{}()",
    "builtins.bytes": "{}.decode()",
}
_LISTS = ("generator", "dict view", "dict pairs", "django.db.models.query.QuerySet")


@rule(on=Dispatch, severity=Severity.ERROR, since="0.1")
def unserializable_argument(dispatch: Dispatch, project: Project) -> Iterator[Finding]:
    known = dispatch.task is not None or dispatch.sent_name is not None
    if dispatch.how == "apply" or dispatch.test or not known:  # apply() runs the task here and now
        return
    if any(each.model is not None for each in dispatch.arguments):
        return  # `orm-object-argument` speaks of the call
    encoding = None
    for argument in dispatch.arguments:
        if not argument.forms or not argument.sure:
            continue
        encoding = encoding or of_message(project, dispatch.task, dispatch)
        found = refused(argument.forms, encoding, project)
        if found is not None and encoding is not None:
            form, serializer = found
            yield Finding(
                argument.span,
                f"{_what(argument, form)}, which cannot be sent: `{serializer}` raises EncodeError",
                help=_cure(argument, form),
                related=(*form.related, *_because(encoding)),
            )


def _what(argument: Argument, form: Form) -> str:
    name = f"`{argument.text}`" if argument.text and "…" not in argument.text else "an argument"
    return f"{name} {'holds' if form.inside else 'is'} {form.what}"


def _because(encoding: Encoding) -> tuple[Related, ...]:
    if encoding.setting is None:
        return ()
    return (Related(encoding.setting.span, f"`{encoding.setting.written}` chooses the serializer"),)


def _cure(argument: Argument, form: Form) -> str:
    text = argument.text
    row = form.rows[0]
    listed = row in _LISTS or row.startswith(("builtins.map", "builtins.filter", "builtins.zip"))
    cure = "list({})" if listed or row == "builtins.range" else _CURES.get(row)
    if cure is None or form.inside or not text or "…" in text:
        return "send plain data (strings, numbers, lists, dicts), and make the object in the task"
    return f"pass `{cure.format(text)}`"
