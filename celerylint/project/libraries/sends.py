"""Listens to the calls of a project's code and keeps those that send tasks, build signatures or
retry.
"""

from __future__ import annotations

from celerylint.facts.syntax import Node
from celerylint.project.interpreter.machine import Machine
from celerylint.project.interpreter.special import Here
from celerylint.project.libraries import resends
from celerylint.project.libraries.canvas_objects import Canvas, CanvasMethod
from celerylint.project.libraries.celery_objects import (
    AppMethod,
    TaskByName,
    TaskMethod,
    TaskObject,
)
from celerylint.project.libraries.records import SendRecord, World
from celerylint.project.objects import Arguments, Bound, Instance, Parameter, Unread
from celerylint.project.values import Call, Name, OneOf, Unknown, Value

# A function that holds none of these names sends nothing and is not followed for its calls.
WORDS = frozenset(
    [
        "delay",
        "apply_async",
        "send_task",
        "si",
        "signature",
        "subtask",
        "delay_on_commit",
        "s",
        "retry",
        "apply",
        "chunks",
        "starmap",
        "AsyncResult",
        "on_commit",
        "register_type",
        "Reject",
        "Ignore",
    ]
)
_WAITS = frozenset({"get", "wait", "join", "join_native", "iterate", "collect"})
# Receivers of these names are worth a mention where what they are is not known.
UNMISTAKABLE = frozenset({"delay", "apply_async", "send_task", "si", "delay_on_commit", "subtask"})
_CANVAS_SENDS = frozenset({"delay", "apply_async", "apply"})


def listener(
    world: World, machine: Machine, function: Value, arguments: Arguments, here: Here
) -> None:
    """A call stands here: keep it where it is one of Celery's."""
    if _waits(function):
        world.waits.setdefault((here.scope.module.path, here.node[1]), here.site)
    elif isinstance(function, OneOf):
        _one_of(world, machine, function, arguments, here)
    elif isinstance(function, TaskMethod):
        _task_method(world, machine, function, arguments, here)
    elif isinstance(function, AppMethod) and function.name in {"send_task", "signature"}:
        _by_name(world, machine, function.name, arguments.get(0, "name"), function, arguments, here)
    elif isinstance(function, Name) and function.dotted in {"celery.signature", "celery.Signature"}:
        _by_name(world, machine, "signature", arguments.get(0, "varies"), None, arguments, here)
    elif isinstance(function, CanvasMethod) and function.name in _CANVAS_SENDS:
        _canvas(world, machine, function, arguments, here)
    elif isinstance(function, Canvas):
        _keep(world, machine, "apply_async", here, arguments, canvas=function.kind)
    elif not resends.heard(world, machine, function, arguments, here):
        _unknown(world, machine, function, arguments, here)


def _waits(function: Value) -> bool:
    """Does this wait for the result of a task that another process runs?"""
    if type(function) is not Bound and type(function) is not OneOf:
        return False
    return any(
        isinstance(each, Bound)
        and each.name in _WAITS
        and isinstance(each.receiver, Call)
        and each.receiver.dotted == "celery.result.AsyncResult"
        for each in (function.options if isinstance(function, OneOf) else (function,))
    )


def _one_of(
    world: World, machine: Machine, function: OneOf, arguments: Arguments, here: Here
) -> None:
    known = [
        each for each in function.options if isinstance(each, TaskMethod | AppMethod | CanvasMethod)
    ]
    tasks = {
        id(each.task.record)
        for each in known
        if isinstance(each, TaskMethod) and isinstance(each.task, TaskObject)
    }
    if len(tasks) > 1:
        reason = f"one of {len(tasks)} tasks"
        _keep(world, machine, known[0].name, here, arguments, reason=reason)
    elif known:
        listener(world, machine, known[0], arguments, here)
    else:
        _unknown(world, machine, function, arguments, here)


def _task_method(
    world: World, machine: Machine, method: TaskMethod, arguments: Arguments, here: Here
) -> None:
    task = method.task
    if method.name in {"retry", "replace"}:
        if isinstance(task, TaskObject):
            resends.keep(world, task.record, arguments, here, method.name)
    elif method.name != "add_to_chord":
        record = task.record if isinstance(task, TaskObject) else None
        name = task.name if isinstance(task, TaskByName) else None
        made = _keep(world, machine, method.name, here, arguments, name=name)
        if made is not None:
            made.task = record


def _by_name(
    world: World,
    machine: Machine,
    how: str,
    name: Value | None,
    method: AppMethod | None,
    arguments: Arguments,
    here: Here,
) -> None:
    if isinstance(name, TaskObject):
        made = _keep(world, machine, how, here, arguments)
        if made is not None:
            made.task, made.named = name.record, True
        return
    machine.need(name)
    made = _keep(world, machine, how, here, arguments, name=name or Unknown())
    if made is not None:
        made.named = True
        made.app = method.record if method is not None else None


def _canvas(
    world: World, machine: Machine, method: CanvasMethod, arguments: Arguments, here: Here
) -> None:
    canvas = method.canvas
    made = _keep(world, machine, method.name, here, arguments, canvas=canvas.kind)
    if made is not None and len(canvas.parts) == 1:
        part = canvas.parts[0]
        if isinstance(part, TaskObject):
            made.task = part.record
        elif isinstance(part, TaskByName):
            made.name = part.name


def _unknown(
    world: World, machine: Machine, function: Value, arguments: Arguments, here: Here
) -> None:
    target: Node = here.node[3] if here.node[0] == "call" else here.node
    if target[0] != "attr" or target[4] not in UNMISTAKABLE:
        return
    if isinstance(function, Unread):
        machine.needed |= function.paths
    elif isinstance(function, Name) and not function.dotted.startswith("celery."):
        return  # something external: multiprocessing's apply_async, another queue's delay
    elif isinstance(function, Bound):
        if isinstance(function.receiver, Call | Name):
            return
        if isinstance(function.receiver, Instance) and isinstance(function.receiver.cls, Name):
            return
    reason = _reason(machine, target, here)
    _keep(world, machine, target[4], here, arguments, reason=reason)


def _reason(machine: Machine, target: Node, here: Here) -> str:
    receiver = machine.evaluate(target[3], here.scope) if not machine.calls else Unknown()
    if isinstance(receiver, Parameter):
        return f"the receiver is the parameter `{receiver.name}`"
    if isinstance(receiver, Unknown):
        return f"the receiver is not known: {receiver.reason}"
    return "the receiver is no task that is known"


def _keep(
    world: World,
    machine: Machine,
    how: str,
    here: Here,
    arguments: Arguments,
    *,
    name: Value | None = None,
    canvas: str | None = None,
    reason: str = "",
) -> SendRecord | None:
    key = (here.scope.module.path, here.node[1], f"{how}{here.node[2]}")
    known = world.sends.get(key)
    if known is not None and not known.reason:
        return None
    nodes = here.node[4] if here.node[0] == "call" else ()
    positional = sum(each[1] is None for each in nodes)
    if positional == len(arguments.args) + 1 and not any(each[0] for each in nodes):
        nodes = nodes[1:]  # `partial(task.delay, …)`: the method itself is no argument of it
    made = SendRecord(
        how,
        here.site,
        None,
        name,
        arguments,
        tuple(machine.frames),
        None,
        canvas,
        reason,
        nodes=nodes,
        here=here,
    )
    world.sends[key] = made
    return made
