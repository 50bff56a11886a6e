"""CEL701: several schedulers send the same periodic tasks."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Beat,
    Double,
    Finding,
    Project,
    Related,
    Severity,
    beats,
    doubles,
    named,
    rule,
    started_by,
)


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def beat_runs_twice(project: Project, _: Project) -> Iterator[Finding]:
    for double in doubles(project):
        unless = f", unless {', '.join(f'`{each}`' for each in double.env)} is set"
        yield Finding(
            double.span,
            f"{_what(double)}: nothing keeps them apart, so every periodic task is sent "
            f"{'once by each' if double.count is None else f'{double.count} times'}"
            f"{unless if double.env else ''}",
            help=_help(double),
            related=_proof(double),
            severity=Severity.WARNING if double.env or double.count is None else None,
        )


@rule(on=Project, severity=Severity.ADVICE, since="0.1")
def beat_overlaps_on_update(project: Project, _: Project) -> Iterator[Finding]:
    """A Deployment starts the new pod before it stops the old one, unless told otherwise."""
    known = {each.process.span for double in doubles(project) for each in double.beats}
    for beat in beats(project):
        process = beat.process
        unit, keys = process.unit, process.keys
        if unit is None or (process.platform, unit.kind) != ("kubernetes", "Deployment"):
            continue
        told = "strategy.type" in keys or "strategy.maxSurge" in keys
        if beat.production and beat.store is not None and not told and process.span not in known:
            yield Finding(
                beat.span,
                "each rolling update starts the new scheduler before the old one ends: "
                "what falls due in between is sent twice",
                help="give this Deployment `strategy: {type: Recreate}`",
            )


def _what(double: Double) -> str:
    if double.count is None:
        return "a scheduler runs on every machine"
    if len(double.beats) == 1:
        return f"{double.count} copies of a scheduler run"
    names = " and ".join(dict.fromkeys(named(each.process) for each in double.beats))
    return f"{double.count} schedulers run for one app ({names})"


def _help(double: Double) -> str:
    if len(double.beats) > 1 and any(each.embedded for each in double.beats):
        return "take `-B` away from the worker, and run one `celery beat` for the app"
    if double.beats[0].embedded:
        return "take `-B` away, and run one `celery beat` beside these workers"
    return "run exactly one `celery beat` for an app, or a scheduler with a lock, such as RedBeat"


def _proof(double: Double) -> tuple[Related, ...]:
    found: list[Related] = []
    for each in double.beats:
        if each.span != double.span:
            found.append(Related(each.span, f"a scheduler: {_named(each)}"))
        found += started_by(each.process)
    return tuple(found)


def _named(beat: Beat) -> str:
    return f"`-B` of {named(beat.process)}" if beat.embedded else named(beat.process)
