"""CEL678: several workers keep their state in one file."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from celerylint.rule import (
    Chosen,
    Finding,
    Process,
    Project,
    Related,
    Severity,
    StateFile,
    named,
    rule,
    shared_states,
    started_by,
)


@rule(on=Project, severity=Severity.WARNING, since="0.1")
def statedb_shared(project: Project, _: Project) -> Iterator[Finding]:
    for each in shared_states(project):
        (first, place), *others = each.workers
        for process, chosen in others or [(first, place)]:
            rest = [Related(place.span, f"{named(first)} has it, too")] if others else []
            if chosen.span == place.span:
                rest = [Related(p.span, f"the worker of {named(p)}") for p, _ in each.workers]
            yield Finding(
                chosen.span,
                f"{_who(each)} `{each.path}` as their state file: where Python locks it (gdbm), "
                "only one of them starts; elsewhere the last to stop overwrites the revoked tasks "
                "of the others",
                help=f"give each its own file: {_cure(each, process, chosen)}",
                related=(*rest, *started_by(process)),
            )


def _who(each: StateFile) -> str:
    if each.copies is None:
        return "all instances of this unit have"
    return f"its {each.copies} copies have" if each.copies else f"{len(each.workers)} workers have"


def _cure(each: StateFile, process: Process, chosen: Chosen) -> str:
    root, ext = posixpath.splitext(each.path)
    inside = chosen.origin == "option" and chosen.span.path == process.deployment
    if process.multi:
        return f"`{root}-%n{ext}`"
    if process.platform == "supervisor" and inside:
        number = "-%(process_num)d" if each.copies else ""
        return f"`{root}-%(program_name)s{number}{ext}`"
    if process.platform == "systemd" and inside:
        return f"`{root}-%{'i' if each.copies is None else 'N'}{ext}`"
    if each.copies:
        return "the copies share its folder, so leave the file out or mount a volume for each"
    return f"`{root}-%n{ext}`, and each worker its own name (`-n`)"
