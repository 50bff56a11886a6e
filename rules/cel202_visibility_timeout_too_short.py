"""CEL202: tasks that may still run when the broker gives their message to another worker."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Related, RunsAgain, Severity, rule, runs_again

SHOWN = 3


@rule(on=Project, severity=Severity.WARNING, since="0.1")
def visibility_timeout_too_short(project: Project, _: Project) -> Iterator[Finding]:
    for found in runs_again(project):
        longest = found.runs[0].seconds
        related = [
            Related(each.span, f"`{each.task.function}` may run for {each.seconds:g} s")
            for each in found.runs[:SHOWN]
        ]
        late = sorted({each.late for each in found.runs[:SHOWN]})
        yield Finding(
            found.place,
            _message(found),
            help="set `visibility_timeout` in `broker_transport_options` above "
            f"{longest:g}, or the limits below {found.window:g}",
            related=(*related, *(Related(each, "acknowledges late") for each in late)),
        )


def _message(found: RunsAgain) -> str:
    names = [f"`{each.task.function}`" for each in found.runs]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    said = "its `visibility_timeout`" if found.set else "its default"
    running = "it runs" if len(names) == 1 else "they run"
    window = f"{found.window:g} s ({said})"
    return (
        f"{', '.join(names[:SHOWN])}{more} may run for up to {found.runs[0].seconds:g} s, and "
        f"{found.broker} gives out anew what is not acknowledged after {window}: "
        f"another worker starts the same call while {running}"
    )
