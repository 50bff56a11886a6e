"""CEL103: a setting that `Celery(...)` and the loaded configuration both give, differently."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Ineffective, Project, Related, Severity, rule, unused_names


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def app_kwarg_conflicts_with_config(project: Project, _: Project) -> Iterator[Finding]:
    for app, found in unused_names(project, "shadowed"):
        related = [Related(app.span, "the app")]
        if found.instead is not None:
            related.insert(0, Related(found.instead, "the other value"))
        yield Finding(
            found.span,
            _message(found),
            help="keep one of the two",
            related=tuple(related),
            severity=Severity.WARNING if found.always else None,
        )


def _message(found: Ineffective) -> str:
    if found.origin == "keyword":
        return (
            f"`Celery({found.name}=…)` does nothing before Celery 5.7: "
            f"`{found.meant}` wins, and from 5.7 on it loses"
        )
    if found.always:
        return f"`{found.name}` does nothing: `Celery({found.meant}=…)` wins"
    return (
        f"`{found.name}` wins over `Celery({found.meant}=…)` before Celery 5.7 "
        "and loses from 5.7 on: an upgrade changes what is used"
    )
