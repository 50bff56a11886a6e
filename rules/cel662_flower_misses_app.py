"""CEL662: Flower is told its app or broker where it does not listen."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Process, Project, Severity, celery_of, rule, started_by

# Any of these tells Flower where to look, as far as it needs to be told.
_TELLING = ("CELERY_BROKER_URL", "CELERY_CONFIG_MODULE", "CELERY_LOADER")


@rule(on=Process, severity=Severity.ERROR, since="0.1")
def flower_misses_app(process: Process, project: Project) -> Iterator[Finding]:
    if process.kind != "flower" or not celery_of(process, project).all_at_least(5):
        return
    if any(process.option(name) for name in ("app", "broker", "config", "loader")):
        return
    if any(name in process.environment for name in _TELLING):
        return
    ignored = [each for each in process.mistakes if each.kind == "ignored"]
    for each in ignored[:1]:
        unless = ", unless `CELERY_BROKER_URL` is set" if process.environment_open else ""
        yield Finding(
            each.span,
            f"Flower ignores `{each.switch}` behind `flower` and starts without an app: it looks "
            f"for workers at amqp://guest@localhost and shows none{unless}",
            help=f"write it in front of the subcommand: `celery {each.switch} … flower …`",
            related=started_by(process),
            severity=Severity.WARNING if unless else None,
        )
