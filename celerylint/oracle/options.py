"""The options of Celery's commands by release, from its own click commands
(scripts/oracle_options.py).

A release before 5.0 has no click commands: it gets 5.0.0's options, which were the same names.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType

from celerylint.oracle.tables import read
from celerylint.structs import dataclass

Release = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CommandOption:
    """One option of a command.

    name is click's parameter name; opts are its switches, off those that turn a flag off; type is
    click's name for its type ("" for a flag); env the variable that click reads for it by name.
    """

    name: str
    opts: tuple[str, ...]
    off: tuple[str, ...] = ()
    flag: bool = False
    multiple: bool = False
    env: str = ""
    type: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommandOptions:
    """The options of one command, and the switch that stands for each (the later declared wins)."""

    options: tuple[CommandOption, ...]
    switches: Mapping[str, CommandOption]

    def named(self, name: str) -> CommandOption | None:
        """The option of that parameter name."""
        return next((each for each in self.options if each.name == name), None)


GROUP = "celery"
HELP = CommandOption("help", ("--help",), flag=True)


def releases() -> tuple[Release, ...]:
    """The releases at which an option changed, oldest first."""
    return tuple(_tables())


def newest() -> Release:
    """The newest release whose options are known to differ from those before it."""
    return releases()[-1]


def command(name: str, release: Release) -> CommandOptions | None:
    """The options of `celery NAME` ("celery": the group's own); None for a command without data."""
    chosen = releases()[0]
    for each in releases():
        if each <= release:
            chosen = each
    return _tables()[chosen].get(name)


@functools.cache
def _tables() -> dict[Release, dict[str, CommandOptions]]:
    tables = {}
    for release, commands in read("options.json").items():
        number = tuple(int(part) for part in release.split("."))
        tables[number] = {name: _command(options) for name, options in commands.items()}
    return tables


def _command(raw: list[dict[str, object]]) -> CommandOptions:
    found = tuple(_option(each) for each in raw)
    switches = {switch: each for each in (*found, HELP) for switch in (*each.opts, *each.off)}
    return CommandOptions(found, MappingProxyType(switches))


def _option(raw: dict[str, object]) -> CommandOption:
    lists = {key: tuple(value) for key, value in raw.items() if isinstance(value, list)}
    return CommandOption(**{**raw, **lists})  # type: ignore[arg-type]
