"""CEL507: what ends a task on purpose is retried like an error."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Caught, Finding, Project, Related, Severity, Span, Task, caught, rule


@rule(on=Project, severity=Severity.WARNING, since="0.1", preview=True)
def autoretry_catches_control_flow(project: Project, _: Project) -> Iterator[Finding]:
    places: dict[Span, list[tuple[Task, Caught]]] = {}
    for task in project.tasks:
        found = caught(task, project)
        if found is not None:
            places.setdefault(found.span, []).append((task, found))
    for span, all_of_them in places.items():
        task, first = all_of_them[0]
        others = [Related(each.span, f"`{each.function}`, too") for each, _ in all_of_them[1:]]
        yield Finding(
            span,
            f"`autoretry_for` with `{first.text}` retries `{task.function}` {_when(first)}",
            help=_cure(first, project),
            related=(*(Related(place, text) for place, text in first.proof), *others),
        )


def _when(found: Caught) -> str:
    times = "for ever" if found.bound is None else f"{found.bound} more times"
    times = "once more" if found.bound == 1 else times
    parts = []
    if "SoftTimeLimitExceeded" in found.names:
        parts.append(
            f"when its time is up: it runs from the start {times}, each time up to the limit"
        )
    if "Reject" in found.names:
        parts.append(f"when it rejects its message: it runs {times} before the message is rejected")
    return ", and ".join(parts)


def _cure(found: Caught, project: Project) -> str:
    names = ", ".join(found.names)
    comma = "," if len(found.names) == 1 else ""
    if project.celery.all_at_least(5, 3):
        return f"name the errors that pass, or add `dont_autoretry_for=({names}{comma})`"
    return "name the errors that pass, such as `ConnectionError`"
