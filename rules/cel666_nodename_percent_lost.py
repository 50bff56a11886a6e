"""CEL666: systemd or supervisor takes the `%h` that is meant for Celery."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    LostPercent,
    Process,
    Project,
    Severity,
    lost_percents,
    rule,
    started_by,
)

_SYSTEMD = {
    "%h": "the home directory of the user",
    "%n": "the name of the unit",
    "%d": "the directory of its credentials",
}


@rule(on=Process, severity=Severity.ERROR, since="0.1")
def nodename_percent_lost(process: Process, project: Project) -> Iterator[Finding]:
    for lost in lost_percents(process):
        yield Finding(
            lost.span,
            _what(lost, process.platform),
            help=f"write `%{lost.letter}` in `{_switch(lost)}`",
            related=started_by(process),
        )


def _what(lost: LostPercent, platform: str) -> str:
    if platform == "supervisor":
        return (
            f"supervisor cannot read `{lost.letter}` and refuses the whole file: "
            "none of its programs is started"
        )
    return (
        f"systemd replaces `{lost.letter}` by {_SYSTEMD[lost.letter]} before Celery sees it, "
        f"so `{_switch(lost)}` does not get the node's own"
    )


def _switch(lost: LostPercent) -> str:
    return "-n" if lost.option == "hostname" else f"--{lost.option.replace('_', '-')}"
