"""Listens for what tells the worker to run a task again or to forget it: `retry()`, `replace()`,
`raise Reject()`; also in the project's functions that a task hands itself to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.project.interpreter import classes, functions
from celerylint.project.interpreter.special import Here
from celerylint.project.libraries import exceptions
from celerylint.project.libraries.celery_objects import TaskMethod, TaskObject
from celerylint.project.libraries.records import RetryRecord, TaskRecord, World
from celerylint.project.libraries.tries import function_of, nodes
from celerylint.project.objects import (
    Arguments,
    Bound,
    ClassObject,
    FunctionObject,
    Instance,
    Unread,
)
from celerylint.project.values import Name, Value

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

# The body of a bound task with one of these is followed although it may send nothing.
WORDS = frozenset({"replace", "retry"})
_RAISED = {exceptions.REJECT: "reject", exceptions.IGNORE: "ignore"}
TASK_CLASSES = frozenset({"celery.Task", "celery.contrib.django.task.DjangoTask"})
_CURRENT = frozenset({"celery.current_task.retry", "celery._state.current_task.retry"})


def keep(
    world: World,
    task: TaskRecord | None,
    arguments: Arguments,
    here: Here,
    how: str,
    caller: Here | None = None,
) -> None:
    """Remember the call, once for each way that leads to it."""
    key = (
        here.scope.module.path,
        here.node[1],
        None if task is None else task.key,
        None if caller is None else caller.node[1],
    )
    world.retries.setdefault(key, RetryRecord(here.site, task, arguments, here, how, caller))


def heard(
    world: World, machine: Machine, function: Value, arguments: Arguments, here: Here
) -> bool:
    """Is this one of these calls? A call that hands the task on is followed."""
    if isinstance(function, Name):
        return _named(world, function.dotted, arguments, here)
    if isinstance(function, Bound) and function.function is None:
        return _of_some_task(world, machine, function, arguments, here)
    given = [*arguments.args, *(value for _, value in arguments.kwargs)]
    handed = any(isinstance(each, TaskObject) and each.bound for each in given)
    inner = function.function if isinstance(function, Bound) else function
    if handed and isinstance(inner, Unread):
        machine.need(inner)
    elif isinstance(inner, FunctionObject) and "retry" in inner.words:
        held = _holder(machine, function)
        if handed or held is not None:
            receiver = held if held is not None else getattr(function, "receiver", None)
            _into(world, machine, inner, _with_receiver(receiver, arguments), here)
    return False


def _holder(machine: Machine, function: Value) -> Instance | None:
    """The object that a method belongs to, where it keeps a task in one of its attributes."""
    receiver = function.receiver if isinstance(function, Bound) else None
    if not isinstance(receiver, Instance) or not isinstance(receiver.cls, ClassObject):
        return None
    made = receiver if receiver.fields else settled(machine, receiver.cls)
    return made if any(map(_is_task, made.fields.values())) else None


def settled(machine: Machine, cls: ClassObject) -> Instance:
    """An instance of a class whose `__init__` was followed by itself: the parameters are what their
    annotations say."""
    made = Instance(cls=cls)
    start = classes.find(machine, cls, "__init__")
    if isinstance(start, FunctionObject):
        with machine.aside():
            machine.alone, machine.listeners = True, []
            machine.run_apart(start.body(), functions.own_scope(machine, start, made))
    return made


def _is_task(value: Value) -> bool:
    if isinstance(value, Instance):
        return isinstance(value.cls, Name) and value.cls.dotted in TASK_CLASSES
    return isinstance(value, TaskObject)


def hands_on(function: FunctionObject) -> bool:
    """Does the body give its first parameter to something that it calls?"""
    name = function.params[0][0] if function.params else ""
    if name not in function.words:
        return False
    return any(
        value[0] == "name" and value[3] == name
        for each in nodes(function.body())
        if each[0] == "call"
        for _, _, value, *_ in each[4]
    )


def _named(world: World, dotted: str, arguments: Arguments, here: Here) -> bool:
    how = "retry" if dotted in _CURRENT else _RAISED.get(exceptions.canonical(dotted))
    if how is None:
        return False
    function = function_of(here.scope)
    task = None if function is None else world.made_of.get(function.key)
    if task is not None:
        keep(world, task, arguments, here, how)
    return task is not None


def _of_some_task(
    world: World, machine: Machine, method: Bound, arguments: Arguments, here: Here
) -> bool:
    """`task.retry()` where an annotation says that it is a task, or a class of tasks has it."""
    owner = method.receiver.cls if isinstance(method.receiver, Instance) else None
    if owner is None or method.name != "retry":
        return False
    if not classes.descends(machine, owner, TASK_CLASSES):
        return False
    keep(world, None, arguments, here, "retry")
    return True


def _with_receiver(receiver: Value | None, arguments: Arguments) -> Arguments:
    if receiver is None:
        return arguments
    args = (receiver, *arguments.args)
    return Arguments(args, arguments.kwargs, arguments.open_args, arguments.open_kwargs)


def _into(
    world: World, machine: Machine, function: FunctionObject, arguments: Arguments, caller: Here
) -> None:
    """Follow a function for the retries of the task that it is handed."""

    def listen(machine: Machine, found: Value, given: Arguments, here: Here) -> None:
        task = found.task if isinstance(found, TaskMethod) and found.name in WORDS else None
        if isinstance(found, TaskMethod) and isinstance(task, TaskObject):
            keep(world, task.record, given, here, found.name, caller)
        elif isinstance(found, Bound) and found.name == "retry" and _is_task(found.receiver):
            keep(world, None, given, here, "retry", caller)

    scope = function.scope.child("function", function)
    functions.bind(machine, function, arguments, scope)
    with machine.aside():
        machine.alone, machine.listeners = True, [listen]
        machine.run_apart(function.body(), scope)
