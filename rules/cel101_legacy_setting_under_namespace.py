"""CEL101: a name from before Celery 4 in settings that are read under a namespace."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Ineffective,
    Project,
    Related,
    Severity,
    rule,
    unused_names,
)


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def legacy_setting_under_namespace(project: Project, _: Project) -> Iterator[Finding]:
    for app, found in unused_names(project, "legacy"):
        name, meant = found.name, found.meant
        related = [Related(app.span, f'loads it under the namespace "{app.namespace}"')]
        if found.instead is not None:
            related.insert(0, Related(found.instead, f"`{meant}`, which counts"))
        harmless = found.instead is not None or found.default
        yield Finding(
            found.span,
            _message(found),
            help=f"remove `{name}`" if harmless else f"rename it to `{meant}`, or remove it",
            related=tuple(related),
            severity=Severity.ADVICE if harmless else None,
        )


def _message(found: Ineffective) -> str:
    if found.instead is not None:
        return f"`{found.name}` does nothing: it is an old name of `{found.meant}`, which counts"
    ignored = f"`{found.name}` is ignored, Celery looks for `{found.meant}`"
    if found.default:
        return f"{ignored}; it would say what Celery does anyway"
    if found.always:
        return f"{ignored}: the default stays, until an upgrade to 5.7 brings it to life"
    return f"before Celery 5.7 {ignored}; from 5.7 on it takes effect"
