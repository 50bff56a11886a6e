"""CEL509: `max_retries=None` of one retry means the task's own bound."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Severity, nones, own_bound, rule


@rule(on=Project, severity=Severity.WARNING, since="0.1")
def retry_none_means_default(project: Project, _: Project) -> Iterator[Finding]:
    said = set()
    for task in project.tasks:
        for span, text, call in nones(task):
            if span not in said:
                said.add(span)
                bound, _known = own_bound(task)
                times = "once" if bound == 1 else f"{bound} times"
                yield Finding(
                    span,
                    f"`{text}` takes no bound away: `{task.function}` is retried {times}, "
                    "and then it fails",
                    help=f"write `max_retries=None` among the options of `{task.function}` to "
                    "retry for ever, else leave it out",
                    related=call.trail if call is not None else (),
                )
