"""What modules make when they are imported and tasks share that should not."""

from __future__ import annotations

from celerylint.project import model
from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries.records import World
from celerylint.project.linking import event_loops, forked, sessions
from celerylint.project.linking.lasting import Uses
from celerylint.project.reached import Shared


def shared(machine: Machine, world: World, tasks: dict[int, model.Task]) -> tuple[Shared, ...]:
    """Connections, sessions and clients, in the order of the files. tasks are those of the model by
    the identity of their record."""
    uses = Uses(machine, world, tasks)
    found = [*forked.shared(uses), *sessions.shared(uses), *event_loops.shared(uses)]
    return tuple(sorted(found, key=lambda each: each.span))
