"""CEL406: an eta or expires without a zone, which Celery reads as UTC."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Naive, Project, Severity, naive_times, rule


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def naive_eta(project: Project, _: Project) -> Iterator[Finding]:
    for naive in naive_times(project):
        yield Finding(
            naive.span,
            f"`{naive.name}` is {_what(naive)}, which Celery takes for UTC: {_fate(naive)}",
            help=_cure(naive),
            severity=None if naive.zone and naive.moment.zone == "local" else Severity.WARNING,
        )


def _what(naive: Naive) -> str:
    if naive.moment.zone == "wall":
        return f"a datetime without a zone (`{naive.moment.text}`)"
    zone = f" of {naive.zone}" if naive.zone else ""
    return f"the local time{zone} without its zone (`{naive.moment.text}`)"


def _fate(naive: Naive) -> str:
    function = f"`{naive.function}`" if naive.function else "the task"
    unless = "" if naive.zone else ", unless all machines are set to UTC"
    if naive.moment.zone == "wall":
        unless = ", unless UTC is what is meant"
    if naive.name == "eta":
        return f"{function} runs at once or hours too late{unless}"
    return f"{function} is thrown away at once or expires hours too late{unless}"


def _cure(naive: Naive) -> str:
    offset = naive.moment.offset
    if offset is not None and offset > 0:
        option = "countdown" if naive.name == "eta" else "expires"
        return f"write `{option}={offset:g}`, or begin with `datetime.now(timezone.utc)`"
    if naive.moment.zone == "local":
        return "begin with `datetime.now(timezone.utc)`"
    return "say which zone is meant, with `tzinfo=` or Django's `make_aware()`"
