"""The app behind `celery.current_app`: the project's only one, or Celery's own default."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.project.interpreter.machine import Machine, canonical
from celerylint.project.libraries.celery_calls import CURRENT
from celerylint.project.libraries.records import AppRecord, ConfEvent, World
from celerylint.project.modules import Module
from celerylint.project.objects import Lazy
from celerylint.project.values import Name, Site, Unknown

_WRITES = frozenset({"update", "set", "setdefault", "extend", "defaults", "object", "envvar"})


def settle(machine: Machine, world: World) -> None:
    """Say what was done to `current_app` of the app that it is.

    Where a project makes no app it is Celery's default app, which reads `celeryconfig`; where it
    makes several, it may be each of them.
    """
    own = [each for each in world.apps.values() if not each.module.test]
    if not own:
        _make(machine, world)
        return
    current, world.current = world.current, None
    if current is None:
        return
    writes = [each for each in current.events if each.kind in _WRITES]
    for record in own:
        if len(own) == 1:
            for event in current.events:
                record.note(event)
            record.discover += current.discover
        elif writes:
            reason = Unknown(reason="current_app is configured, which may be this app")
            record.note(ConfEvent("update", writes[0].site, reason))


def _make(machine: Machine, world: World) -> None:
    """Celery's default app, where the project names or configures it."""
    names = list(_names(machine))
    record = world.current
    if record is None and names:
        module, _ = names[0]
        record = AppRecord(("", 0), Site(module, 0, 0), module)
    if record is not None:
        record.loader = record.loader or "default"
        record.variables += names
        world.apps[record.key] = record
        world.current = None


def _names(machine: Machine) -> Iterator[tuple[Module, str]]:
    for module in machine.modules.values():
        if module.test:
            continue
        for name, value in module.env.items():
            if isinstance(value, Name):
                dotted = value.dotted
            elif isinstance(value, Lazy) and value.attribute is not None:
                dotted = canonical(f"{value.dotted}.{value.attribute}")
            else:
                continue
            if dotted in CURRENT:
                yield module, name
