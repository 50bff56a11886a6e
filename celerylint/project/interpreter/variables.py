"""The environment variables that a project sets itself, and look-ups of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.project.combine import one_of
from celerylint.project.objects import Unset
from celerylint.project.values import Default, Site, Unknown, Value

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

# Which profile runs: each is followed once, and none knows which one it is.
PROFILE = "DJANGO_SETTINGS_MODULE"


def write(machine: Machine, name: str, value: Value) -> None:
    """`os.environ[name] = value`, or `setdefault`."""
    if machine.dead:
        return
    if machine.branches:
        value = one_of([value, Unset()])
    machine.environment.setdefault(name, []).append(value)


def look_up(machine: Machine, name: str | None, default: Value | None, site: Site | None) -> Value:
    """The variable of that name (None: not known which), else the default (None: none is given)."""
    if name is None:
        return Default(env="?", default=default, site=site)
    if name == PROFILE and default is not None:
        return Default(env=name, default=Unknown(reason="which profile runs"), site=site)
    written = [o for each in machine.environment.get(name, ()) for o in each.alternatives()]
    if written and name != PROFILE:
        sure = [each for each in written if not isinstance(each, Unset)]
        unsure = len(sure) < len(written)
        otherwise = default or Unknown(reason=f"the environment variable {name}")
        default = one_of([*sure, otherwise] if unsure else sure)
    return Default(env=name, default=default, site=site)
