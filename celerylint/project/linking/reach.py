"""What the bodies of tasks come to call: their own calls, and those of the project's functions that
they call, up to four hops away.

What each function calls is found once; ways from tasks are then looked for in that. Only functions
are followed whose names say that they, or what they call, may matter.
"""

from __future__ import annotations

from collections.abc import Callable

from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries.records import TaskRecord, World
from celerylint.project.linking import relevance
from celerylint.project.linking.bodies import Bodies, External, Inner, key_of
from celerylint.project.linking.feasible import feasible
from celerylint.project.objects import FunctionObject
from celerylint.project.values import Value
from celerylint.structs import dataclass, field

MOST_HOPS = relevance.MOST_HOPS

Hops = tuple[tuple[str, Inner], ...]  # the caller's name, and the call


@dataclass(frozen=True, slots=True)
class Way:
    """How an external call is reached: from which task, over which calls."""

    record: TaskRecord
    hops: Hops


@dataclass(slots=True)
class Walk:
    """`found` has the external calls with their ways, a shortest one first."""

    bodies: Bodies
    relevant: relevance.Relevance
    found: dict[tuple[str, int, str], tuple[External, list[Way]]] = field(default_factory=dict)


def walk(
    machine: Machine, world: World, reaches_out: Callable[[str], bool], only: str | None = None
) -> Walk:
    """Follow the tasks' bodies. reaches_out tells of a file that was not read whether it may
    matter; such a file is asked for, and nothing else is. only: a file; calls outside of it are
    not looked for."""
    needed = set(machine.needed)
    bodies = Bodies(machine, world, reaches_out)
    relevant = relevance.of(machine, reaches_out, world.waits.values())
    made = Walk(bodies, relevant)
    records = [each for each in world.tasks.values() if each.registered and not each.site.file.test]
    leading = None if only is None else relevant.leading_to(only)
    for record in sorted(records, key=lambda each: (each.site.file.path, each.site.start)):
        start = bodies.start(record)
        if start is None or not (leading is None or start[0].key in leading):
            continue
        if relevant.matters(start[0], MOST_HOPS):
            _from_task(made, record, *start)
        else:
            bodies.demanded |= relevance.imported_inside(relevant, start[0])
    machine.needed = needed | bodies.demanded
    return made


def _from_task(
    state: Walk, record: TaskRecord, function: FunctionObject, receiver: Value | None
) -> None:
    """Breadth first, so that the first way to a call is a shortest one."""
    seen = {key_of(function, receiver)}
    front: list[tuple[FunctionObject, Value | None, Hops]] = [(function, receiver, ())]
    while front:
        behind: list[tuple[FunctionObject, Value | None, Hops]] = []
        for each, own, hops in front:
            if hops and not state.relevant.matters(each, MOST_HOPS - len(hops)):
                continue
            summary = state.bodies.summary(each, own)
            if summary is None:
                continue
            for call in summary.external:
                _found(state, call, Way(record, hops))
            for inner in summary.inner if len(hops) < MOST_HOPS else ():
                key = key_of(inner.function, inner.receiver)
                if inner.command:  # each call has options of its own
                    key = (*key, inner.site.file.path, inner.site.start)
                if key not in seen and _asked_for(state, hops, inner):
                    seen.add(key)
                    way = (*hops, (summary.name, inner))
                    behind.append((inner.function, inner.receiver, way))
        front = behind


def _asked_for(state: Walk, hops: Hops, inner: Inner) -> bool:
    """Does the management command on the way, if there is one, do this with the options given?"""
    calls = [each for _, each in hops]
    if not any(each.command for each in calls):
        return True
    return feasible(state.bodies.machine, calls, inner.frames)


def _found(state: Walk, call: External, way: Way) -> None:
    key = (call.site.file.path, call.site.start, call.callee)
    _, ways = state.found.setdefault(key, (call, []))
    if len(way.hops) < (len(ways[0].hops) if ways else MOST_HOPS + 1):
        ways.insert(0, way)
    else:
        ways.append(way)
