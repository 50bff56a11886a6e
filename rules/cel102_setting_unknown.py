"""CEL102: a name that configures nothing, since Celery has no such setting."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Ineffective, Project, Related, Severity, rule, unused_names


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def setting_unknown(project: Project, _: Project) -> Iterator[Finding]:
    for app, found in unused_names(project, "unknown", "removed"):
        gone = found.kind == "removed"
        yield Finding(
            found.span,
            _message(found),
            help=f"remove `{found.name}`" if gone else f"write `{found.meant}`",
            related=(Related(app.span, "the app that is configured with it"),),
            severity=Severity.WARNING if gone else None,
        )


def _message(found: Ineffective) -> str:
    if found.kind == "removed":
        return (
            f"`{found.name}` does nothing: Celery {found.last} was the last one with such a setting"
        )
    if found.origin == "keyword":
        return (
            f"`Celery({found.name}=…)` does nothing: "
            f"there is no such setting, and `{found.meant}` stays as it was"
        )
    return f"`{found.name}` is no setting of Celery: `{found.meant}` stays as it was"
