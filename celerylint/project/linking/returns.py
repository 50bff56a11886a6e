"""What the return statements of tasks certainly return, where some serializer refuses it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from celerylint.facts.syntax import Body, unparse
from celerylint.project.interpreter import functions
from celerylint.project.interpreter.special import Here
from celerylint.project.libraries.celery_objects import TaskObject
from celerylint.project.linking import encodable, forms
from celerylint.project.model import Context, Returned, Task
from celerylint.project.objects import Arguments, FunctionObject, Unread
from celerylint.project.values import Sequence, Value
from celerylint.project.walking import nodes

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine
    from celerylint.project.libraries.records import TaskRecord, World

# Returning one of these tells nothing worth following a body for.
_PLAIN = frozenset({"const", "fstr", "cmp", "un"})
MOST_STEPS = 2_000


def of_project(
    machine: Machine, world: World, tasks: Mapping[int, Task], contexts: Iterable[Context]
) -> tuple[Returned, ...]:
    """The return statements of such tasks as keep their results in one of these contexts; tasks are
    those of the model by the identity of their record."""
    storing = [each for each in contexts if encodable.stores(each)]
    found: list[Returned] = []
    for record in world.tasks.values() if storing else ():
        task = tasks.get(id(record))
        if task is not None and any(encodable.keeps(task, each) for each in storing):
            found += _of_task(machine, world, record, task)
    return tuple(sorted(found, key=lambda each: each.span))


def _of_task(
    machine: Machine, world: World, record: TaskRecord, task: Task
) -> tuple[Returned, ...]:
    function = record.function
    if function is None or not _counts(record, function):
        return ()
    body = function.body()
    statements = [each for each in nodes(body) if each[0] in {"return", "yield"}]
    if any(each[0] == "yield" for each in statements):
        return ()  # a generator, whose body does not even run
    if not any(each[3] is not None and each[3][0] not in _PLAIN for each in statements):
        return ()
    by_start = {each[1]: each[3] for each in statements}
    found = []
    with machine.aside(), suppress(RecursionError):
        for value in _returned(machine, world, record, function, _marked(body)):
            if isinstance(value, Sequence) and value.site is not None and len(value.items) == 1:
                node = by_start.get(value.site.start)
                here = Here(("name", value.site.start, value.site.end, ""), function.scope)
                if isinstance(value.items[0], Unread) and not value.items[0].member:
                    machine.need(value.items[0])
                told = forms.of(machine, value.items[0], node, here)
                if told:
                    found.append(Returned(here.site.span, unparse(node), task, told))
    return tuple(found)


def _counts(record: TaskRecord, function: FunctionObject) -> bool:
    """Does a worker keep what this very function returns? Not where a decorator below `@task` may
    return something else, or Pydantic encodes it."""
    if function.node[0] != "def" or function.node[9] or record.option("pydantic") is not None:
        return False
    return not any(each[1] > record.place.start for each in function.node[6])


def _returned(
    machine: Machine, world: World, record: TaskRecord, function: FunctionObject, body: Body
) -> list[Value]:
    """The values of the return statements, in the order in which they are met."""
    bound = record.option("bind")
    receiver: Value | None = None
    if record.cls is not None or (bound is not None and bound.must(bool)):
        receiver = TaskObject(world=world, record=record, bound=True)
    machine.alone, machine.listeners = True, [_deaf]
    scope = functions.own_scope(machine, function, receiver)
    machine.steps, machine.spent = 0, functions.MOST_IN_ALL - MOST_STEPS
    return machine.run_apart(body, scope)[0]


def _deaf(machine: Machine, function: Value, arguments: Arguments, here: Here) -> None:
    """A listener: with one, both arms of every condition are followed."""


def _marked(code: Any) -> Any:
    """The statements with each returned expression in a tuple, which keeps the statement's place
    together with the value."""
    if not isinstance(code, tuple):
        return code
    if code[:1] == ("return",) and len(code) == 4:
        value = code[3]
        if value is None:
            return code
        return (*code[:3], ("seq", code[1], code[2], "tuple", (value,)))
    if code[:1] in {("def",), ("class",), ("lambda",), ("expr",), ("assign",)}:
        return code
    return tuple(map(_marked, code))
