"""Follows every module, and every function that may send a task, and collects what Celery would
see.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

from celerylint.project.interpreter import builtin_functions, classes, functions
from celerylint.project.interpreter.machine import FrameNote, Machine
from celerylint.project.libraries import (
    canvas_making,
    celery_calls,
    externals,
    orm,
    own_encoders,
    receivers,
    resends,
    sends,
    signals,
    spawning,
    split_settings,
    task_making,
)
from celerylint.project.libraries.celery_objects import AppObject, TaskObject
from celerylint.project.libraries.records import World
from celerylint.project.linking import commits, flask, hanging, python_starts
from celerylint.project.modules import Module, ModuleMap
from celerylint.project.objects import Bound, ClassObject, FunctionObject, Instance, Parameter
from celerylint.project.values import Call, Name, Site, Value

# Functions with one of these names may make an app or tasks, and are followed although nobody calls
# them.
MAKES = frozenset({"Celery", "shared_task", "task", "register_task"})
MOST_RESTARTS = 3
# Far fewer than the smallest stack of a platform holds.
FRAMES = 4_000


def machine_for(modules: dict[str, Module], names: ModuleMap, world: World) -> Machine:
    """A machine that knows Celery, the environment readers and the ORMs."""
    celery = partial(celery_calls.attribute_handler, world)
    made = Machine(
        modules,
        names,
        {
            **builtin_functions.handlers(),
            **externals.handlers(),
            **flask.handlers(),
            **split_settings.handlers(),
            **orm.handlers(),
            **signals.handlers(),
            **celery_calls.handlers(world),
        },
        [partial(celery_calls.class_handler, world), externals.class_handler, flask.class_handler],
        {
            Name: [celery, orm.attribute_handler],
            Call: [celery, orm.attribute_handler],
            Instance: [
                *(celery, orm.attribute_handler),
                *(externals.attribute_handler, flask.attribute_handler),
            ],
            **{kind: [orm.attribute_handler] for kind in (ClassObject, Parameter, Bound)},
        },
        [partial(task_making.decorator_handler, world)],
    )
    made.module_listeners = [
        partial(sends.listener, world),
        partial(commits.listener, world),
        partial(own_encoders.listener, world),
        partial(python_starts.listener, world),
        partial(spawning.listener, world),
        partial(hanging.listener, world),
    ]
    return made


def follow(machine: Machine, world: World, roots: set[str]) -> None:
    """Follow the modules of these paths, then their functions that
    may send tasks, each by itself.
    """
    with deep_stack():
        _modules(machine, roots)
        _functions(machine, world, roots)


def _modules(machine: Machine, roots: set[str]) -> None:
    followed = 0
    for _ in range(MOST_RESTARTS):
        # The module that was postponed last needs none of the others.
        for path in [*reversed(machine.postponed), *sorted(roots)]:
            machine.module(path)
            while followed < len(machine.postponed):
                machine.module(list(machine.postponed)[followed])
                followed += 1
        if not machine.restart():
            break


def _functions(machine: Machine, world: World, roots: set[str]) -> None:
    machine.defined = list({each[0].key: each for each in machine.defined}.values())
    done: set[tuple[str, int]] = set()
    while True:
        todo = [each for each in machine.defined if each[0].key not in done]
        if not todo:
            return
        for function, value in todo:
            done.add(function.key)
            module = function.scope.module
            if module.path in roots and not module.test:
                with suppress(RecursionError):
                    _function(machine, world, function, value)


@contextmanager
def deep_stack() -> Iterator[None]:
    """Following is recursion over modules, functions and expressions
    at once, each of them bounded.
    """
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _function(machine: Machine, world: World, function: FunctionObject, value: Value) -> None:
    words = set(function.words)
    record = world.made_of.get(function.key)
    makes = bool(MAKES & words) and not _made_already(world, function)
    if celery_calls.CONFIGURES & words and record is None:
        makes = makes or not _configured_already(world, function)
    starts = bool((python_starts.WORDS | spawning.WORDS) & words)
    bound = record is not None and _is_true(record.option("bind"))
    resent = bound and (resends.WORDS & words or resends.hands_on(function))
    sent = sends.WORDS & words or canvas_making.builds(function, words)
    if not (sent or makes or starts or resent):
        return
    receiver = _app_itself(machine, world, function) or functions.receiver_of(function)
    if record is None and function.owner is not None:
        record = world.made_of.get(function.owner.key)  # a method of a class-based task
    elif record is not None and not _is_true(record.option("bind")):
        record = None
    if record is not None and (receiver is not None or function.owner is None):
        receiver = TaskObject(world=world, record=record, bound=True)
    elif "retry" in words and isinstance(receiver, Instance) and function.owner is not None:
        receiver = resends.settled(machine, function.owner)  # it may keep the task
    with machine.aside():
        # What only makes tasks makes them itself; what makes or configures an app may have help.
        machine.alone = not (makes and (celery_calls.CONFIGURES | {"Celery"}) & words)
        _body(machine, world, function, receiver)


def _app_itself(machine: Machine, world: World, function: FunctionObject) -> Value | None:
    """`self` in a method of a subclass of Celery is the app that is made of it."""
    owner = function.owner
    if owner is None or not classes.descends(machine, owner, celery_calls.APP_CLASSES):
        return None
    made = [
        each for each in world.apps.values() if each.cls is not None and each.cls.key == owner.key
    ]
    return AppObject(world=world, record=made[0]) if len(made) == 1 else None


def _configured_already(world: World, function: FunctionObject) -> bool:
    """Has a call of the function been followed that configured an app?"""
    module, start, end = function.scope.module, function.node[1], function.node[2]
    return any(
        event.site.file is module and start < event.site.start < end
        for app in world.apps.values()
        for event in app.events
        if event.kind != "read"
    )


def _is_true(value: Value | None) -> bool:
    return value is not None and value.must(lambda each: each is True)


def _made_already(world: World, function: FunctionObject) -> bool:
    """Has a call of the function been followed, with its real arguments?"""
    path, start, end = function.scope.module.path, function.node[1], function.node[2]
    keys = [*world.apps, *world.made_of]
    return any(key[0] == path and start < key[1] < end for key in keys)


def _body(machine: Machine, world: World, function: FunctionObject, receiver: Value | None) -> None:
    scope = functions.own_scope(machine, function, receiver)
    orm.receivers(machine, function, scope)
    receivers.give(machine, world.signals, function, scope)
    node = function.node
    note = FrameNote("function", Site(scope.module, node[1], node[2]), function.name)
    machine.frames = [*machine.frames, note]
    machine.steps = 0
    _, nested = machine.run_apart(function.body(), scope)
    for inner, frames in nested:
        _nested(machine, world, inner, frames)


def _nested(machine: Machine, world: World, inner: Value, frames: tuple[FrameNote, ...]) -> None:
    function, receiver = inner, None
    if isinstance(inner, TaskObject):
        function = inner.record.function or inner
        receiver = inner if _is_true(inner.record.option("bind")) else None
    if not isinstance(function, FunctionObject) or not sends.WORDS & set(function.words):
        return
    kept = machine.frames
    machine.frames = list(frames)
    try:
        _body(machine, world, function, receiver or functions.receiver_of(function))
    finally:
        machine.frames = kept
