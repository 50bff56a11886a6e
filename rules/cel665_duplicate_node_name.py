"""CEL665: two workers on one host have the same node name."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Namesakes,
    Process,
    Project,
    Related,
    Severity,
    named,
    namesakes,
    rule,
    started_by,
)


@rule(on=Project, severity=Severity.WARNING, since="0.1")
def duplicate_node_name(project: Project, _: Project) -> Iterator[Finding]:
    for each in namesakes(project):
        first, *others = each.workers
        for process in others or [first]:
            given = process.option("hostname")
            related = [Related(first.span, f"`{each.name}` too: {named(first)}")] if others else []
            yield Finding(
                given.span if given is not None else process.span,
                f"{_who(each)} the same node name `{each.name}`: `inspect` and `control` cannot "
                "tell them apart, and monitors show one worker",
                help=f"give each its own name: {_cure(process)}",
                related=(*related, *started_by(process)),
            )


def _who(each: Namesakes) -> str:
    if len(each.workers) > 1:
        return f"{len(each.workers)} workers on one host have"
    if each.copies is None:
        return "all instances of this unit on a host have"
    return f"its {each.copies} copies have"


def _cure(process: Process) -> str:
    if process.platform == "supervisor" and process.replicas is not None:
        many = (process.replicas.number() or 1) > 1
        return "`-n %(program_name)s%(process_num)d@%%h`" if many else "`-n %(program_name)s@%%h`"
    if process.platform == "systemd":
        return "`-n %i@%%h` with a template unit, else a word of your own in front of `@%%h`"
    return "`-n` with another word in front of `@%h`"
