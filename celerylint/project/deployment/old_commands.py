"""Commands that started Celery until 3.1 or 4.x, read as what they are called today."""

from __future__ import annotations

from celerylint.project.deployment.argv import Arg
from celerylint.project.values import Literal
from celerylint.structs import replace

OLD_COMMANDS = {
    "celeryd": "worker",
    "celerybeat": "beat",
    "celeryev": "events",
    "celerycam": "events",
    "celeryd-multi": "multi",
    "celeryd_multi": "multi",
    "celery.bin.worker": "worker",
    "celery.bin.beat": "beat",
    "celery.bin.events": "events",
    "celery.bin.celeryd": "worker",
    "celery.bin.celerybeat": "beat",
}
"""Programs, commands of manage.py and modules, and the subcommand that each of them ran."""


def is_program(args: list[Arg], name: str) -> bool:
    """Is it a program of Celery 3? Its options tell it from a unit or a script of that name."""
    following = args[1].prefix() if len(args) > 1 else ""
    path = args[0].text() or ""
    return name in OLD_COMMANDS and following.startswith("-") and "init.d" not in path


def translated(args: list[Arg], name: str) -> list[Arg]:
    """`celeryd -c 4` as `celery worker -c 4`: its own word stays what stands for `celery`."""
    inserted = replace(args[0], value=Literal(OLD_COMMANDS[name]), written="", source=None)
    return [args[0], inserted, *args[1:]]


def managed(args: list[Arg]) -> list[Arg] | None:
    """What `manage.py` of django-celery runs, as Celery's words; None where it is something
    else."""
    command = (args[1].text() or "") if len(args) > 1 else ""
    if command in OLD_COMMANDS:
        return translated(args[1:], command)
    return args[1:] if command == "celery" else None
