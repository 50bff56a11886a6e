"""What modules make when they are imported and tasks share that should not."""

from __future__ import annotations

from celerylint.project import event_loops, forked, model, sessions
from celerylint.project.lasting import Uses
from celerylint.project.machine import Machine
from celerylint.project.reached import Shared
from celerylint.project.records import World


def shared(machine: Machine, world: World, tasks: dict[int, model.Task]) -> tuple[Shared, ...]:
    """Connections, sessions and clients, in the order of the files. tasks are those of the model by
    the identity of their record."""
    uses = Uses(machine, world, tasks)
    found = [*forked.shared(uses), *sessions.shared(uses), *event_loops.shared(uses)]
    return tuple(sorted(found, key=lambda each: each.span))
