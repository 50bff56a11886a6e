"""CEL663: click refuses the command line of a worker or beat."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Finding,
    Process,
    Project,
    Refusal,
    Severity,
    celery_of,
    refusals,
    rule,
    started_by,
)


@rule(on=Process, severity=Severity.ERROR, since="0.1")
def worker_option_invalid(process: Process, project: Project) -> Iterator[Finding]:
    celery = celery_of(process, project)
    version = f"Celery {celery.version or '5'}"
    for each in refusals(process, celery):
        if each.kind != "group-option":  # global-option-after-subcommand speaks of these
            yield Finding(
                each.span,
                f"{_what(each, process, version)}: the command exits with status 2, so this "
                f"{process.kind} never starts",
                help=_help(each),
                related=started_by(process),
            )


def _what(each: Refusal, process: Process, version: str) -> str:
    name = f"`{each.switch}`"
    if each.origin != "option":
        name += f" (from {each.origin.replace('environment ', 'the variable `', 1)}`)"
    if each.kind == "no-such-option":
        return f"`celery {process.kind}` of {version} has no option {name}"
    if each.kind == "no-value":
        return f"{name} has no value"
    if each.kind == "value-for-flag":
        return f"{name} takes no value"
    if each.kind == "extra-word":
        return f"{version} takes the word {name} for a setting, which it is not (`name=value`)"
    return f"{version} does not take `{each.value}` for {name}"


def _help(each: Refusal) -> str:
    if each.kind == "bad-value":
        return f"write {each.expected}"
    if each.kind == "no-such-option" and each.expected:
        return f"write `{each.expected}`"
    if each.since:
        return f"remove it, or use Celery {each.since} or newer, which has it"
    if each.kind == "no-such-option":
        return "remove it: Celery has nothing like it any more"
    if each.kind == "no-value":
        return "give it one, or remove the option"
    return "remove it"
