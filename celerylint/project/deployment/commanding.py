"""From Celery's words and the environment to the options that take effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from celerylint.findings import Span
from celerylint.oracle.options import GROUP, CommandOption, Release, command
from celerylint.project.choices import one_of, settle
from celerylint.project.deployment.argv import Arg, Argv
from celerylint.project.process import Chosen
from celerylint.project.values import Default, Literal, Unknown, Value


def chosen_options(
    argv: Argv, environment: Mapping[str, Value], release: Release
) -> dict[str, Chosen]:
    """Every option of the group and the subcommand that the words or the environment give: the
    words win. Source of the variables' names: click's auto_envvar_prefix."""
    found: dict[str, Chosen] = {}
    for given in (*argv.group, *argv.given):
        found[given.name] = Chosen(settle(given.value), "option", given.value_span)
    if argv.subcommand == "flower":
        for name, chosen in _tornado(argv.extra).items():
            if name not in _GROUP_NAMES:  # flower ignores these behind its own name
                found.setdefault(name, chosen)
    for name, variables in _variables(argv.subcommand or "", release):
        for variable in variables if name not in found else ():
            value = environment.get(variable)
            if value is not None and not _nothing(value):
                span = value.span or argv.subcommand_span or Span("", 1)
                found[name] = Chosen(settle(value), f"environment {variable}", span)
                break
    return found


_GROUP_NAMES = ("app", "broker", "result_backend", "loader", "config", "workdir")


def _nothing(value: Value) -> bool:
    """A variable that is only passed through, or empty (click takes that for not set)."""
    return value == Literal("") or (isinstance(value, Default) and value.default is None)


def _variables(subcommand: str, release: Release) -> Iterable[tuple[str, tuple[str, ...]]]:
    for name, prefix in ((GROUP, "CELERY"), (subcommand, f"CELERY_{subcommand.upper()}")):
        table = command(name, release)
        for option in table.options if table is not None else ():
            if not _flag_is_lost(option, name):
                automatic = f"{prefix}_{option.name.upper()}"
                yield option.name, (*filter(None, (option.env,)), automatic)


def _flag_is_lost(option: CommandOption, command_name: str) -> bool:
    """`CELERY_WORKER_BEAT=true` has no effect: seen with Celery 5.7.0."""
    return command_name == "worker" and option.name == "beat"


def _tornado(extra: Iterable[Arg]) -> dict[str, Chosen]:
    """Flower's own options: `--name=value`, `-` and `_` alike."""
    found: dict[str, Chosen] = {}
    for arg in extra:
        name, equals, _ = arg.prefix().partition("=")
        if name.startswith("--"):
            key = name[2:].replace("-", "_")
            value = arg.behind(len(name) + 1) if equals else None
            chosen = settle(value.value) if value is not None else Literal(True)
            found[key] = Chosen(chosen, "option", (value or arg).span)
    return found


def merged(readings: list[dict[str, Chosen]]) -> dict[str, Chosen]:
    """The options of several readings of one command line: what they disagree about is a choice."""
    if len(readings) == 1:
        return readings[0]
    found: dict[str, Chosen] = {}
    for name in dict.fromkeys(key for each in readings for key in each):
        given = [each[name] for each in readings if name in each]
        values = [each.value for each in given]
        if len(given) < len(readings):
            values.append(Unknown("given only sometimes"))
        found[name] = Chosen(one_of(values), given[0].origin, given[0].span)
    return found
