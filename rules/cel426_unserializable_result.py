"""CEL426: a task returns what the result backend cannot store."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Related, Severity, of_result, refused, rule


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def unserializable_result(project: Project, _: Project) -> Iterator[Finding]:
    for each in project.returned:
        if each.task.test or "__call__" in each.task.overrides:
            continue
        encoding = of_result(project, each.task)
        found = refused(each.forms, encoding, project)
        if found is None or encoding is None:
            continue
        form, serializer = found
        chosen = () if encoding.setting is None else (encoding.setting,)
        yield Finding(
            each.span,
            f"`{each.task.function}` returns {'what holds ' if form.inside else ''}{form.what}, "
            f"which `{serializer}` cannot encode: its work is done, and the task is recorded as "
            "FAILURE with EncodeError",
            help=_cure(form.rows[0], form.inside),
            related=(
                *form.related,
                *(Related(one.span, f"`{one.written}` chooses the serializer") for one in chosen),
            ),
        )


def _cure(row: str, inside: bool) -> str:
    lists = {"builtins.set", "builtins.frozenset", "generator", "dict view", "dict pairs"}
    lists |= {"builtins.map", "builtins.filter", "builtins.zip", "builtins.range"}
    if row in lists and not inside:
        return "return `list(...)` of it, or `ignore_result=True` where nobody asks"
    return "return plain data, or nothing; with `ignore_result=True` nothing is stored"
