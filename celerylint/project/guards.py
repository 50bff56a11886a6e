"""The try statements in the bodies of tasks, and of the project's functions that these call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from celerylint.facts.syntax import Body, Node, unparse
from celerylint.findings import Related
from celerylint.project import classes, functions, model, tasks, tries
from celerylint.project.celery_objects import TaskObject
from celerylint.project.machine import Machine
from celerylint.project.objects import FunctionObject, Scope
from celerylint.project.process import Process
from celerylint.project.records import TaskRecord, World
from celerylint.project.values import Value

MOST_HOPS = 2
MOST_FUNCTIONS = 60
_LOOPS = frozenset({"for", "while"})
_IMPORTS = frozenset({"import", "from"})
_RUNS = re.compile(r"self\.run$|super\(.*\)\.(__call__|run)$")
Hop = tuple[FunctionObject, Value | None, tuple[Related, ...]]


def needed(task: model.Task, record: TaskRecord, limited: bool) -> bool:
    """Does a rule ask for the task's try statements? limited: there are soft limits in the
    settings, or on the command lines."""
    if record.function is None:
        return False
    own = task.option("soft_time_limit") is not None
    return limited or own or "MaxRetriesExceededError" in record.function.words


def limited(apps: Iterable[model.App], processes: Iterable[Process]) -> bool:
    """May a soft limit hold for tasks that do not set one?"""
    names = ("task_soft_time_limit", "task_annotations")
    profiles = [profile for app in apps for profile in app.profiles]
    return any(profile.get(name) is not None for profile in profiles for name in names) or any(
        each.option("soft_time_limit") is not None for each in processes
    )


def of_task(machine: Machine, world: World, record: TaskRecord) -> tuple[model.Guard, ...]:
    """The try statements that run when the task runs, those in its own body first."""
    if record.function is None:
        return ()
    bind = record.option("bind")
    own: Value | None = None
    if record.cls is not None or (bind is not None and bind.must(lambda each: each is True)):
        own = TaskObject(world=world, record=record, bound=True)
    found: list[model.Guard] = []
    seen = {record.function.key}
    todo: list[Hop] = [(record.function, own, ())]
    while todo and len(seen) <= MOST_FUNCTIONS:
        function, receiver, path = todo.pop(0)
        scope = _scope(machine, function, receiver)
        body = function.body()
        found += _in_body(machine, scope, body, function.name, path)
        if len(path) < MOST_HOPS:
            for inner, hop in _called(machine, scope, body):
                if inner.key not in seen:
                    seen.add(inner.key)
                    todo.append((inner, None, (*path, hop)))
    return tuple(found)


def _scope(machine: Machine, function: FunctionObject, receiver: Value | None) -> Scope:
    """The scope of a body that was not followed, with what the body imports."""
    scope = functions.own_scope(machine, function, receiver)
    for node in tries.nodes(function.body()):
        if node[0] in _IMPORTS:
            machine.run((node,), scope)
    return scope


def _in_body(
    machine: Machine, scope: Scope, body: Body, name: str, path: tuple[Related, ...]
) -> Iterator[model.Guard]:
    for node in tries.nodes(body):
        if node[0] not in {"try", "with"}:
            continue
        inner = node[3] if node[0] == "try" else node[4]
        around = tries.around(machine, scope, inner[0][1], body) if inner else ()
        span = scope.module.span(node[1], node[1] + len(node[0]))
        if around and around[0].span == span:
            within = list(tries.nodes(inner))
            yield model.Guard(
                around,
                name,
                tuple(unparse(each[3]) for each in within if each[0] == "call"),
                any(each[0] in _LOOPS for each in within),
                path,
            )


def outside(machine: Machine, world: World, record: TaskRecord) -> tuple[model.Try, ...]:
    """The try statements in which the `__call__` of the task's class runs it."""
    base = record.cls if record.cls is not None else tasks.base_of(machine, world, record)
    method = None if base is None else classes.find(machine, base, "__call__")
    if not isinstance(method, FunctionObject):
        return ()
    scope = _scope(machine, method, functions.receiver_of(method))
    body = method.body()
    for node in tries.nodes(body):
        if node[0] == "call" and _RUNS.match(unparse(node[3])):
            return tries.around(machine, scope, node[1], body)
    return ()


def _called(machine: Machine, scope: Scope, body: Body) -> Iterator[tuple[FunctionObject, Related]]:
    """The functions of the project that a body calls by their name, and where."""
    for node in tries.nodes(body):
        if node[0] == "call" and _is_dotted(node[3]):
            found = machine.evaluate(node[3], scope)
            if isinstance(found, FunctionObject) and found.node[0] == "def":
                site = scope.module.span(node[1], node[2])
                yield found, Related(site, f"calls `{found.name}`")


def _is_dotted(node: Node) -> bool:
    while node[0] == "attr":
        node = node[3]
    return bool(node[0] == "name")
