"""Code that asks for the result or the state of a task that it has sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from celerylint.project import model
from celerylint.project.interpreter.special import Here
from celerylint.project.libraries.canvas_objects import RESULT
from celerylint.project.values import Call

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine
    from celerylint.project.libraries.records import World

# What of an AsyncResult comes from the result backend.
READS = frozenset(
    {"get", "wait", "result", "info", "state", "status", "ready", "successful", "failed"}
)


def keep(world: World, machine: Machine, result: Call, name: str, here: Here) -> None:
    """Remember that something is asked of what a send returned."""
    if result.dotted == RESULT and result.args and machine.listening() and not machine.dead:
        site = here.site
        task = id(getattr(result.args[0], "record", None))  # it may be the result of either of two
        world.reads[site.file.path, site.start, site.end, task] = (name, site, result)


def make(world: World, tasks: Mapping[int, model.Task]) -> tuple[model.ResultRead, ...]:
    """The reads of the model, in the order of the files; tasks are those of the model by the
    identity of their record."""
    found = []
    for what, site, result in world.reads.values():
        task = tasks.get(id(getattr(result.args[0], "record", None)))
        if task is not None and not site.file.test:
            sent = (result.site or site).span
            given = result.kwarg("ignore_result")
            found.append(model.ResultRead(what, site.span, task, sent, given))
    return tuple(sorted(found, key=lambda each: each.span))
