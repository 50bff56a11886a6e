"""CEL676: `-A` names a module or a name that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Process, Project, Related, Severity, rule, started_by


@rule(on=Process, severity=Severity.ERROR, since="0.1")
def app_target_missing(process: Process, project: Project) -> Iterator[Finding]:
    missing = process.no_app
    if missing is None or process.app is None:  # the latter is app-option-missing's
        return
    target = process.app.text() or ""
    module = target.partition(":")[0]
    what = {
        "module": f"there is no module `{missing.name}`",
        "attribute": f"`{module}` has no `{missing.name}`",
        "none": f"there is no app in `{missing.name}`",
    }
    place = () if missing.place is None else (Related(missing.place, f"`{module}` is here"),)
    yield Finding(
        process.app.span,
        f"{what[missing.kind]}: `celery {process.kind}` ends at once, unable to load the "
        "application",
        help=f"write `-A {missing.meant}`" if missing.meant else "name the module with the app",
        related=(*place, *started_by(process)),
    )
