"""CEL702: the scheduler's memory of what ran is lost with its container."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Project,
    Related,
    Severity,
    lost_schedules,
    rule,
    started_by,
)

_HOUR = 3600


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def beat_schedule_not_persistent(project: Project, _: Project) -> Iterator[Finding]:
    for lost in lost_schedules(project, least=_HOUR):
        file = f"the schedule file `{lost.path}`"
        proof = started_by(lost.beat.process)
        if lost.read_only is not None:
            yield Finding(
                lost.span,
                f"{file} cannot be written, since the container's root is read-only: "
                "the scheduler ends with an error",
                help="mount a volume, and name a file on it with `-s`",
                related=(Related(lost.read_only, "the root is read-only"), *proof),
            )
            continue
        if lost.place is not None:
            proof = (Related(lost.place, f"`{lost.entry}` has an interval"), *proof)
        yield Finding(
            lost.span,
            f"{file} is lost with the container: `{lost.entry}` waits its {_written(lost.seconds)} "
            "anew after each deployment, and never runs where these come more often",
            help="keep the file on a volume (`-s /data/schedule`), or write the entry as a crontab",
            related=proof,
            severity=Severity.WARNING,
        )


def _written(seconds: float) -> str:
    hours = seconds / _HOUR
    return f"{hours / 24:g} days" if hours >= 48 else f"{hours:g} hours"
