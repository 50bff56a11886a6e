"""Makes values of the model of what the bodies of tasks come to call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from celerylint.facts.syntax import Node, unparse
from celerylint.project import model
from celerylint.project.interpreter.machine import FrameNote, Machine
from celerylint.project.libraries.records import World
from celerylint.project.linking import bodies, reach
from celerylint.project.linking.feasible import feasible
from celerylint.project.linking.follow import deep_stack
from celerylint.project.modules import Module
from celerylint.project.objects import FunctionObject
from celerylint.project.reached import Hop, Reached
from celerylint.project.values import Site, Value

# What gives a session other defaults than its class has, or sends for it.
_CHANGES = frozenset({"mount", "adapters"})
_REPLACED = frozenset({"request", "send", "timeout", "get", "post"})


def reached(
    machine: Machine,
    world: World,
    reaches_out: Callable[[str], bool],
    tasks: dict[int, model.Task],
    only: str | None = None,
) -> tuple[Reached, ...]:
    """The calls of interest that tasks reach, in the order of the files. tasks are those of the
    model by the identity of their record; only is a file whose calls are enough."""
    with deep_stack():
        found = reach.walk(machine, world, reaches_out, only)
        if only is not None and any(call.receiver for call, _ in found.found.values()):
            # Other code may change the object that the call goes to.
            found = reach.walk(machine, world, reaches_out)
    made = []
    for call, ways in found.found.values():
        own = [way for way in ways if id(way.record) in tasks and _goes(machine, way, call)]
        if own:
            known = {id(way.record): tasks[id(way.record)] for way in own}
            made.append(_reached(found, call, own[0], tuple(known.values())))
    return tuple(sorted(made, key=lambda each: each.span))


def _goes(machine: Machine, way: reach.Way, call: bodies.External) -> bool:
    return feasible(machine, [inner for _, inner in way.hops], call.frames)


def _reached(
    found: reach.Walk, call: bodies.External, way: reach.Way, tasks: tuple[model.Task, ...]
) -> Reached:
    receiver = call.receiver
    maker = None if receiver is None or receiver.site is None else receiver.site
    return Reached(
        task=tasks[0],
        tasks=tasks,
        callee=call.callee,
        text=call.text,
        span=call.site.span,
        arguments=tuple(_arguments(call)),
        open=call.arguments.open,
        frames=_frames(call.frames),
        path=tuple(
            Hop(caller, bodies.name_of(inner.function), inner.site.span, _frames(inner.frames))
            for caller, inner in way.hops
        ),
        maker=None if maker is None else maker.span,
        made_with=() if receiver is None else receiver.kwargs,
        changed=receiver is not None and _changed(found, receiver),
        names=call.names,
    )


def _frames(notes: Iterable[FrameNote]) -> tuple[model.Frame, ...]:
    return tuple(model.Frame(each.kind, each.site.span, each.detail) for each in notes)


def _arguments(call: bodies.External) -> Iterator[model.Argument]:
    file = call.site.file
    values: list[tuple[str | None, Value]] = [(None, each) for each in call.arguments.args]
    values += call.arguments.kwargs
    written = _written(call.nodes)
    for i, (name, value) in enumerate(values):
        node = written.get(i if name is None else name)
        place = call.site if node is None else Site(file, node[1], node[2])
        yield model.Argument(name, value, place.span, unparse(node))


def _written(nodes: tuple[Any, ...]) -> dict[int | str, Node]:
    found: dict[int | str, Node] = {}
    splat = any(star for star, *_ in nodes)
    for i, (star, keyword, node, _start, _end) in enumerate(nodes):
        if keyword is not None:
            found[keyword] = node
        elif not (star or splat):
            found[i] = node
    return found


def _changed(found: reach.Walk, receiver: Value) -> bool:
    """May somebody have given the receiver defaults of its own? So it is where it was handed to
    other code, or where a module that makes it mounts adapters or replaces a method."""
    sites = [each for each in (receiver.site, *receiver.via) if each is not None]
    if any((each.file.path, each.start) in found.bodies.handed for each in sites):
        return True
    modules = {id(each.file): each.file for each in sites}.values()
    return any(_changes(found.bodies.machine, each) for each in modules)


def _changes(machine: Machine, module: Module) -> bool:
    bodies: list[Any] = [module.body]
    for function, _ in machine.defined:
        if function.scope.module is module and _of_interest(function):
            bodies.append(function.body())
    return any(_sets_defaults(each) for each in bodies)


def _of_interest(function: FunctionObject) -> bool:
    words = function.words
    return not (_CHANGES.isdisjoint(words) and _REPLACED.isdisjoint(words))


def _sets_defaults(body: Any) -> bool:
    stack: list[tuple[Any, ...]] = [body]
    while stack:
        part = stack.pop()
        if part and part[0] == "attr" and part[4] in _CHANGES:
            return True
        if part and part[0] == "assign":
            targets = [each for each in part[3] if each[0] == "attr"]
            if any(each[4] in _REPLACED for each in targets):
                return True
        stack.extend(each for each in part if isinstance(each, tuple))
    return False
