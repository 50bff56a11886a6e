"""CEL316: a module of tasks that no worker imports."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Severity, Undiscovered, rule


@rule(on=Undiscovered, severity=Severity.ERROR, since="0.1")
def no_worker_imports_it(missing: Undiscovered, project: Project) -> Iterator[Finding]:
    name, meant = missing.name, missing.meant
    unsaid = f"there is no package `{name}`, which `autodiscover_tasks` does not say"
    message = {
        "ignored": f"{unsaid}: "
        + (f"no worker knows the tasks of `{meant}`" if meant else "the entry finds no task"),
        "fails": f"there is no module `{name}`: no worker starts (ModuleNotFoundError)",
        "refused": f"no worker knows `{name}`: its module cannot be imported (ImportError)",
    }
    cure = f"name `{meant}`" if meant else "name the module that holds the tasks"
    yield Finding(
        missing.span,
        message[missing.kind],
        help="take a dot from the relative import, and name the module to the app"
        if missing.kind == "refused"
        else f"{cure}, or remove the entry",
        related=() if missing.near is None else (missing.near,),
        severity=Severity.WARNING if missing.kind == "ignored" and not meant else None,
    )
